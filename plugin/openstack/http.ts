import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import axios from 'axios';

import type { CloudConfig } from './cloud-config.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON, a text as it is; undefined sends none. */
  readonly body?: unknown;
  readonly timeoutMilliseconds: number;
  /** False opens a connection of its own: a kept one may just be closing, and the call cannot be repeated. */
  readonly reuseConnection: boolean;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** No whole answer came. Carries no request, so that no token can get out through it. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** `ECONNREFUSED`, `ETIMEDOUT` … */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** One exchange; any status is a reply. Throws `ConnectionError`, or the signal's reason when it aborts. */
export type HttpSend = (request: HttpRequest, signal: AbortSignal) => Promise<HttpReply>;

export interface HttpClient {
  readonly send: HttpSend;
  /** Closes the idle connections. */
  close(): void;
}

/** More would only queue in the services, which run a few workers each. */
const CONNECTIONS_PER_SERVICE = 8;
/** A page of servers is 3 MB; two weeks of metrics of a large cloud come in many requests. */
const LARGEST_REPLY_BYTES = 256 * 1024 * 1024;

export function createHttpClient(tls: CloudConfig['tls']): HttpClient {
  const trust = {
    rejectUnauthorized: tls.verify,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert, key: tls.key ?? tls.cert }),
  };
  const kept = { keepAlive: true, maxSockets: CONNECTIONS_PER_SERVICE };
  const single = { keepAlive: false, maxSockets: CONNECTIONS_PER_SERVICE };
  const keptAgents = { httpAgent: new HttpAgent(kept), httpsAgent: new HttpsAgent({ ...kept, ...trust }) };
  const singleAgents = {
    httpAgent: new HttpAgent(single),
    httpsAgent: new HttpsAgent({ ...single, ...trust }),
  };
  const client = axios.create({
    // The control plane is reached directly; a redirect would carry the token to another place.
    proxy: false,
    maxRedirects: 0,
    maxContentLength: LARGEST_REPLY_BYTES,
    maxBodyLength: Infinity,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
  });

  return {
    async send(request, signal) {
      signal.throwIfAborted();
      // One controller per exchange: nothing stays attached to the caller's signal, which may live for years.
      const exchange = new AbortController();
      const stop = () => exchange.abort();
      const timer = setTimeout(stop, request.timeoutMilliseconds);
      signal.addEventListener('abort', stop);
      try {
        const reply = await client.request<string>({
          method: request.method,
          url: request.url,
          headers: { ...request.headers },
          ...(request.body === undefined ? {} : { data: request.body }),
          ...(request.reuseConnection ? keptAgents : singleAgents),
          signal: exchange.signal,
        });
        return { status: reply.status, headers: plainHeaders(reply.headers), text: reply.data ?? '' };
      } catch (error) {
        signal.throwIfAborted();
        if (exchange.signal.aborted) {
          throw new ConnectionError('ETIMEDOUT', `no answer within ${request.timeoutMilliseconds / 1000} s`);
        }
        throw connectionError(error);
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
      }
    },
    close() {
      keptAgents.httpAgent.destroy();
      keptAgents.httpsAgent.destroy();
      singleAgents.httpAgent.destroy();
      singleAgents.httpsAgent.destroy();
    },
  };
}

function plainHeaders(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([key, value]) => [key.toLowerCase(), String(value)]),
  );
}

/** Axios's error holds the request with its headers and body; only its code and sentence are kept. */
function connectionError(error: unknown): ConnectionError {
  if (!(error instanceof Error)) return new ConnectionError('UNKNOWN', 'unknown error');
  const code = (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
  return new ConnectionError(code, error.message || code);
}
