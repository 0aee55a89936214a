import type { Audit } from './audit.ts';
import type { Interval } from './interval.ts';
import { nextRun, parseInterval } from './interval.ts';

export interface Schedule {
  readonly anchorAt: string;
  /** Null: its window ends before. */
  readonly nextRunAt: string | null;
}

type Planned = Pick<Audit, 'interval' | 'startAt' | 'endAt' | 'anchorAt'>;

/** After a failure a run is tried again so long later, twice as long after each further one, up to an hour. */
const FIRST_DELAY_MILLISECONDS = 30_000;
const LONGEST_DELAY_MILLISECONDS = 3_600_000;
/** Never so many intervals later: who wants to know every ten seconds does not want to wait for an hour. */
const MOST_INTERVALS = 10;

/**
 * When a CONTINUOUS audit is due next, later than `now` (epoch milliseconds). Seconds are counted from its first run, which is at once or when its
 * window opens; cron says itself. Throws `InvalidIntervalError`.
 */
export function schedule(audit: Planned, now: number): Schedule {
  const interval = parseInterval(audit.interval ?? '');
  const openAt = audit.startAt === null ? now : Date.parse(audit.startAt);
  if (audit.anchorAt === null) {
    const anchor = Math.max(now, openAt);
    const isAtOnce = interval.kind === 'seconds';
    return planned(audit, anchor, isAtOnce ? anchor : nextRun(interval, { anchor, after: now }));
  }
  const anchor = Date.parse(audit.anchorAt);
  return planned(audit, anchor, nextRun(interval, { anchor, after: Math.max(now, openAt - 1) }));
}

/**
 * The same after so many failures in a row: earlier than regular while that is far off, but no earlier than the delay allows.
 * Throws `InvalidIntervalError`.
 */
export function scheduleAfterFailure(audit: Planned & { readonly failures: number }, now: number): Schedule {
  const { anchorAt, nextRunAt } = schedule(audit, now);
  if (nextRunAt === null) return { anchorAt, nextRunAt };
  const interval = parseInterval(audit.interval ?? '');
  const anchor = Date.parse(anchorAt);
  const regular = Date.parse(nextRunAt);
  const delay = Math.min(
    FIRST_DELAY_MILLISECONDS * 2 ** Math.max(0, audit.failures - 1),
    LONGEST_DELAY_MILLISECONDS,
    MOST_INTERVALS * gapOf(interval, { anchor, regular }),
  );
  const retry = now + delay;
  return planned(audit, anchor, retry <= regular ? retry : nextRun(interval, { anchor, after: retry - 1 }));
}

/** Milliseconds between a regular run and the one after it. */
function gapOf(interval: Interval, { anchor, regular }: { anchor: number; regular: number }): number {
  if (interval.kind === 'seconds') return interval.seconds * 1000;
  return nextRun(interval, { anchor, after: regular }) - regular;
}

function planned({ endAt }: Planned, anchor: number, next: number): Schedule {
  const isOver = endAt !== null && next > Date.parse(endAt);
  return {
    anchorAt: new Date(anchor).toISOString(),
    nextRunAt: isOver ? null : new Date(next).toISOString(),
  };
}
