import type { ActionPlan, ActionPlanState } from '../lifecycle/action-plan.ts';
import { ACTION_PLAN_TRANSITIONS } from '../lifecycle/action-plan.ts';
import type { ApiContext } from './context.ts';
import { notFound, shown, wrongState } from './errors.ts';
import type { Operation } from './json-patch.ts';
import { applyPatch, patchError, transitionError } from './json-patch.ts';

/** What an administrator may ask of a plan; the other transitions are the service's own. */
const ASKABLE: Readonly<Partial<Record<ActionPlanState, readonly ActionPlanState[]>>> = {
  RECOMMENDED: ['PENDING', 'CANCELLED'],
  PENDING: ['CANCELLED'],
  ONGOING: ['CANCELLING'],
};

/** The plan as PENDING; the applier takes it from there. Throws what becomes 400 or 404. */
export async function startActionPlan(uuid: string, context: ApiContext): Promise<ActionPlan> {
  const started = await pend(uuid, context);
  if (started !== undefined) return started;
  throw wrongState('start', (await current(uuid, context)).state);
}

/** Throws what becomes 400 or 404. */
export async function patchActionPlan(
  { uuid, state, hostname, globalEfficacy }: ActionPlan,
  operations: readonly Operation[],
  context: ApiContext,
): Promise<ActionPlan> {
  const forbidden = operations.find(({ path }) => path.startsWith('/status_message'));
  if (forbidden !== undefined) throw patchError(operations, `${forbidden.path} can't be updated.`);
  const document = { state, hostname, global_efficacy: globalEfficacy };
  const wanted = applyPatch(document, operations)['state'];
  if (wanted === null) throw transitionError(operations, state, 'None');
  if (typeof wanted !== 'string' || !Object.hasOwn(ACTION_PLAN_TRANSITIONS, wanted)) {
    throw patchError(operations, `Invalid state: ${shown(wanted)}`);
  }
  const to = wanted as ActionPlanState;
  if (!(ASKABLE[state] ?? []).includes(to)) throw transitionError(operations, state, to);
  const changed = to === 'PENDING' ? await pend(uuid, context) : await context.applier.cancel(uuid);
  if (changed !== undefined) return changed;
  throw transitionError(operations, (await current(uuid, context)).state, to);
}

/** Undefined when the plan is not RECOMMENDED any more. Of those who start it at once, one succeeds. */
async function pend(uuid: string, { repositories, applier }: ApiContext): Promise<ActionPlan | undefined> {
  const pending = await repositories.actionPlans.transition(uuid, 'RECOMMENDED', 'PENDING');
  if (pending !== undefined) await applier.launch(uuid);
  return pending;
}

async function current(uuid: string, { repositories }: ApiContext): Promise<ActionPlan> {
  const plan = await repositories.actionPlans.find(uuid);
  if (plan === undefined) throw notFound('ActionPlan', uuid);
  return plan;
}
