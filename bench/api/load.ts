import { request } from 'node:http';
import { Agent } from 'node:http';

export interface Operation {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Of the n-th request. */
  readonly body?: (n: number) => object;
  readonly status: number;
}

export interface Load {
  readonly url: string;
  readonly token: string;
  readonly clients: number;
  readonly seconds: number;
  /** A slow server gets more time until so many requests are answered, four times `seconds` at most. */
  readonly minimumRequests: number;
  readonly keepAlive: boolean;
}

export interface Measured {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50: number;
  /** Of fewer than 100 requests: the slowest. */
  readonly p99: number;
  readonly bytes: number;
}

/** Each of the clients sends its next request when the last one is answered. Milliseconds. Throws at any other status. */
export async function measure(operation: Operation, load: Load): Promise<Measured> {
  const agent = new Agent({ keepAlive: load.keepAlive, maxSockets: load.clients });
  const milliseconds: number[] = [];
  let bytes = 0;
  let sent = 0;
  const from = performance.now();
  const isOver = (): boolean => {
    const seconds = (performance.now() - from) / 1000;
    if (seconds < load.seconds) return false;
    return milliseconds.length >= load.minimumRequests || seconds >= 4 * load.seconds;
  };
  const client = async (): Promise<void> => {
    while (!isOver()) {
      const sentAt = performance.now();
      bytes = await send(operation, load, agent, sent++);
      milliseconds.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: load.clients }, client));
  const seconds = (performance.now() - from) / 1000;
  agent.destroy();
  milliseconds.sort((one, other) => one - other);
  const at = (share: number): number =>
    milliseconds[Math.ceil(share * milliseconds.length) - 1] ?? Number.NaN;
  const requests = milliseconds.length;
  return { requests, requestsPerSecond: requests / seconds, p50: at(0.5), p99: at(0.99), bytes };
}

/** The length of the reply's body, which is read and thrown away. */
function send(operation: Operation, load: Load, agent: Agent, n: number): Promise<number> {
  const { method, path, status } = operation;
  const body = operation.body === undefined ? undefined : JSON.stringify(operation.body(n));
  return new Promise((resolve, reject) => {
    const headers = {
      'X-Auth-Token': load.token,
      'Accept': 'application/json',
      ...(body === undefined
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
    }; // prettier-ignore
    const sending = request(`${load.url}${path}`, { method, agent, headers }, reply => {
      let bytes = 0;
      let text = '';
      reply.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (reply.statusCode !== status) text += chunk.toString();
      });
      reply.on('error', reject);
      reply.on('end', () => {
        if (reply.statusCode === status) resolve(bytes);
        else
          reject(
            new Error(`${method} ${path}: ${reply.statusCode} instead of ${status}: ${text.slice(0, 300)}`),
          );
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });
}
