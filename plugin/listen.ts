import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The API cannot be served at the address: one sentence that names it. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code = 'cannot_listen';
}

export interface Listening {
  readonly url: string;
  /** Takes no new requests, and ends when those under way have been answered or `graceMilliseconds` are over. */
  close(graceMilliseconds: number): Promise<void>;
}

/** Serves requests at the address; port 0 takes any free one. Throws `ListenError`, which names `what`. */
export async function listen(
  app: RequestListener | Server,
  host: string,
  port: number,
  what = 'The API',
): Promise<Listening> {
  const server = typeof app === 'function' ? createServer(app) : app;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(listenError(error, what, `${host}:${port}`)),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `${'setSecureContext' in server ? 'https' : 'http'}://${name}:${address.port}`,
    close: grace => closeServer(server, grace),
  };
}

function listenError(error: NodeJS.ErrnoException, what: string, where: string): ListenError {
  const why =
    error.code === 'EADDRINUSE'
      ? 'something else listens there'
      : error.code === 'EACCES'
        ? 'this user may not use that port'
        : error.message;
  return new ListenError(`${what} cannot listen on ${where}: ${why}.`, { cause: error });
}

async function closeServer(server: Server, graceMilliseconds: number): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
  await new Promise<void>(resolve => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}
