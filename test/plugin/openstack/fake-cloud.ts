import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { CloudConfig } from '../../../plugin/openstack/cloud-config.ts';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface FakeReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** `drop` closes the connection without an answer, `hang` never answers. */
export type FakeHandler = (request: FakeRequest) => FakeReply | 'drop' | 'hang';

export const PASSWORD = 'correct-horse-battery';
export const PROJECT_ID = 'f00dfeedf00dfeedf00dfeedf00dfeed';

/** A real HTTP server: a small Keystone, and whatever else a test puts behind the catalogue. */
export class FakeCloud {
  readonly requests: FakeRequest[] = [];
  /** Tokens given so far, oldest first. */
  readonly tokens: string[] = [];
  readonly validTokens = new Set<string>();
  tokenLifeSeconds = 3600;
  /** Service type to the path of its endpoint. */
  readonly endpoints = new Map([
    ['identity', '/identity/v3'],
    ['compute', '/compute/v2.1'],
    ['placement', '/placement'],
    ['network', '/network'],
    ['volumev3', `/volume/v3/${PROJECT_ID}`],
    ['image', '/image'],
    ['metric', '/metric'],
  ]);
  url = '';
  readonly #routes = new Map<string, FakeHandler>();
  readonly #server = createServer((request, response) => this.#serve(request, response));

  static async start(): Promise<FakeCloud> {
    const cloud = new FakeCloud();
    await new Promise<void>(resolve => cloud.#server.listen(0, '127.0.0.1', resolve));
    cloud.url = `http://127.0.0.1:${(cloud.#server.address() as AddressInfo).port}`;
    cloud.on('POST', '/identity/v3/auth/tokens', request => cloud.#logIn(request));
    return cloud;
  }

  get config(): CloudConfig {
    return {
      name: 'fake',
      authUrl: `${this.url}/identity/v3`,
      credentials: {
        kind: 'password',
        user: { name: 'admin', domain: { name: 'Default' } },
        password: PASSWORD,
        scope: { kind: 'project', project: { name: 'admin', domain: { name: 'Default' } } },
      },
      region: 'RegionOne',
      interface: 'public',
      tls: { verify: true, ca: undefined, cert: undefined, key: undefined },
      endpointOverrides: {},
    };
  }

  on(method: string, path: string, handler: FakeHandler): void {
    this.#routes.set(`${method} ${path}`, handler);
  }

  /** Answers the n-th request with the n-th reply, and from then on with the last. */
  script(method: string, path: string, ...replies: readonly (FakeReply | 'drop' | 'hang')[]): void {
    let next = 0;
    this.on(method, path, () => replies[Math.min(next++, replies.length - 1)] ?? {});
  }

  /** Requests to the path, by any method unless one is named. */
  to(path: string, method?: string): FakeRequest[] {
    return this.requests.filter(
      request => request.path === path && (method === undefined || request.method === method),
    );
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  #logIn(request: FakeRequest): FakeReply {
    if (!JSON.stringify(request.body).includes(PASSWORD)) {
      return {
        status: 401,
        body: { error: { code: 401, message: 'The request you have made requires authentication.' } },
      };
    }
    const token = `secret-token-${this.tokens.length + 1}`;
    this.tokens.push(token);
    this.validTokens.add(token);
    const issuedAt = Date.parse('2001-01-01T00:00:00Z');
    return {
      status: 201,
      headers: { 'x-subject-token': token },
      body: {
        token: {
          issued_at: new Date(issuedAt).toISOString(),
          expires_at: new Date(issuedAt + this.tokenLifeSeconds * 1000).toISOString(),
          user: { id: 'user-1', name: 'admin' },
          project: { id: PROJECT_ID, name: 'admin' },
          catalog: [...this.endpoints].map(([type, path]) => ({
            type,
            endpoints: [{ interface: 'public', region: 'RegionOne', url: this.url + path }],
          })),
        },
      },
    };
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', this.url);
      const text = Buffer.concat(chunks).toString();
      const seen: FakeRequest = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
      this.requests.push(seen);
      this.#answer(this.#replyTo(seen), response);
    });
  }

  #replyTo(request: FakeRequest): FakeReply | 'drop' | 'hang' {
    const isLogin = request.method === 'POST' && request.path === '/identity/v3/auth/tokens';
    if (!isLogin && !this.validTokens.has(String(request.headers['x-auth-token']))) {
      return { status: 401, body: { error: { code: 401, message: 'token unknown' } } };
    }
    const handler = this.#routes.get(`${request.method} ${request.path}`);
    return handler?.(request) ?? { status: 404, body: { error: { message: `no route ${request.path}` } } };
  }

  #answer(reply: FakeReply | 'drop' | 'hang', response: ServerResponse): void {
    if (reply === 'hang') return;
    if (reply === 'drop') {
      response.destroy();
      return;
    }
    const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.body === undefined ? '' : text);
  }
}
