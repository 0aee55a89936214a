import type { ActionType, Effect } from '../actions/action-type.ts';
import type { Action } from '../lifecycle/action.ts';
import { readServerGroups } from './server-groups.ts';
import type { ApplierSettings } from './settings.ts';
import type { Demand } from './slots.ts';
import type { PlanRun } from './tools.ts';

/** The places that each of the actions takes while it runs, by its UUID. Asks Nova for server groups when one moves. */
export async function demandsByAction(
  actions: readonly Action[],
  run: PlanRun,
): Promise<ReadonlyMap<string, readonly Demand[]>> {
  const effects = actions.map(action => effectOf(action, run.actionTypes));
  const moves = effects.some(effect => effect.kind === 'move');
  const groups = moves ? await readServerGroups(run.cloud, run.detach) : new Map<string, string[]>();
  return new Map(
    actions.map((action, index) => [
      action.uuid,
      demandsOf(effects[index] ?? NO_EFFECT, groups, run.settings),
    ]),
  );
}

const NO_EFFECT: Effect = { kind: 'none' };

/** None when the type or the parameters are wrong: running the action will say so. */
function effectOf(action: Action, types: readonly ActionType<unknown>[]): Effect {
  const type = types.find(({ name }) => name === action.actionType);
  const parsed = type?.parameters.safeParse(action.inputParameters);
  return parsed?.success === true && type !== undefined ? type.effect(parsed.data) : NO_EFFECT;
}

/**
 * Nova checks the policy of a server group against where the members are, not against where others are being moved
 * to at the same time (nova bug 1821755), so one member of a group moves at a time.
 */
function demandsOf(
  effect: Effect,
  groups: ReadonlyMap<string, readonly string[]>,
  settings: ApplierSettings,
): Demand[] {
  const total = { key: 'actions', limit: settings.maxActions };
  switch (effect.kind) {
    case 'none':
      return [total];
    case 'service':
      return [total, { key: `service ${effect.host}`, limit: 1 }];
    case 'move':
      return [
        total,
        { key: `instance ${effect.instanceId}`, limit: 1 },
        ...(effect.sourceHost === undefined
          ? []
          : [{ key: `from ${effect.sourceHost}`, limit: settings.maxMigrationsFromHost }]),
        ...(effect.targetHost === undefined
          ? []
          : [{ key: `to ${effect.targetHost}`, limit: settings.maxMigrationsToHost }]),
        ...(groups.get(effect.instanceId) ?? []).map(id => ({ key: `server group ${id}`, limit: 1 })),
      ];
  }
}
