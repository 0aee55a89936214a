import type { Cron } from './cron.ts';
import { InvalidCronError, nextOfCron, parseCron } from './cron.ts';

/** How often a CONTINUOUS audit runs. */
export type Interval =
  { readonly kind: 'seconds'; readonly seconds: number } | { readonly kind: 'cron'; readonly cron: Cron };

/** Neither whole seconds above 0 nor a cron expression; the message says why. */
export class InvalidIntervalError extends Error {
  override readonly name = 'InvalidIntervalError';
  readonly code = 'invalid_interval';
}

/** Longer than anything sensible, and short enough for every date: 31 years. */
const MAXIMUM_DIGITS = 9;

/** Throws `InvalidIntervalError`. */
export function parseInterval(text: string): Interval {
  if (/^[+-]?\d+$/.test(text.trim())) return { kind: 'seconds', seconds: readSeconds(text.trim()) };
  try {
    return { kind: 'cron', cron: parseCron(text) };
  } catch (error) {
    if (!(error instanceof InvalidCronError)) throw error;
    throw new InvalidIntervalError(
      `Expected an interval or cron syntax but received ${text.slice(0, 255)}: ${error.message}.`,
      { cause: error },
    );
  }
}

/**
 * The first instant later than `after` that the interval names; epoch milliseconds. Those of seconds are counted from `anchor`, which is the
 * first of them.
 */
export function nextRun(interval: Interval, { anchor, after }: { anchor: number; after: number }): number {
  if (interval.kind === 'cron') return nextOfCron(interval.cron, Math.max(after, anchor - 1))!;
  const step = interval.seconds * 1000;
  return after < anchor ? anchor : anchor + (Math.floor((after - anchor) / step) + 1) * step;
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds <= 0) throw new InvalidIntervalError(`An interval must be above 0 seconds, not ${text}.`);
  if (/^\d+$/.test(text) && text.length <= MAXIMUM_DIGITS) return seconds;
  throw new InvalidIntervalError(
    `The interval ${text} is not a number of seconds of up to ${MAXIMUM_DIGITS} digits.`,
  );
}
