import type { Request, Response } from 'express';
import type { ApiRequest, Reply } from './request.ts';
import type { TokenOwner } from './token-validator.ts';
import { ApiError, invalidInput } from './errors.ts';
import { booleanOf } from './json-body.ts';

/** What the steps of one exchange hand on. */
export interface Exchange {
  readonly requestId: string;
  /** What links begin with: `http://controller:9322`. */
  baseUrl: string;
  owner?: TokenOwner;
  /** The path of the route that serves it: `/v1/audits/:id`. */
  route?: string;
  /** Minor API version. */
  minor?: number;
}

export function exchangeOf(response: Response): Exchange {
  return response.locals['exchange'] as Exchange;
}

export function beginExchange(response: Response, exchange: Exchange): void {
  response.locals['exchange'] = exchange;
}

/** Beside `/v1`, not in it. */
export const PUBLIC_DOCUMENTS: ReadonlySet<string> = new Set(['healthcheck', 'metrics', 'openapi.json']);

/** Repeated slashes count once, none counts at the end, `/v1` may be left out, and `.json` of a list or a UUID too. */
export function canonicalUrl(url: string): string {
  // what is sent to proxies names the server, too
  const [path = '', ...search] = url.replace(/^https?:\/\/[^/?]*/i, '').split('?');
  const segments = path.split('/').filter(segment => segment !== '');
  if (segments.length === 1 && PUBLIC_DOCUMENTS.has(segments[0]!))
    return [`/${segments[0]}`, ...search].join('?');
  const below = segments[0] === 'v1' ? segments.slice(1) : segments;
  if (below.length === 1 || SUFFIXED.test(below.at(-1) ?? ''))
    below.push(below.pop()!.replace(/\.json$/, ''));
  const canonical = segments.length === 0 ? '/' : ['/v1', ...below].join('/');
  return [canonical, ...search].join('?');
}

const SUFFIXED = /^(detail|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json$/i;

export function toApiRequest(request: Request, response: Response): ApiRequest {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return {
    params: request.params as Readonly<Record<string, string>>,
    query: queryOf(request),
    minor: exchangeOf(response).minor ?? 0,
    baseUrl: exchangeOf(response).baseUrl,
    showDeleted: booleanOf(request.get('x-show-deleted')) ?? false,
    body: typeof request.body === 'string' ? request.body : undefined,
    contentType: request.get('content-type') ?? '',
    signal: gone.signal,
  };
}

/** Throws what becomes 400 when an argument comes twice, or is not in UTF-8. */
export function queryOf({ url }: Request): Readonly<Record<string, string>> {
  const text = url.split('?').slice(1).join('?');
  requireUtf8(text);
  // without a prototype, so that every name is a name only
  const query = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(text)) {
    if (Object.hasOwn(query, name)) throw invalidInput(name, [query[name], value], 'It must be given once.');
    query[name] = value;
  }
  return query;
}

function requireUtf8(text: string): void {
  const escapes = text.match(/(?:%[0-9a-f]{2})+/gi) ?? [];
  for (const escape of escapes) {
    try {
      decodeURIComponent(escape);
    } catch (error) {
      throw new ApiError('invalid_input', 'The arguments of the request are not in UTF-8.', { cause: error });
    }
  }
}

export function send(response: Response, { status = 200, body, location }: Reply): void {
  response.statusCode = status;
  if (location !== undefined) response.setHeader('Location', location);
  if (body === undefined) {
    response.end();
    return;
  }
  const text = JSON.stringify(body);
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
