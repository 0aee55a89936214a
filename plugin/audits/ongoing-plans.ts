import type { ClusterModel } from '../../cluster/cluster-model.ts';
import type { ActionType, Effect } from '../actions/action-type.ts';
import type { Action } from '../lifecycle/action.ts';
import type { Repositories } from '../lifecycle/repositories.ts';
import { PlanUnderWayError } from './errors.ts';

export type OngoingPlans = 'all' | 'same_hosts';

interface Tools {
  readonly repositories: Pick<Repositories, 'actionPlans' | 'actions'>;
  readonly actionTypes: readonly ActionType<unknown>[];
}

/** Throws `PlanUnderWayError` when a plan is ONGOING; given a cluster, only when the plan may touch one of its hosts. */
export async function checkOngoingPlans(
  { repositories, actionTypes }: Tools,
  cluster?: ClusterModel,
): Promise<void> {
  for (const { uuid } of await repositories.actionPlans.list({ where: { state: 'ONGOING' } })) {
    if (cluster === undefined) throw new PlanUnderWayError(`The action plan ${uuid} is under way.`);
    const actions = await repositories.actions.list({ where: { actionPlanUuid: uuid } });
    const host = hostTouched(actions, { actionTypes, cluster });
    if (host === undefined) continue;
    throw new PlanUnderWayError(`The action plan ${uuid} is under way and concerns ${host}.`);
  }
}

function hostTouched(
  actions: readonly Action[],
  {
    actionTypes,
    cluster,
  }: { readonly actionTypes: readonly ActionType<unknown>[]; readonly cluster: ClusterModel },
): string | undefined {
  for (const action of actions) {
    const type = actionTypes.find(({ name }) => name === action.actionType);
    const parameters = type?.parameters.safeParse(action.inputParameters);
    // What is not understood may touch anything.
    if (type === undefined || parameters?.success !== true) return 'hosts that are not known';
    const host = hostOf(type.effect(parameters.data), cluster);
    if (host !== undefined) return host;
  }
  return undefined;
}

function hostOf(effect: Effect, { hostByName }: ClusterModel): string | undefined {
  switch (effect.kind) {
    case 'none':
      return undefined;
    case 'service':
      return hostByName.has(effect.host) ? effect.host : undefined;
    case 'move':
      if (effect.targetHost === undefined) return 'a host that Nova chooses';
      return [effect.sourceHost, effect.targetHost].find(host => host !== undefined && hostByName.has(host));
  }
}
