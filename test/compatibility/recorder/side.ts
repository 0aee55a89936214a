import { request as httpRequest } from 'node:http';
import type { CompatibilityRequest } from './request.ts';

/** What a service has answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Undefined when the body is none. */
  readonly json: unknown;
}

/** The newest microversion that both speak. */
export const NEWEST = '1.4';
const PATIENCE_MS = 60_000;
const TIMEOUT_MS = 120_000;

/** One of the two services, with what it has answered so far. */
export class Side {
  readonly url: string;
  readonly #token: string;
  readonly #variables = new Map<string, string>();

  constructor(url: string, token: string, variables: Readonly<Record<string, string>>) {
    this.url = url;
    this.#token = token;
    for (const [name, value] of Object.entries(variables)) this.#variables.set(name, value);
  }

  /** Sends the request, again and again where it says what to wait for, and remembers what it wants remembered. */
  async ask(request: CompatibilityRequest): Promise<Answer> {
    const { until = {}, save = {} } = request.options;
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const answer = await this.#send(request);
      const isThere = Object.entries(until).every(([path, value]) => String(at(answer.json, path)) === value);
      if (!isThere && Date.now() < deadline) {
        await new Promise(resolve => {
          setTimeout(resolve, 250);
        });
        continue;
      }
      for (const [name, path] of Object.entries(save)) {
        this.#variables.set(name, String(at(answer.json, path)));
      }
      return answer;
    }
  }

  #filled(text: string): string {
    return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => this.#variables.get(name) ?? whole);
  }

  async #send({ method, path, options }: CompatibilityRequest): Promise<Answer> {
    const { version = NEWEST, token = this.#token, raw, body } = options;
    const content = raw ?? (body === undefined ? undefined : this.#filled(JSON.stringify(body)));
    const headers: Record<string, string> = {
      ...(token === null ? {} : { 'X-Auth-Token': token }),
      ...(version === null ? {} : { 'OpenStack-API-Version': `infra-optim ${version}` }),
      ...(content === undefined
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(content)) }),
      ...options.headers,
    };
    const { host } = new URL(this.url);
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        { host: host.split(':')[0], port: host.split(':')[1], method, path: this.#filled(path), headers },
        reply => {
          const answer = (text: string): void => {
            const flat = Object.entries(reply.headers).map(([name, value]) => [name, String(value)]);
            const replyHeaders = Object.fromEntries(flat) as Record<string, string>;
            resolve({ status: reply.statusCode ?? 0, headers: replyHeaders, text, json: jsonOf(text) });
          };
          // Watcher's answers to HEAD have a body, over which the rest of the exchange fails
          if (method === 'HEAD') answer('');
          const chunks: Buffer[] = [];
          reply.on('data', (chunk: Buffer) => chunks.push(chunk));
          reply.on('error', reject);
          reply.on('end', () => answer(Buffer.concat(chunks).toString()));
        },
      );
      sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.on('error', reject);
      sent.end(content);
    });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function at(json: unknown, path: string): unknown {
  let found = json;
  for (const step of path.split('.')) found = (found as Record<string, unknown> | undefined)?.[step];
  return found;
}
