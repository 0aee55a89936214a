import type { ActionPlan } from '../lifecycle/action-plan.ts';
import type { Repositories } from '../lifecycle/repositories.ts';

type Store = Pick<Repositories, 'actionPlans' | 'actions'>;

/**
 * An ONGOING plan becomes CANCELLING, to be ended by whoever runs it; one that has not begun is CANCELLED at once. The
 * changed plan; undefined when its state does not allow it.
 */
export async function cancelPlan(planUuid: string, store: Store): Promise<ActionPlan | undefined> {
  const plan =
    (await store.actionPlans.transition(planUuid, 'ONGOING', 'CANCELLING')) ??
    (await store.actionPlans.transition(planUuid, ['RECOMMENDED', 'PENDING'], 'CANCELLED'));
  if (plan !== undefined) await cancelPendingActions(planUuid, store);
  return plan;
}

export async function cancelPendingActions(
  planUuid: string,
  { actions }: Pick<Store, 'actions'>,
): Promise<void> {
  for (const { uuid } of await actions.list({ where: { actionPlanUuid: planUuid, state: 'PENDING' } })) {
    await actions.transition(uuid, 'PENDING', 'CANCELLED', {
      statusMessage: 'Not started: the action plan was cancelled.',
    });
  }
}

/** For a replica that runs no plans: those that do find in the database what was asked for. */
export function applierElsewhere(store: Store): {
  launch(planUuid: string): Promise<boolean>;
  cancel(planUuid: string): Promise<ActionPlan | undefined>;
} {
  return { launch: () => Promise.resolve(false), cancel: planUuid => cancelPlan(planUuid, store) };
}
