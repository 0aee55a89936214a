import type { z } from 'zod';

import { neverAborted, untilAborted } from './abort.ts';
import { apiMessage } from './api-message.ts';
import type { CloudConfig } from './cloud-config.ts';
import { describeCredentials } from './cloud-credentials.ts';
import { endpointOf, joinUrl, regionOf } from './endpoints.ts';
import {
  AuthenticationError,
  CloudUnreachableError,
  MicroversionError,
  OpenStackError,
  ServiceMissingError,
  UnexpectedReplyError,
} from './errors.ts';
import { ConnectionError, createHttpClient } from './http.ts';
import type { HttpClient, HttpReply, HttpSend } from './http.ts';
import { logIn } from './login.ts';
import { discoverMicroversions } from './microversion.ts';
import type { MicroversionRange } from './microversion.ts';
import { issueOf, parseJson } from './reply-body.ts';
import { realSleep, sendWithRetry } from './retry.ts';
import type { RetryPolicy } from './retry.ts';
import { SERVICES } from './services.ts';
import type { Service } from './services.ts';
import { TokenKeeper } from './token-keeper.ts';
import type { Token } from './token.ts';

export interface SessionOptions {
  /** For each attempt, unless the call says otherwise. */
  readonly timeoutMilliseconds?: number;
  /** How often an idempotent call is sent at most; default 3. */
  readonly attempts?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly sleep?: RetryPolicy['sleep'];
  /** 0 to 1. */
  readonly random?: () => number;
}

export type QueryValue = string | number | boolean | undefined | readonly (string | number)[];

export interface RequestOptions<T> {
  readonly service: Service;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the service's endpoint; with the version where catalogues leave it out: `/v2.0/ports`, `/v1/resource`. */
  readonly path: string;
  /** Lists become repeated keys; undefined is left out. */
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The microversion that the call needs, `2.73`. */
  readonly microversion?: string | undefined;
  /** What the microversion is for, for the sentence that a cloud that is too old gives: `listing flavors in servers`. */
  readonly purpose?: string | undefined;
  /** May be sent again when its fate is unknown. Default: all but POST and PATCH, as HTTP defines it. */
  readonly idempotent?: boolean;
  readonly timeoutMilliseconds?: number | undefined;
  /** What the body must look like; without it the body is what was sent, unchecked. */
  readonly schema?: z.ZodType<T>;
  readonly signal: AbortSignal;
}

/** A request without what its answer must look like. */
type Call = Omit<RequestOptions<unknown>, 'schema'>;

export interface Reply<T> {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined when the reply has no body. */
  readonly body: T;
}

const TIMEOUT_MILLISECONDS = 60_000;
const ATTEMPTS = 3;

/** One login to one cloud: token, catalogue, connections. Safe to use from many places at once. */
export class Session {
  /** Private for good: it holds secrets, and a session gets printed. */
  readonly #config: CloudConfig;
  readonly #http: HttpClient;
  readonly #tokens: TokenKeeper;
  readonly #policy: RetryPolicy;
  readonly #timeout: number;
  readonly #counts = new Map<Service, number>();
  readonly #microversions = new Map<Service, Promise<MicroversionRange>>();

  constructor(config: CloudConfig, options: SessionOptions = {}) {
    this.#config = config;
    this.#http = createHttpClient(config.tls);
    this.#timeout = options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
    this.#policy = {
      attempts: options.attempts ?? ATTEMPTS,
      sleep: options.sleep ?? realSleep,
      random: options.random ?? Math.random,
      now: options.now ?? Date.now,
    };
    this.#tokens = new TokenKeeper(
      () =>
        logIn(config, this.#sendTo('identity'), { timeoutMilliseconds: this.#timeout, policy: this.#policy }),
      this.#policy.now,
    );
  }

  /** Requests sent so far, repeated ones and logins (`identity`) included. */
  get requestCounts(): ReadonlyMap<Service, number> {
    return this.#counts;
  }

  /**
   * Throws `AuthenticationError`, `CloudUnreachableError`, `ServiceMissingError`, `MicroversionError`,
   * `OpenStackError` for any status of 300 and above, `UnexpectedReplyError`, or the signal's reason.
   */
  async request<T = unknown>(options: RequestOptions<T>): Promise<Reply<T>> {
    let token = await this.#tokens.current(options.signal);
    let reply = await this.#send(options, token);
    if (reply.status === 401) {
      // Refused before anything was done, so that even a POST may be sent again: once, with a new token.
      this.#tokens.discard(token);
      token = await this.#tokens.current(options.signal);
      reply = await this.#send(options, token);
    }
    if (reply.status >= 200 && reply.status < 300) {
      return { status: reply.status, headers: reply.headers, body: this.#bodyOf(options, reply) };
    }
    throw await this.#failure(options, token, reply);
  }

  /** URL of the service, without trailing slash. Throws `ServiceMissingError`. */
  async endpoint(service: Service, signal: AbortSignal): Promise<string> {
    const token = await this.#tokens.current(signal);
    return endpointOf(token.catalogue, service, this.#config);
  }

  async hasService(service: Service, signal: AbortSignal): Promise<boolean> {
    try {
      await this.endpoint(service, signal);
      return true;
    } catch (error) {
      if (error instanceof ServiceMissingError) return false;
      throw error;
    }
  }

  /** Name of the region that the calls go to; empty when the cloud has none. */
  async region(signal: AbortSignal): Promise<string> {
    const token = await this.#tokens.current(signal);
    return regionOf(token.catalogue, this.#config) ?? '';
  }

  /** Who we are: the user, the project unless the scope is another, and the roles there. */
  async identity(signal: AbortSignal): Promise<Omit<Token, 'id' | 'renewAt' | 'catalogue'>> {
    const { userId, userName, projectId, roles, aheadMilliseconds } = await this.#tokens.current(signal);
    return { userId, userName, projectId, roles, aheadMilliseconds };
  }

  /** The oldest and newest microversion that the service speaks; asked once. */
  microversions(service: Service, signal: AbortSignal): Promise<MicroversionRange> {
    let range = this.#microversions.get(service);
    if (range === undefined) {
      range = discoverMicroversions(this, service, neverAborted());
      this.#microversions.set(service, range);
      range.catch(() => this.#microversions.delete(service));
    }
    return untilAborted(range, signal);
  }

  /** Closes the kept connections. */
  close(): void {
    this.#http.close();
  }

  async #send(options: Call, token: Token): Promise<HttpReply> {
    const { service, method, signal } = options;
    const endpoint = endpointOf(token.catalogue, service, this.#config);
    const idempotent = options.idempotent ?? !['POST', 'PATCH'].includes(method);
    const request = {
      method,
      url: joinUrl(endpoint, options.path) + queryText(options.query),
      headers: {
        accept: 'application/json',
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...microversionHeader(service, options.microversion),
        ...options.headers,
        'x-auth-token': token.id,
      },
      body: options.body,
      timeoutMilliseconds: options.timeoutMilliseconds ?? this.#timeout,
      reuseConnection: idempotent,
    };
    const policy = idempotent ? this.#policy : { ...this.#policy, attempts: 1 };
    const send = this.#sendTo(service);
    try {
      return await sendWithRetry(() => send(request, signal), policy, signal);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      throw new CloudUnreachableError(
        `${SERVICES[service].name} at ${endpoint} cannot be reached for ${method} ${options.path}: ${error.message}`,
        { cause: error },
      );
    }
  }

  #sendTo(service: Service): HttpSend {
    return (request, signal) => {
      this.#counts.set(service, (this.#counts.get(service) ?? 0) + 1);
      return this.#http.send(request, signal);
    };
  }

  #bodyOf<T>(options: RequestOptions<T>, reply: HttpReply): T {
    const call = `${SERVICES[options.service].name}'s answer to ${options.method} ${options.path}`;
    const body = parseJson(reply.text);
    if (body === undefined && reply.text.trim() !== '') throw new UnexpectedReplyError(`${call} is not JSON`);
    if (options.schema === undefined) return body as T;
    const parsed = options.schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new UnexpectedReplyError(`${call} is not understood: ${issueOf(parsed.error)}`);
  }

  async #failure(options: Call, token: Token, reply: HttpReply): Promise<Error> {
    const { service, method, path, signal, microversion } = options;
    const { name } = SERVICES[service];
    if (reply.status === 406 && microversion !== undefined) {
      const { maximum } = await this.microversions(service, signal);
      const purpose = options.purpose ?? `${method} ${path}`;
      return new MicroversionError(`${name} offers up to ${maximum}; ${purpose} needs ${microversion}`);
    }
    if (reply.status === 401) {
      const who = describeCredentials(this.#config.credentials);
      return new AuthenticationError(
        `${name} refused ${method} ${path}: it does not accept the token that Keystone at ` +
          `${this.#config.authUrl} gave ${who}`,
      );
    }
    const secrets = [token.id, ...Object.values(options.headers ?? {})];
    return new OpenStackError(
      name,
      { status: reply.status, service, method, path },
      apiMessage(reply, secrets),
    );
  }
}

function microversionHeader(service: Service, microversion: string | undefined): Record<string, string> {
  const type = SERVICES[service].microversionType;
  if (microversion === undefined || type === undefined) return {};
  return { 'openstack-api-version': `${type} ${microversion}` };
}

function queryText(query: Readonly<Record<string, QueryValue>> | undefined): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) parameters.append(key, String(item));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
