/**
 * Requests per second and latency of the API, of Auspex and of the lab's Watcher in the same run: on the same database server,
 * with as many rows and goals of the same shape, one process each (Watcher's with two threads), the same four clients, and a new
 * connection for every request for both, since uwsgi keeps none open. Both have seen the token before and keep what Keystone
 * said of it (Watcher in memcached, Auspex in its own memory).
 */
import { parseArgs } from 'node:util';
import { LabCloud } from '../devstack/lab/feeder/cloud.ts';
import { startAuspex } from '../test/openstack/auspex.ts';
import {
  createDatabases,
  dropDatabases,
  fillOurs,
  fillWatchers,
  OUR_URL,
  WATCHERS_URL,
} from './api/databases.ts';
import type { Measured, Operation } from './api/load.ts';
import { measure } from './api/load.ts';
import { startWatcherApi } from './api/watcher.ts';
import { report } from './results.ts';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
    clients: { type: 'string', default: '4' },
  },
});
const ROWS = Number(options.rows);
const WARM_UP_SECONDS = 1;
const MINIMUM_REQUESTS = 20;

interface Side {
  readonly url: string;
  /** UUID of a plan. */
  readonly plan: string;
  readonly goal: string;
}

const OPERATIONS: readonly ((side: Side) => Operation)[] = [
  () => get('goals', '/v1/goals'),
  () => get('audits?limit=100', '/v1/audits?limit=100'),
  () => get(`audits (all ${ROWS})`, '/v1/audits'),
  () => get('action_plans?limit=100', '/v1/action_plans?limit=100'),
  () => get(`action_plans (all ${ROWS})`, '/v1/action_plans'),
  ({ plan }) => get('plan show', `/v1/action_plans/${plan}`),
  // of a type that waits for its event, so that nothing but the request is done
  ({ goal }) => ({
    name: 'audit create',
    method: 'POST',
    path: '/v1/audits',
    body: n => ({ audit_type: 'EVENT', goal, name: `bench-new-${process.pid}-${Date.now()}-${n}` }),
    status: 201,
  }),
];

const undo: (() => Promise<unknown>)[] = [];
try {
  await run();
} finally {
  for (const step of undo.toReversed()) await step();
}

async function run(): Promise<void> {
  undo.push(dropDatabases);
  await createDatabases();
  const { token } = await LabCloud.connect();
  const auspex = await startAuspex({ AUSPEX_DATABASE_URL: OUR_URL });
  undo.push(() => auspex.stop());
  const goals = await names(auspex.url, token, 'goals');
  const goal = goals.find(name => name === 'dummy') ?? goals[0] ?? '';
  const strategies = await names(auspex.url, token, 'strategies', `?goal=${goal}`);
  const watcher = await startWatcherApi(WATCHERS_URL);
  undo.push(() => watcher.stop());
  const watchers = { url: watcher.url, plan: await fillWatchers(ROWS, goals.length), goal: 'dummy' };
  const ours = { url: auspex.url, plan: await fillOurs(ROWS, goal, strategies[0] ?? ''), goal };
  const rows = [];
  for (const [n, operationOf] of OPERATIONS.entries()) {
    // who goes first changes, so that neither always finds the caches of the database warm
    const sides = n % 2 === 0 ? [watchers, ours] : [ours, watchers];
    const results = new Map<Side, Measured>();
    for (const side of sides) results.set(side, await measured(operationOf(side), side.url, token));
    rows.push(row(operationOf(ours).name, results.get(watchers)!, results.get(ours)!));
    console.log(JSON.stringify(rows.at(-1)));
  }
  report('api', rows);
}

async function measured(operation: Operation, url: string, token: string): Promise<Measured> {
  const load = { url, token, clients: Number(options.clients), keepAlive: false };
  await measure(operation, { ...load, seconds: WARM_UP_SECONDS, minimumRequests: 0 });
  return measure(operation, { ...load, seconds: Number(options.seconds), minimumRequests: MINIMUM_REQUESTS });
}

function row(name: string, watcher: Measured, ours: Measured): Record<string, string | number> {
  const figure = (value: number): number => Number(value.toPrecision(3));
  return {
    'request': name,
    'Watcher req/s': figure(watcher.requestsPerSecond),
    'Auspex req/s': figure(ours.requestsPerSecond),
    'times': figure(ours.requestsPerSecond / watcher.requestsPerSecond),
    'Watcher p50 ms': figure(watcher.p50),
    'Auspex p50 ms': figure(ours.p50),
    'Watcher p99 ms': figure(watcher.p99),
    'Auspex p99 ms': figure(ours.p99),
    'p99 share': figure(ours.p99 / watcher.p99),
    'Watcher KB': figure(watcher.bytes / 1000),
    'Auspex KB': figure(ours.bytes / 1000),
    'Watcher n': watcher.requests,
    'Auspex n': ours.requests,
  }; // prettier-ignore
}

function get(name: string, path: string): Operation {
  return { name, method: 'GET', path, status: 200 };
}

async function names(url: string, token: string, resource: string, query = ''): Promise<string[]> {
  const reply = await fetch(`${url}/v1/${resource}${query}`, { headers: { 'X-Auth-Token': token } });
  const body = (await reply.json()) as Record<string, { name: string }[]>;
  return (body[resource] ?? []).map(({ name }) => name);
}
