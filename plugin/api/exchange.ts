import type { Request, Response } from 'express';
import type { ApiRequest, Reply } from './request.ts';
import type { TokenOwner } from './token-validator.ts';
import { booleanOf } from './json-body.ts';

/** What the steps of one exchange hand on. */
export interface Exchange {
  readonly requestId: string;
  /** What links begin with: `http://controller:9322`. */
  baseUrl: string;
  owner?: TokenOwner;
  /** Minor API version. */
  minor?: number;
}

export function exchangeOf(response: Response): Exchange {
  return response.locals['exchange'] as Exchange;
}

export function beginExchange(response: Response, exchange: Exchange): void {
  response.locals['exchange'] = exchange;
}

/** Repeated slashes count once, none counts at the end, and `/v1` may be left out. */
export function canonicalUrl(url: string): string {
  const [path = '', ...search] = url.split('?');
  const segments = path.split('/').filter(segment => segment !== '');
  const below = segments[0] === 'v1' ? segments.slice(1) : segments;
  const canonical = segments.length === 0 ? '/' : ['/v1', ...below].join('/');
  return [canonical, ...search].join('?');
}

export function toApiRequest(request: Request, response: Response): ApiRequest {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return {
    params: request.params as Readonly<Record<string, string>>,
    query: Object.fromEntries(new URLSearchParams(request.url.split('?').slice(1).join('?'))),
    minor: exchangeOf(response).minor ?? 0,
    baseUrl: exchangeOf(response).baseUrl,
    showDeleted: booleanOf(request.get('x-show-deleted')) ?? false,
    body: typeof request.body === 'string' ? request.body : undefined,
    contentType: request.get('content-type') ?? '',
    signal: gone.signal,
  };
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
