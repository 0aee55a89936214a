import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { ApiError } from './errors.ts';

const HOST = /^(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;
const PREFIX = /^(?:\/[\w.~-]+)+\/?$/;

interface Origin {
  readonly scheme: string | undefined;
  readonly host: string | undefined;
  readonly prefix: string | undefined;
}

/**
 * What links begin with: scheme, host and path in front of `/v1`, as the client knows them. Behind a proxy, as oslo.middleware's HTTPProxyToWSGI:
 * `Forwarded`, or else `X-Forwarded-Proto` and `-Host`, and `X-Forwarded-Prefix`. Throws what becomes 400.
 */
export function baseUrlOf(request: IncomingMessage, isBehindProxy: boolean): string {
  const said = isBehindProxy ? saidByProxy(request) : undefined;
  const scheme = said?.scheme?.toLowerCase() ?? (request.socket instanceof TLSSocket ? 'https' : 'http');
  if (scheme !== 'http' && scheme !== 'https')
    throw invalidHeader('The forwarded protocol is not http or https.');
  if (request.headers.host === undefined && request.httpVersion === '1.1') {
    throw invalidHeader('The header Host is missing.');
  }
  const host = said?.host ?? request.headers.host ?? '';
  if (host !== '' && !HOST.test(host)) throw invalidHeader('The header Host is not a host name with a port.');
  const prefix = said?.prefix ?? '';
  if (prefix !== '' && !PREFIX.test(prefix))
    throw invalidHeader('The header X-Forwarded-Prefix is not a path.');
  return `${scheme}://${host === '' ? ownAddress(request) : host}${prefix.replace(/\/$/, '')}`;
}

function ownAddress({ socket: { localAddress = '', localPort } }: IncomingMessage): string {
  return `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
}

function saidByProxy({ headers }: IncomingMessage): Origin {
  const prefix = first(headers['x-forwarded-prefix']);
  const forwarded = first(headers.forwarded);
  if (forwarded === undefined) {
    return { scheme: first(headers['x-forwarded-proto']), host: first(headers['x-forwarded-host']), prefix };
  }
  const pairs = new Map(
    forwarded.split(';').map(pair => {
      const [key = '', value = ''] = pair.split('=', 2);
      return [key.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
    }),
  );
  return { scheme: pairs.get('proto'), host: pairs.get('host'), prefix };
}

/** What the proxy that the client has spoken to has said. */
function first(header: string | string[] | undefined): string | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.split(',')[0]?.trim();
  return text === '' ? undefined : text;
}

function invalidHeader(message: string): ApiError {
  return new ApiError('invalid_input', message);
}
