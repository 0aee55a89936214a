import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RangeRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly expression: string;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export interface Reply {
  readonly status?: number;
  /** Sent as JSON; a text is sent as it is. */
  readonly body: unknown;
}

/** Answers range queries on a local port as it is told. */
export class FakePrometheus {
  readonly requests: RangeRequest[] = [];
  answer: (request: RangeRequest) => Reply = () => ({ body: matrix([]) });
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const asked = {
        method: request.method ?? '',
        path: request.url ?? '',
        authorization: request.headers.authorization,
        expression: form.get('query') ?? '',
        start: Number(form.get('start')),
        end: Number(form.get('end')),
        step: Number(form.get('step')),
      };
      this.requests.push(asked);
      const { status = 200, body } = this.answer(asked);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });

  async start(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
}

type Point = readonly [at: number, value: string];

export function series(labels: Readonly<Record<string, string>>, ...values: readonly Point[]): object {
  return { metric: labels, values };
}

export function matrix(result: readonly object[]): object {
  return { status: 'success', data: { resultType: 'matrix', result } };
}

/** As recorded from Prometheus 2.42. */
export const TOO_MANY_SAMPLES = {
  status: 422,
  body: {
    status: 'error',
    errorType: 'execution',
    error: 'query processing would load too many samples into memory in query execution',
  },
};
