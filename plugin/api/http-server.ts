import type { RequestListener, Server, ServerOptions } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ApiSettings } from './settings.ts';
import type { Certificates } from './certificates.ts';

/** What a client gets whose request is too broken to be one: by the code of the parser's error. */
const REFUSALS: Readonly<Record<string, readonly [status: string, sentence: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers of the request are too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'The chunks of the request are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
};
const NO_REQUEST = ['400 Bad Request', 'This is not an HTTP request.'] as const;

/** A server with bounds on what clients may send and how long they may take; with certificates it speaks TLS. */
export function createApiServer(
  app: RequestListener,
  { limits }: Pick<ApiSettings, 'limits'>,
  certificates?: Certificates,
): Server {
  const milliseconds = limits.requestSeconds * 1000;
  const bounds: ServerOptions = {
    // the API says so itself, in a sentence
    requireHostHeader: false,
    maxHeaderSize: limits.headerBytes,
    requestTimeout: milliseconds,
    headersTimeout: Math.min(milliseconds, 20_000),
    connectionsCheckingInterval: Math.min(milliseconds, 5000),
  };
  const server =
    certificates === undefined
      ? createServer(bounds, app)
      : createTlsServer({ ...bounds, ...certificates.current }, app);
  certificates?.onChange(current => {
    if ('setSecureContext' in server) server.setSecureContext(current);
  });
  server.on('close', () => certificates?.close());
  server.on('clientError', refuse);
  server.on('checkExpectation', (_request, response) => {
    response.writeHead(417, { 'Content-Type': 'application/json', Connection: 'close' });
    response.end(envelope('The only expectation that can be met is 100-continue.'));
  });
  return server;
}

/** In the same envelope as all other errors. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (
    !socket.writable ||
    error.code === 'ECONNRESET' ||
    (socket as { bytesWritten?: number }).bytesWritten !== 0
  ) {
    socket.destroy();
    return;
  }
  const [status, faultstring] = REFUSALS[error.code ?? ''] ?? NO_REQUEST;
  const body = envelope(faultstring);
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
}

function envelope(faultstring: string): string {
  const message = JSON.stringify({ faultcode: 'Client', faultstring, debuginfo: null });
  return JSON.stringify({ error_message: message });
}
