import { sentenceOf } from './errors.ts';
import type { PlanRun } from './tools.ts';

const RETRY_MS = 1000;

/**
 * Reads or writes what must be known before the run can go on, again and again while the database does not answer: an
 * outage of the database is no failure of the plan. Writes carry the claim, so one that was lost meanwhile ends it with
 * `ClaimLostError`; a run that is not waited for any more ends it with `LeftForLaterError`.
 */
export async function storePatiently<T>(
  { clock, logger, detach, plan }: Pick<PlanRun, 'clock' | 'logger' | 'detach' | 'plan'>,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    detach.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseOutage(error)) throw error;
      const log = { plan: plan.uuid, error: sentenceOf(error) };
      if (attempt === 1) logger.warn(log, 'the database does not answer, the action plan waits for it');
      await clock.sleep(RETRY_MS);
    }
  }
}

function isDatabaseOutage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'database_unavailable';
}
