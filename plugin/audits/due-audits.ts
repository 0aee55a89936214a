import type { Logger } from 'pino';
import type { Audit } from '../lifecycle/audit.ts';
import { InvalidIntervalError } from '../lifecycle/interval.ts';
import type { Repositories } from '../lifecycle/repositories.ts';
import { schedule } from '../lifecycle/schedule.ts';
import type { Duty, Hold } from './duty.ts';
import { dutyOf } from './duty.ts';

export interface Replica {
  readonly repositories: Pick<Repositories, 'audits'>;
  readonly hostname: string;
  /** Hostnames of the replicas that are alive; this one is, whatever it says. */
  readonly aliveHosts: () => Promise<readonly string[]>;
  readonly clock: { now(): number };
  readonly logger: Logger;
}

export interface Due {
  /** UUIDs of audits that are to be run, the oldest first. */
  readonly uuids: readonly string[];
  /** UUIDs of all that may run or be running: whatever else runs is not wanted any more. */
  readonly live: ReadonlySet<string>;
  /** When there will be more to do: epoch milliseconds, or infinity. */
  readonly nextAt: number;
}

/**
 * Gives every audit what it needs but a run: a time for the next one, its end, and an end to what a replica that is gone has left. Others may do the
 * same at the same moment: every change is conditional on what was seen. `isHere`: it runs in this process, or is about to.
 */
export async function dueAudits(replica: Replica, isHere: (uuid: string) => boolean): Promise<Due> {
  const { audits } = replica.repositories;
  // In this order none is missed that begins to run in between; as it was seen last, it counts.
  const triggerable = await audits.list({ where: { state: 'SUCCEEDED', auditType: 'EVENT' } });
  const underWay = await audits.list({ where: { state: ['PENDING', 'ONGOING'] } });
  const rows = [
    ...new Map([...underWay, ...triggerable, ...underWay].map(audit => [audit.uuid, audit])).values(),
  ];
  const alive = await aliveOf(rows, replica);
  const uuids: string[] = [];
  let nextAt = Number.POSITIVE_INFINITY;
  for (const audit of rows) {
    if (isHere(audit.uuid)) continue;
    const now = replica.clock.now();
    const duty = dutyOf(audit, { now, hold: holdOf(audit, { hostname: replica.hostname, alive }) });
    const at = duty.kind === 'run' ? now : await fulfil(audit, duty, replica);
    if (at <= now) uuids.push(audit.uuid);
    else nextAt = Math.min(nextAt, at);
  }
  return { uuids, live: new Set(rows.map(({ uuid }) => uuid)), nextAt };
}

/** Hostnames of those who are alive; not asked for, and empty, when none of the audits is in another's hands. */
export async function aliveOf(
  audits: readonly Audit[],
  { hostname, aliveHosts }: Pick<Replica, 'hostname' | 'aliveHosts'>,
): Promise<readonly string[]> {
  const isAnyElsewhere = audits.some(audit => audit.runUuid !== null && audit.hostname !== hostname);
  return isAnyElsewhere ? aliveHosts() : [];
}

/** Of an audit that does not run in this process. */
export function holdOf(
  { runUuid, hostname }: Audit,
  replica: { readonly hostname: string; readonly alive: readonly string[] },
): Hold {
  if (runUuid === null) return 'free';
  const isElsewhere = hostname !== null && hostname !== replica.hostname && replica.alive.includes(hostname);
  return isElsewhere ? 'held' : 'lost';
}

/** When there will be more to do. */
async function fulfil(
  audit: Audit,
  duty: Exclude<Duty, { kind: 'run' }>,
  { repositories: { audits }, clock, logger }: Replica,
): Promise<number> {
  const { uuid, state, runUuid, nextRunAt } = audit;
  const seen = { runUuid, nextRunAt };
  switch (duty.kind) {
    case 'wait':
      return duty.until ?? Number.POSITIVE_INFINITY;
    case 'end':
      await audits.transition(uuid, state, 'SUCCEEDED', { nextRunAt: null, runUuid: null }, seen);
      return Number.POSITIVE_INFINITY;
    case 'settle': {
      const changes = { statusMessage: duty.statusMessage, nextRunAt: null, runUuid: null };
      const settled = await audits.transition(uuid, state, duty.to, changes, seen);
      if (settled !== undefined) logger.warn({ audit: uuid, state: duty.to }, 'audit was left in the middle');
      return Number.POSITIVE_INFINITY;
    }
    case 'schedule':
      try {
        const now = clock.now();
        const next = schedule(audit, now);
        await audits.update(uuid, next, {
          ...seen,
          state,
          anchorAt: audit.anchorAt,
          interval: audit.interval,
        });
        return Math.max(now, Date.parse(next.nextRunAt ?? audit.endAt ?? next.anchorAt));
      } catch (error) {
        if (!(error instanceof InvalidIntervalError)) throw error;
        await audits.transition(uuid, state, 'FAILED', { statusMessage: error.message }, seen);
        return Number.POSITIVE_INFINITY;
      }
  }
}
