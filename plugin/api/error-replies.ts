import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { unauthenticatedBody } from './auth.ts';
import { ApiError, statusOf } from './errors.ts';
import { exchangeOf, send } from './exchange.ts';

/** Errors of routing, whose text is not wrapped a second time. */
const PLAIN = new Set(['no_route', 'method_not_allowed', 'version_not_acceptable']);

/** Errors of routing to which Watcher does not say which versions there are. */
const UNVERSIONED = new Set(['no_route', 'method_not_allowed']);

/** Answers errors in Watcher's envelope: `error_message` is itself a JSON document. */
export function errorReplies(logger: Logger, identityUrl: string): ErrorRequestHandler {
  // Express knows an error handler by its four arguments.
  return (error: unknown, _request, response, _next) => {
    const status = statusOf(error);
    const { requestId } = exchangeOf(response);
    if (status >= 500) report(error, requestId, logger);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const code = error instanceof ApiError ? error.code : undefined;
    if (code === 'unauthenticated') {
      response.setHeader('WWW-Authenticate', `Keystone uri="${identityUrl}"`);
      send(response, { status, body: unauthenticatedBody(messageOf(error, status, requestId)) });
    } else if (code === 'identity_unavailable') {
      sendText(response, status, unavailableText(messageOf(error, status, requestId)));
    } else {
      const text = messageOf(error, status, requestId);
      const isPlain = code !== undefined && PLAIN.has(code);
      if (code !== undefined && UNVERSIONED.has(code)) removeVersion(response);
      const message = isPlain ? `${status} ${STATUS_CODES[status]}\n\n${text}\n\n` : envelope(text, status);
      send(response, { status, body: { error_message: message } });
    }
  };
}

/** As keystonemiddleware writes it. */
function unavailableText(why: string): string {
  const explanation = 'The server is currently unavailable. Please try again at a later time.';
  return `503 Service Unavailable\n\n${explanation}\n\n ${why}  `;
}

function removeVersion(response: Response): void {
  for (const name of ['', '-Minimum', '-Maximum']) response.removeHeader(`OpenStack-API${name}-Version`);
  const vary = String(response.getHeader('Vary') ?? '').split(', ');
  const others = vary.filter(name => name !== '' && name !== 'OpenStack-API-Version');
  if (others.length === 0) response.removeHeader('Vary');
  else response.setHeader('Vary', others.join(', '));
}

function envelope(faultstring: string, status: number): string {
  return JSON.stringify({ faultcode: status < 500 ? 'Client' : 'Server', faultstring, debuginfo: null });
}

/** What nobody expected, and where the database is, are in the log, not in the answer. */
function messageOf(error: unknown, status: number, requestId: string): string {
  if (status === 500 || !(error instanceof Error))
    return `An unexpected error occurred (request ${requestId}).`;
  if ('code' in error && error.code === 'database_unavailable') return 'The database is not available.';
  return error.message;
}

/** Failures of Keystone are reported where it is asked. */
function report(error: unknown, requestId: string, logger: Logger): void {
  if (error instanceof ApiError && error.code === 'identity_unavailable') return;
  logger.error({ requestId, err: error }, 'a request failed');
}

function sendText(response: Response, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  response.end(text);
}
