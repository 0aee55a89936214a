import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { CloudConfig } from '../../../../plugin/openstack/cloud-config.ts';
import { readCloudConfig } from '../../../../plugin/openstack/cloud-config.ts';
import { Session } from '../../../../plugin/openstack/session.ts';

export interface GnocchiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface GnocchiReply {
  readonly status?: number;
  /** Sent as JSON; a text is sent as it is. */
  readonly body: unknown;
}

/** Keystone and Gnocchi on a local port: `answer` is what Gnocchi says, `requests` what it was asked. */
export class FakeGnocchi {
  readonly requests: GnocchiRequest[] = [];
  answer: (request: GnocchiRequest) => GnocchiReply | Promise<GnocchiReply> = () => ({ body: [] });
  /** Endpoint of the metric service in the catalogue; undefined leaves the service out. */
  endpoint: string | undefined;
  readonly #sessions: Session[] = [];
  readonly #server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      void this.#reply(request.method ?? 'GET', url, text === '' ? undefined : JSON.parse(text)).then(
        ({ status = 200, body }) => {
          response.writeHead(status, { 'content-type': 'application/json', 'x-subject-token': 'a-token' });
          response.end(typeof body === 'string' ? body : JSON.stringify(body));
        },
      );
    });
  });

  async start(): Promise<void> {
    await new Promise<void>(resolve => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    this.endpoint = `${this.#url}/metric`;
  }

  async stop(): Promise<void> {
    for (const session of this.#sessions) session.close();
    this.#server.closeAllConnections();
    await new Promise(resolve => {
      this.#server.close(resolve);
    });
  }

  /** Logged in nowhere yet; does not repeat failed calls. */
  session(): Session {
    const session = new Session(this.cloud(), { attempts: 1 });
    this.#sessions.push(session);
    return session;
  }

  cloud(): CloudConfig {
    const env = {
      OS_AUTH_URL: `${this.#url}/v3`,
      OS_USERNAME: 'admin',
      OS_PASSWORD: 'secret',
      OS_PROJECT_NAME: 'admin',
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
    };
    return readCloudConfig({ env, homeDir: '/nowhere', cwd: '/nowhere' });
  }

  get #url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #reply(method: string, url: URL, body: unknown): Promise<GnocchiReply> {
    if (url.pathname === '/v3/auth/tokens') return { status: 201, body: { token: this.#token() } };
    const request = { method, path: url.pathname.replace(/^\/metric/, ''), query: url.searchParams, body };
    this.requests.push(request);
    return this.answer(request);
  }

  #token(): object {
    const endpoints = [{ id: 'e', interface: 'public', region: 'R', region_id: 'R', url: this.endpoint }];
    return {
      expires_at: '2099-01-01T00:00:00.000000Z',
      issued_at: '2026-01-01T00:00:00.000000Z',
      user: { id: 'u', name: 'admin', domain: { id: 'default', name: 'Default' } },
      project: { id: 'p', name: 'admin', domain: { id: 'default', name: 'Default' } },
      roles: [{ id: 'r', name: 'admin' }],
      methods: ['password'],
      catalog: this.endpoint === undefined ? [] : [{ id: 's', name: 'gnocchi', type: 'metric', endpoints }],
    };
  }
}

type Point = readonly [at: number, value: number | null];

/** One group of a reply, in the shape that Gnocchi 4.6 gives: points at `at` seconds, of `granularity`. */
export function group(
  attributes: Readonly<Record<string, string>>,
  series: Readonly<Record<string, Readonly<Record<string, readonly Point[]>>>>,
  granularity = 300,
): object {
  const measures = Object.fromEntries(
    Object.entries(series).map(([resource, metrics]) => [
      resource,
      Object.fromEntries(
        Object.entries(metrics).map(([metric, points]) => [
          metric,
          { mean: points.map(([at, value]) => [iso(at), granularity, value]) },
        ]),
      ),
    ]),
  );
  return { group: attributes, measures: { measures } };
}

/** As recorded from Gnocchi 4.6. */
export const NOTHING_FOUND = {
  status: 404,
  body: { code: 404, title: 'Not Found', description: "Metric ['cpu'] does not exist" },
};
export const GRANULARITY_MISSING = {
  status: 400,
  body: {
    code: 400,
    title: 'Bad Request',
    description: {
      cause: "Metrics can't being aggregated",
      reason: 'Granularities are missing',
      detail: [['cpu', 'mean', 60.0]],
    },
  },
};

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', '+00:00');
}
