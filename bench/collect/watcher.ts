import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Session } from '../../plugin/openstack/session.ts';
import type { Measured } from './ours.ts';

const PROJECT_ROOT = join(import.meta.dirname, '../..');
const PORTS_OF_MODEL = ['18774', '18778'];
const AUDIT_SECONDS = 900;
const MEASURES = / GET \/v1\/resource\/\w+\/([\w-]+)\/metric\/([^/ ]+)\/measures\?\S*stop=/;

/** Watcher's own code builds its model of Nova and Placement. */
export function buildWatcherModel(): Measured & { readonly instances: number } {
  const script = readFileSync(join(import.meta.dirname, 'watcher-model.py'));
  const printed = execFileSync(join(PROJECT_ROOT, 'devstack/lab/in-lab'), ['python3', '-'], {
    input: script,
    stdio: ['pipe', 'pipe', 'ignore'],
  }).toString();
  const { requests, seconds, instances } = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as {
    requests: Record<string, number>;
    seconds: number;
    instances: number;
  };
  return {
    requests: PORTS_OF_MODEL.reduce((sum, port) => sum + (requests[port] ?? 0), 0),
    seconds,
    instances,
  };
}

export interface AccessLog {
  /** Path of Gnocchi's. */
  readonly log: string;
  /** The others that Watcher asks for are not counted. */
  readonly instances: readonly { readonly id: string }[];
}

/** Runs a ONESHOT audit of the lab's Watcher and counts, in Gnocchi's access log, what it asked. Its plan is not run. */
export async function runAudit(
  session: Session,
  audit: { readonly goal: string; readonly strategy: string; readonly parameters: object },
  access: AccessLog,
): Promise<Measured & { readonly state: string }> {
  const offset = statSync(access.log).size;
  const startedAt = performance.now();
  const signal = new AbortController().signal;
  const created = await session.request({
    service: 'infra-optim',
    method: 'POST',
    path: '/v1/audits',
    body: { name: `bench ${audit.strategy} ${Date.now()}`, audit_type: 'ONESHOT', ...audit },
    signal,
  });
  const { uuid } = created.body as { uuid: string };
  try {
    const state = await untilOver(session, uuid, audit.strategy);
    const seconds = (performance.now() - startedAt) / 1000;
    return { requests: requestsOfWatcher(access, offset), seconds, state };
  } finally {
    await remove(session, uuid);
  }
}

/** A strategy that stumbles over an instance without metrics is FAILED, but has asked all the same. */
async function untilOver(session: Session, uuid: string, strategy: string): Promise<string> {
  const deadline = Date.now() + AUDIT_SECONDS * 1000;
  for (;;) {
    const { body } = await session.request({
      service: 'infra-optim',
      method: 'GET',
      path: `/v1/audits/${uuid}`,
      signal: new AbortController().signal,
    });
    const { state } = body as { state: string };
    if (['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(state)) return state;
    if (Date.now() > deadline)
      throw new Error(`Watcher's audit of ${strategy} is ${state} after ${AUDIT_SECONDS} s`);
    await new Promise(resolve => {
      setTimeout(resolve, 500);
    });
  }
}

/**
 * What its data source asks of these instances and of hosts: the search for a host's resource, and measures with a `stop`,
 * which nothing else in the lab gives. A line of the log: `… GET /v1/resource/… => generated 2 bytes …`.
 */
function requestsOfWatcher({ log, instances }: AccessLog, offset: number): number {
  const own = new Set(instances.map(({ id }) => id));
  const lines = readFileSync(log).subarray(offset).toString().split('\n');
  return lines.filter(line => {
    if (line.includes(' POST /v1/search/resource/generic?')) return true;
    const [, id, metric] = MEASURES.exec(line) ?? [];
    if (id === undefined || metric === undefined) return false;
    return own.has(id) || metric.startsWith('compute.node.') || metric.startsWith('hardware.');
  }).length;
}

async function remove(session: Session, uuid: string): Promise<void> {
  const signal = new AbortController().signal;
  const request = { service: 'infra-optim', signal } as const;
  const { body } = await session.request({
    ...request,
    method: 'GET',
    path: '/v1/action_plans',
    query: { audit_uuid: uuid },
  });
  for (const plan of (body as { action_plans: { uuid: string }[] }).action_plans) {
    await session.request({ ...request, method: 'DELETE', path: `/v1/action_plans/${plan.uuid}` });
  }
  await session.request({ ...request, method: 'DELETE', path: `/v1/audits/${uuid}` });
}
