import type { ActionPlan } from '../lifecycle/action-plan.ts';
import type { Audit, AuditState } from '../lifecycle/audit.ts';
import { InvalidIntervalError } from '../lifecycle/interval.ts';
import type { New } from '../lifecycle/repositories.ts';
import { schedule, scheduleAfterFailure } from '../lifecycle/schedule.ts';

/** How a run ended. */
export type Outcome =
  | { readonly kind: 'done'; readonly message: string; readonly plan: ActionPlan }
  | { readonly kind: 'failed'; readonly why: string }
  /** A plan under way forbids it. */
  | { readonly kind: 'skipped'; readonly why: string }
  /** The service stops. */
  | { readonly kind: 'stopped' }
  /** Somebody has changed the audit's state. */
  | { readonly kind: 'cancelled' };

export interface AuditEnd {
  readonly to: AuditState;
  readonly changes: Partial<New<Audit>>;
}

export interface Run {
  /** As it was before the run began. */
  readonly before: Audit;
  /** As it is now; others may have changed it meanwhile. */
  readonly audit: Audit;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What becomes of an audit that is ONGOING after its run; undefined when the run leaves no trace in it. */
export function endOfRun(run: Run, outcome: Outcome): AuditEnd | undefined {
  if (outcome.kind === 'cancelled') return undefined;
  switch (run.audit.auditType) {
    case 'ONESHOT':
      return endOfOneshot(outcome);
    case 'EVENT':
      return endOfEvent(run, outcome);
    case 'CONTINUOUS':
      return endOfRound(run, outcome);
  }
}

type Ending = Exclude<Outcome, { kind: 'cancelled' }>;

function endOfOneshot(outcome: Ending): AuditEnd {
  switch (outcome.kind) {
    case 'done':
      return { to: 'SUCCEEDED', changes: { statusMessage: outcome.message } };
    case 'failed':
      return { to: 'FAILED', changes: { statusMessage: outcome.why } };
    case 'skipped':
      return {
        to: 'CANCELLED',
        changes: { statusMessage: `${outcome.why} Use force to run the audit beside it.` },
      };
    case 'stopped':
      return {
        to: 'CANCELLED',
        changes: { statusMessage: 'The service was stopped while this audit was running.' },
      };
  }
}

/** A stopped one is triggered still: another replica, or the next start, runs it. */
function endOfEvent({ before }: Run, outcome: Ending): AuditEnd {
  const waiting = before.state === 'SUCCEEDED' ? 'SUCCEEDED' : 'PENDING';
  switch (outcome.kind) {
    case 'done':
    case 'failed':
      return endOfOneshot(outcome);
    case 'skipped':
      return { to: waiting, changes: { statusMessage: `Skipped: ${outcome.why}` } };
    case 'stopped':
      return { to: waiting, changes: { nextRunAt: before.nextRunAt } };
  }
}

/** An error does not end a CONTINUOUS audit: it is told, and after a while tried again. */
function endOfRound(run: Run, outcome: Ending): AuditEnd {
  const { before, audit } = run;
  switch (outcome.kind) {
    case 'done':
      return { to: 'ONGOING', changes: { ...next(run, 0), statusMessage: outcome.message } };
    case 'failed': {
      const failures = before.failures + 1;
      const scheduled = next(run, failures);
      const count = failures === 1 ? '' : ` (${failures} times in a row)`;
      const again = scheduled.nextRunAt === null ? '' : ` It is tried again at ${scheduled.nextRunAt}.`;
      return {
        to: 'ONGOING',
        changes: { ...scheduled, statusMessage: `The last run failed${count}: ${outcome.why}${again}` },
      };
    }
    case 'skipped': {
      const statusMessage = `The last run was skipped: ${outcome.why}`;
      return { to: before.state, changes: { ...next(run, before.failures), statusMessage } };
    }
    case 'stopped':
      // Still due: another replica, or the next start, runs it.
      return { to: before.state, changes: { nextRunAt: audit.nextRunAt } };
  }
}

type Scheduled = Pick<New<Audit>, 'anchorAt' | 'nextRunAt' | 'failures'>;

function next({ before, audit, now }: Run, failures: number): Scheduled {
  // Somebody has planned it anew during the run.
  if (audit.nextRunAt !== before.nextRunAt) {
    return { anchorAt: audit.anchorAt, nextRunAt: audit.nextRunAt, failures };
  }
  try {
    const scheduled =
      failures > before.failures ? scheduleAfterFailure({ ...audit, failures }, now) : schedule(audit, now);
    return { ...scheduled, failures };
  } catch (error) {
    if (!(error instanceof InvalidIntervalError)) throw error;
    // The next look at it tells what is wrong.
    return { anchorAt: null, nextRunAt: null, failures };
  }
}
