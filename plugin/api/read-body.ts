import type { RequestHandler } from 'express';
import express from 'express';
import { ApiError } from './errors.ts';
import type { ApiSettings } from './settings.ts';

/** Bodies as text, whatever their type; what is too long becomes 413, what is no UTF-8 400, what is compressed 415. */
export function readBodies({ bodyBytes }: ApiSettings['limits']): readonly RequestHandler[] {
  const raw = express.raw({ type: () => true, limit: bodyBytes, inflate: false });
  return [
    (request, response, next) => {
      const read: (error?: unknown) => void = error =>
        next(error === undefined ? undefined : sentenceOf(error, bodyBytes));
      raw(request, response, read);
    },
    (request, _response, next) => {
      if (Buffer.isBuffer(request.body)) request.body = textOf(request.body);
      next();
    },
  ];
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new ApiError('invalid_json', 'The body of the request is not in UTF-8.', { cause: error });
  }
}

function sentenceOf(error: unknown, bodyBytes: number): unknown {
  const { type } = error as { type?: unknown };
  switch (type) {
    case 'entity.too.large':
      return new ApiError('too_large', `The body of a request may have ${bodyBytes} bytes.`);
    case 'encoding.unsupported':
      return new ApiError('unknown_mimetype', 'The body of a request must not be compressed.');
    case 'request.size.invalid':
    case 'request.aborted':
      return new ApiError('invalid_input', 'The body of the request is not as long as Content-Length says.');
    default:
      return error;
  }
}
