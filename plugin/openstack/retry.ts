import { setTimeout as delay } from 'node:timers/promises';

import { ConnectionError } from './http.ts';
import type { HttpReply } from './http.ts';

export interface RetryPolicy {
  /** How often a call is sent at most. */
  readonly attempts: number;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** 0 to 1. */
  readonly random: () => number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export async function realSleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

const FIRST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 10_000;
/** A service that wants more is reported as failing: planning cannot wait for it. */
const LONGEST_RETRY_AFTER_MILLISECONDS = 60_000;

/** Repeats what a busy or restarting service answered (429, 500, 502 to 504) or a lost connection swallowed. */
export async function sendWithRetry(
  send: () => Promise<HttpReply>,
  policy: RetryPolicy,
  signal: AbortSignal,
): Promise<HttpReply> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await send().catch((error: unknown) => {
      if (error instanceof ConnectionError) return error;
      throw error;
    });
    const pause = attempt < policy.attempts ? pauseAfter(outcome, attempt, policy) : undefined;
    if (pause === undefined) {
      if (outcome instanceof ConnectionError) throw outcome;
      return outcome;
    }
    await policy.sleep(pause, signal);
  }
}

/** Undefined: another attempt is of no use. */
function pauseAfter(
  outcome: HttpReply | ConnectionError,
  attempt: number,
  policy: RetryPolicy,
): number | undefined {
  if (outcome instanceof ConnectionError) {
    return isPermanent(outcome) ? undefined : backOff(attempt, policy.random);
  }
  if (![429, 500, 502, 503, 504].includes(outcome.status)) return undefined;
  const asked = retryAfter(outcome.headers['retry-after'], policy.now());
  if (asked === undefined) return backOff(attempt, policy.random);
  return asked > LONGEST_RETRY_AFTER_MILLISECONDS ? undefined : asked;
}

/** Half fixed, half random, doubled each time, so that many callers do not come back at once. */
function backOff(attempt: number, random: () => number): number {
  const full = Math.min(LONGEST_PAUSE_MILLISECONDS, FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1));
  return full / 2 + (full / 2) * random();
}

/** Milliseconds; the header holds seconds or a date. */
function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** A certificate that is not trusted, or a reply that is too large or no HTTP, will be the same next time. */
function isPermanent(error: ConnectionError): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_BAD|^HPE_/.test(error.code);
}
