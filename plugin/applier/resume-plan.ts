import { demandsByAction } from './demands.ts';
import type { PlanEnd } from './end-plan.ts';
import { LeftForLaterError, sentenceOf } from './errors.ts';
import { resumeAction } from './run-action.ts';
import type { PlanRun } from './tools.ts';

/**
 * Takes over a plan that an interruption of the service left unfinished: what was under way is followed to its end
 * and judged by the cloud's truth; what had not begun is not begun, because the cloud may have changed meanwhile.
 * Throws `LeftForLaterError` while the cloud or the database does not answer.
 */
export async function resumePlan(run: PlanRun): Promise<PlanEnd> {
  try {
    await settleBegun(run);
  } catch (error) {
    throw new LeftForLaterError(`The plan cannot be taken over yet: ${sentenceOf(error)}`, { cause: error });
  }
  return {
    note: `The service on ${run.plan.hostname ?? run.hostname} was interrupted while the plan was under way.`,
  };
}

async function settleBegun(run: PlanRun): Promise<void> {
  const actions = await run.repositories.actions.list({ where: { actionPlanUuid: run.plan.uuid } });
  const begun = actions.filter(({ state }) => state === 'ONGOING' || state === 'CANCELLING');
  const demands = await demandsByAction(begun, run);
  const releases = begun.map(({ uuid }) => run.slots.occupy(demands.get(uuid) ?? []));
  try {
    const ends = await Promise.allSettled(begun.map(action => resumeAction(action, run)));
    const failure = ends.find(end => end.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  } finally {
    for (const release of releases) release();
  }
}
