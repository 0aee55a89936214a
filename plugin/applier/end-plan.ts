import type { ActionPlan, ActionPlanState } from '../lifecycle/action-plan.ts';
import type { Action } from '../lifecycle/action.ts';
import { sentenceOf } from './errors.ts';
import { storePatiently } from './store-patiently.ts';
import type { PlanRun } from './tools.ts';

export interface PlanEnd {
  /** Goes before what is said of the actions. */
  readonly note?: string;
  /** What broke the run, if something did. */
  readonly error?: unknown;
}

/** Ends a plan none of whose actions is under way any more; leaves no action without an end. Throws `ClaimLostError`. */
export async function endPlan(run: PlanRun, { note, error }: PlanEnd = {}): Promise<void> {
  const { plan, claim, logger } = run;
  const { actionPlans } = run.repositories;
  const broken = error === undefined ? undefined : `The applier failed: ${sentenceOf(error)}`;
  const rows = await storePatiently(run, () =>
    endActions(run, broken ?? note ?? 'The action plan has ended.'),
  );
  const sentences = [broken ?? note, ...summary(rows)].filter(sentence => sentence !== undefined);
  const changes = { statusMessage: sentences.length === 0 ? null : sentences.join(' ') };
  const end = (from: ActionPlanState, to: ActionPlanState): Promise<ActionPlan | undefined> =>
    storePatiently(run, () => actionPlans.transition(plan.uuid, from, to, changes, undefined, { claim }));
  const ended =
    (await end('ONGOING', broken === undefined ? stateOf(rows) : 'FAILED')) ??
    (await end('CANCELLING', broken === undefined ? 'CANCELLED' : 'FAILED'));
  logger.info({ plan: plan.uuid, state: ended?.state, ...changes }, 'action plan ended');
}

/** What has no end gets one; all actions as they then are. */
async function endActions({ plan, claim, repositories }: PlanRun, why: string): Promise<Action[]> {
  const { actions } = repositories;
  const where = { actionPlanUuid: plan.uuid };
  for (const { uuid, state } of await actions.list({ where })) {
    if (state === 'PENDING') {
      await actions.transition(uuid, 'PENDING', 'CANCELLED', { statusMessage: why }, undefined, { claim });
    }
    if (state === 'ONGOING' || state === 'CANCELLING') {
      const statusMessage = `${why} The outcome of this action is not known.`;
      await actions.transition(uuid, state, 'FAILED', { statusMessage }, undefined, { claim });
    }
  }
  return actions.list({ where });
}

function stateOf(actions: readonly Action[]): ActionPlanState {
  if (actions.some(({ state }) => state === 'FAILED')) return 'FAILED';
  return actions.some(({ state }) => state === 'CANCELLED') ? 'CANCELLED' : 'SUCCEEDED';
}

function summary(actions: readonly Action[]): string[] {
  const failed = actions.filter(({ state }) => state === 'FAILED');
  const first = failed[0]?.statusMessage ?? '';
  return [
    ...(failed.length === 0 ? [] : [`${failed.length} of ${actions.length} actions failed: ${first}`]),
    ...(actions.some(({ state }) => state === 'SKIPPED') ? ['One or more actions were skipped.'] : []),
  ];
}
