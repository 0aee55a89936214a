import type { ActionPlan, ActionPlanState } from '../lifecycle/action-plan.ts';
import type { Action } from '../lifecycle/action.ts';
import { sentenceOf } from './errors.ts';
import type { ApplierOptions } from './tools.ts';

export interface PlanEnd {
  /** Goes before what is said of the actions. */
  readonly note?: string;
  /** What broke the run, if something did. */
  readonly error?: unknown;
}

/** Ends a plan none of whose actions is under way any more; leaves no action without an end. */
export async function endPlan(
  plan: ActionPlan,
  { repositories, logger }: Pick<ApplierOptions, 'repositories' | 'logger'>,
  { note, error }: PlanEnd = {},
): Promise<void> {
  const { actions, actionPlans } = repositories;
  const broken = error === undefined ? undefined : `The applier failed: ${sentenceOf(error)}`;
  const why = broken ?? note ?? 'The action plan has ended.';
  for (const { uuid, state } of await actions.list({ where: { actionPlanUuid: plan.uuid } })) {
    if (state === 'PENDING') await actions.transition(uuid, 'PENDING', 'CANCELLED', { statusMessage: why });
    if (state === 'ONGOING' || state === 'CANCELLING') {
      await actions.transition(uuid, ['ONGOING', 'CANCELLING'], 'FAILED', {
        statusMessage: `${why} The outcome of this action is not known.`,
      });
    }
  }
  const rows = await actions.list({ where: { actionPlanUuid: plan.uuid } });
  const sentences = [broken ?? note, ...summary(rows)].filter(sentence => sentence !== undefined);
  const changes = { statusMessage: sentences.length === 0 ? null : sentences.join(' ') };
  const state = broken === undefined ? stateOf(rows) : 'FAILED';
  const ended =
    (await actionPlans.transition(plan.uuid, 'ONGOING', state, changes)) ??
    (await actionPlans.transition(
      plan.uuid,
      'CANCELLING',
      broken === undefined ? 'CANCELLED' : 'FAILED',
      changes,
    ));
  logger.info({ plan: plan.uuid, state: ended?.state, ...changes }, 'action plan ended');
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
