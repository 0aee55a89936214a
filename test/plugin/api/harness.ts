import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { pino } from 'pino';
import { z } from 'zod';
import { openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import type { Goal } from '../../../goals/goal.ts';
import { predictiveMigration as GOAL } from '../../../goals/predictive-migration.ts';
import { ACTION_TYPES } from '../../../plugin/actions/action-types.ts';
import { systemClock } from '../../../plugin/actions/clock.ts';
import { createApi } from '../../../plugin/api/api.ts';
import { createApiServer } from '../../../plugin/api/http-server.ts';
import { DEFAULT_API_SETTINGS } from '../../../plugin/api/settings.ts';
import type { ApiOptions, Requirements } from '../../../plugin/api/options.ts';
import type { TokenOwner, TokenValidator } from '../../../plugin/api/token-validator.ts';
import { createApplier } from '../../../plugin/applier/applier.ts';
import { DEFAULT_APPLIER_SETTINGS } from '../../../plugin/applier/settings.ts';
import type { Repositories } from '../../../plugin/lifecycle/repositories.ts';
import type { Cloud } from '../../../plugin/openstack/cloud.ts';
import { SCORING_ENGINES } from '../../../scoring/scoring-engines.ts';
import { predictiveMigration } from '../../../strategies/predictive-migration/predictive-migration.ts';
import type { Strategy } from '../../../strategies/strategy.ts';
import { cluster } from '../../cluster/tiny-cluster.ts';
import type { Check, OpenApi } from './answers-as-documented.ts';
import { checkerOf } from './answers-as-documented.ts';

/** One source that holds everything but the hosts' memory, and all pictures. */
export const ALL_THERE: Requirements = {
  datasources: async (_strategyName, usages) => [
    {
      name: 'gnocchi',
      isAvailable: true,
      metrics: usages.map(usage => ({
        usage,
        name: `gnocchi.${usage}`,
        isAvailable: usage !== 'host_ram_usage',
      })),
    },
  ],
  hasModel: () => Promise.resolve(true),
};

/** Beside the real ones, so that there is more than one of each. */
const CALM: Goal = {
  name: 'Calm',
  displayName: 'A calm cloud',
  indicators: [],
  globalEfficacy: () => [],
};

const SIT_STILL: Strategy<{ patience: number; mood?: string | undefined }> = {
  name: 'sit_still',
  displayName: 'Sit still',
  goal: 'Calm',
  parameters: z.strictObject({ patience: z.int().min(1).max(10).default(3), mood: z.string().optional() }),
  needs: () => ({ metrics: [], historySeconds: 0, stepSeconds: 300, steps: 1 }),
  decide: () => ({ actions: [], indicators: {}, explanation: ['All is calm.'], rejected: [], examined: 0 }),
};

const LOOK_AWAY: Strategy<unknown> = { ...SIT_STILL, name: 'look_away', displayName: 'Look away' };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  readonly json: unknown;
  /** Of Watcher's error envelope; undefined when it is none. */
  readonly faultstring: string | undefined;
}

export interface Call {
  readonly body?: unknown;
  readonly rawBody?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default `admin`; null sends none. */
  readonly token?: string | null;
  /** Default 1.7. */
  readonly version?: string;
}

/** Who has which token: the real thing without Keystone. */
export class Tokens implements TokenValidator {
  readonly owners = new Map<string, TokenOwner>();
  /** Tokens that were asked about, in order. */
  readonly asked: string[] = [];
  unreachable: Error | undefined;

  async validate(token: string): Promise<TokenOwner | undefined> {
    this.asked.push(token);
    await Promise.resolve();
    if (this.unreachable !== undefined) throw this.unreachable;
    return this.owners.get(token);
  }
}

export interface ApiUnderTest {
  readonly url: string;
  readonly repositories: Repositories;
  readonly tokens: Tokens;
  /** UUIDs of audits that were triggered, and of plans that were launched. */
  readonly triggered: string[];
  /** UUIDs of audits that were to be broken off. */
  readonly cancelled: string[];
  readonly launched: string[];
  /** Lines of the log. */
  readonly log: string[];
  /** Epoch milliseconds. */
  now: number;
  call(method: string, path: string, call?: Call): Promise<Answer>;
  stop(): Promise<void>;
}

export const IDENTITY_URL = 'http://keystone.example:5000';

/** Serves the API on a free port, on a database in memory. */
export async function startApi(overrides: Partial<ApiOptions> = {}): Promise<ApiUnderTest> {
  const under = {
    now: Date.parse('2026-03-01T12:00:00Z'),
    triggered: [],
    cancelled: [],
    launched: [],
    log: [],
  } as {
    now: number;
    triggered: string[];
    cancelled: string[];
    launched: string[];
    log: string[];
  };
  const database = await openDatabase('sqlite://', { now: () => new Date(under.now) });
  const repositories = createRepositories(database);
  const tokens = new Tokens();
  const expiresAt = '2026-03-02T12:00:00.000000Z';
  tokens.owners.set('admin', { userId: 'u1', projectId: 'p1', roles: ['member', 'Admin'], expiresAt });
  tokens.owners.set('member', { userId: 'u2', projectId: 'p1', roles: ['member', 'reader'], expiresAt });
  const logger = pino({ level: 'debug' }, { write: line => under.log.push(line) });
  const applier = createApplier({
    repositories,
    // cancelling reaches the database only
    cloud: {} as Cloud,
    actionTypes: ACTION_TYPES,
    clock: systemClock,
    logger,
    settings: DEFAULT_APPLIER_SETTINGS,
    hostname: 'here',
  });
  const app = await createApi({
    repositories,
    goals: [GOAL, CALM],
    strategies: [predictiveMigration, SIT_STILL, LOOK_AWAY],
    scoringEngines: SCORING_ENGINES,
    actionTypes: ACTION_TYPES,
    requirements: ALL_THERE,
    tokenValidator: tokens,
    identityUrl: IDENTITY_URL,
    audits: {
      trigger: uuid => under.triggered.push(uuid),
      cancel: uuid => under.cancelled.push(uuid),
    },
    applier: {
      launch: uuid => {
        under.launched.push(uuid);
        return Promise.resolve(true);
      },
      cancel: uuid => applier.cancel(uuid),
    },
    clusterPicture: { take: () => Promise.resolve(cluster({})) },
    clock: { now: () => under.now },
    logger,
    ...overrides,
  }).catch(async (error: unknown) => {
    await repositories.close();
    throw error;
  });
  const server = createApiServer(app, overrides.settings ?? DEFAULT_API_SETTINGS);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(under, {
    url,
    repositories,
    tokens,
    call: (method: string, path: string, call: Call = {}) => send(url, { method, path, call }),
    stop: () => stop(server, repositories),
  });
}

/** Every answer is compared with what the API says of itself. */
let check: Promise<Check> | undefined;

async function send(
  url: string,
  { method, path, call }: { method: string; path: string; call: Call },
): Promise<Answer> {
  const { body, rawBody, headers = {}, token = 'admin', version = '1.7' } = call;
  const content = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  const reply = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { 'X-Auth-Token': token }),
      'OpenStack-API-Version': `infra-optim ${version}`,
      ...(content === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
  const text = await reply.text();
  check ??= fetch(`${url}/openapi.json`).then(async document =>
    checkerOf((await document.json()) as OpenApi),
  );
  (await check)(method, path, { status: reply.status, contentType: reply.headers.get('content-type'), text });
  const json = parsed(text);
  return { status: reply.status, headers: reply.headers, text, json, faultstring: faultstringOf(json) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** As python-watcherclient reads it. */
function faultstringOf(json: unknown): string | undefined {
  const message = (json as { error_message?: unknown } | undefined)?.error_message;
  if (typeof message !== 'string') return undefined;
  return (parsed(message) as { faultstring?: string } | undefined)?.faultstring;
}

async function stop(server: Server, repositories: Repositories): Promise<void> {
  server.closeAllConnections();
  await new Promise(resolve => {
    server.close(resolve);
  });
  await repositories.close();
}
