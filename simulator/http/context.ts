import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { World } from '../world/world.ts';
import type { CallFaults } from './call-faults.ts';
import type { Tokens } from './tokens.ts';

/** What all services of the simulated cloud share. */
export interface SimulatorContext {
  readonly world: World;
  readonly tokens: Tokens;
  readonly faults: CallFaults;
  /** Services beside the simulated ones that the catalogue names: URL by type. */
  readonly guestServices: Map<string, string>;
  /** `http://127.0.0.1:PORT`, without trailing slash. */
  readonly url: () => string;
}

export const REGION = 'RegionOne';
export const PROJECT_ID = '5f705771e7a0407aa5a0f5c9e4c0cf5c';
export const USER_ID = '2b1f0d6c4e8a4c6f9d3e7a5b1c9f8e7d';
export const DOMAIN = { id: 'default', name: 'Default' } as const;

/** An answer that is no success, in the shape of the service that gives it. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code = 'failure';
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`status ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** Python's `json.dumps` of an ISO instant as OpenStack's services write it: no zone, microseconds. */
export function instantOf(at: number): string {
  return new Date(at * 1000).toISOString().replace('Z', '000');
}

/** To the second, with the zone: `2026-03-02T09:00:00Z`. */
export function zuluOf(at: number): string {
  return `${new Date(at * 1000).toISOString().slice(0, 19)}Z`;
}

/** All services but Keystone want a token that Keystone gave and that has not expired. */
export function requireToken({ tokens, url }: SimulatorContext): RequestHandler {
  return (request, response, next) => {
    if (tokens.isValid(request.get('x-auth-token'))) return next();
    response.setHeader('WWW-Authenticate', `Keystone uri="${url()}/identity"`);
    throw new Failure(401, {
      error: {
        code: 401,
        title: 'Unauthorized',
        message: 'The request you have made requires authentication.',
      },
    });
  };
}

export function newRequestId(response: Response, headers: readonly string[]): string {
  const id = `req-${randomUUID()}`;
  for (const header of headers) response.setHeader(header, id);
  return id;
}

/** The value of a query parameter that is given once; the first of several. */
export function one(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}

export function many(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter(item => typeof item === 'string');
}
