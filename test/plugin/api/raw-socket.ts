import { connect } from 'node:net';

export interface RawAnswer {
  /** Undefined when the connection was closed without an answer. */
  readonly status: number | undefined;
  readonly head: string;
  readonly body: string;
  /** All that came. */
  readonly text: string;
}

/** Sends bytes as they are and reads until the server closes, or until `until` has come. */
export function sendRaw(
  url: string,
  parts: readonly (string | Uint8Array)[],
  { endsAfter = true }: { readonly endsAfter?: boolean } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const received: Buffer[] = [];
    socket.on('data', chunk => received.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // the server may close while we still send
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => resolve(parse(Buffer.concat(received).toString('latin1'))));
    socket.on('connect', () => {
      for (const part of parts) socket.write(part);
      if (endsAfter) socket.end();
    });
  });
}

function parse(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
  return {
    status: status === undefined ? undefined : Number(status),
    head,
    body: rest.join('\r\n\r\n'),
    text,
  };
}
