import type { Audit, AuditState } from '../lifecycle/audit.ts';

/** What a replica has to do about an audit. */
export type Duty =
  | { readonly kind: 'run' }
  /** It has no time for its next run yet, or has missed it. */
  | { readonly kind: 'schedule' }
  /** Its window has ended. */
  | { readonly kind: 'end' }
  /** A replica that is gone has left it in the middle. */
  | { readonly kind: 'settle'; readonly to: AuditState; readonly statusMessage: string }
  /** Epoch milliseconds; undefined: something else has to happen first. */
  | { readonly kind: 'wait'; readonly until: number | undefined };

/** Whether a run is under way: nobody's, somebody's who is alive, or of a replica that is gone. */
export type Hold = 'free' | 'held' | 'lost';

/**
 * A run that could not begin for so long is left out, as Watcher leaves out what came while it was down: audits are planned for certain hours. Longer
 * than it takes to notice that a replica is gone.
 */
const LATEST_MILLISECONDS = 300_000;

const WAIT: Duty = { kind: 'wait', until: undefined };

/** `now` in epoch milliseconds. A pure function, so that all replicas agree. */
export function dutyOf(audit: Audit, { now, hold }: { readonly now: number; readonly hold: Hold }): Duty {
  if (hold === 'held') return WAIT;
  if (audit.state !== 'PENDING' && audit.state !== 'ONGOING' && audit.state !== 'SUCCEEDED') return WAIT;
  switch (audit.auditType) {
    case 'ONESHOT':
      if (audit.state === 'SUCCEEDED') return WAIT;
      return hold === 'lost' ? settle(audit, 'CANCELLED') : { kind: 'run' };
    case 'EVENT':
      if (hold === 'lost' && audit.state === 'ONGOING') return settle(audit, 'PENDING');
      return audit.state === 'ONGOING' || audit.nextRunAt !== null ? { kind: 'run' } : WAIT;
    case 'CONTINUOUS':
      return audit.state === 'SUCCEEDED' ? WAIT : continuousDuty(audit, { now, hold });
  }
}

function continuousDuty(
  { endAt, nextRunAt, anchorAt }: Audit,
  { now, hold }: { readonly now: number; readonly hold: Hold },
): Duty {
  const end = endAt === null ? Number.POSITIVE_INFINITY : Date.parse(endAt);
  if (now > end) return { kind: 'end' };
  // What broke off is done again, however long ago that was.
  if (hold === 'lost') return { kind: 'run' };
  if (nextRunAt === null) {
    return anchorAt === null ? { kind: 'schedule' } : { kind: 'wait', until: end + 1 };
  }
  const due = Date.parse(nextRunAt);
  if (due > now) return { kind: 'wait', until: Math.min(due, end + 1) };
  return { kind: now - due > LATEST_MILLISECONDS ? 'schedule' : 'run' };
}

function settle({ hostname }: Audit, to: AuditState): Duty {
  const again = to === 'PENDING' ? ' It can be triggered again.' : '';
  const statusMessage = `The service on ${hostname ?? 'its host'} was interrupted while this audit was running.${again}`;
  return { kind: 'settle', to, statusMessage };
}
