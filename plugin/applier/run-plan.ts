import type { Action, ActionState } from '../lifecycle/action.ts';
import { dependencyOrder } from '../lifecycle/dependency-order.ts';
import { demandsByAction } from './demands.ts';
import type { PlanEnd } from './end-plan.ts';
import { BrokenPlanError } from './errors.ts';
import { runAction } from './run-action.ts';
import type { Demand } from './slots.ts';
import type { PlanRun } from './tools.ts';

/**
 * Runs every action of the plan after its parents, as many at once as the limits allow, and resolves when all have
 * ended. What depends on an action that failed or was cancelled is cancelled; what depends on a skipped one runs:
 * there was nothing left to do. Throws what the database or the cloud throws, when no action is under way any more.
 */
export async function runPlan(run: PlanRun): Promise<PlanEnd> {
  const actions = await run.repositories.actions.list({ where: { actionPlanUuid: run.plan.uuid } });
  const { ordered, stuck } = dependencyOrder(
    actions,
    action => action.uuid,
    action => action.parents,
  );
  if (stuck.length > 0) {
    throw new BrokenPlanError(
      `Actions of the plan wait for each other: ${stuck.map(a => a.uuid).join(', ')}`,
    );
  }
  const demands = await demandsByAction(actions, run);
  const halt = AbortSignal.any([run.cancel, run.stop]);
  const turns = new Map<string, Turn>();
  for (const action of ordered) {
    const parents = action.parents.flatMap(uuid => turns.get(uuid) ?? []);
    const end = runInTurn({ run, action, parents, halt, demands: demands.get(action.uuid) ?? [] });
    turns.set(action.uuid, { action, end });
  }
  const ends = await Promise.allSettled([...turns.values()].map(turn => turn.end));
  const failure = ends.find(end => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  const stopped =
    run.stop.aborted && ends.some(end => end.status === 'fulfilled' && end.value === 'CANCELLED');
  return stopped ? { note: `The service on ${run.hostname} was stopped.` } : {};
}

interface Turn {
  readonly action: Action;
  readonly end: Promise<ActionState>;
}

interface TurnOptions {
  readonly run: PlanRun;
  readonly action: Action;
  readonly parents: readonly Turn[];
  readonly demands: readonly Demand[];
  readonly halt: AbortSignal;
}

async function runInTurn({ run, action, parents, demands, halt }: TurnOptions): Promise<ActionState> {
  for (const parent of parents) {
    const state = await parent.end;
    if (state !== 'SUCCEEDED' && state !== 'SKIPPED') {
      const fate = state === 'FAILED' ? 'failed' : 'did not run to its end';
      return cancelPending(
        run,
        action,
        `Not started: ${nameOf(parent.action)}, which has to come first, ${fate}.`,
      );
    }
  }
  const release = await run.slots.acquire(demands, halt);
  if (release === undefined) {
    const why = run.cancel.aborted ? 'The action plan was cancelled' : 'The service was stopped';
    return cancelPending(run, action, `Not started: ${why}.`);
  }
  try {
    return await runAction(action, run);
  } finally {
    release();
  }
}

/** The state in which the action is left; somebody may have skipped or cancelled it before. */
async function cancelPending(run: PlanRun, action: Action, statusMessage: string): Promise<ActionState> {
  const { actions } = run.repositories;
  const row = await actions.transition(action.uuid, 'PENDING', 'CANCELLED', { statusMessage });
  return (row ?? (await actions.find(action.uuid)))?.state ?? 'DELETED';
}

function nameOf({ actionType, inputParameters, uuid }: Action): string {
  const resource = inputParameters['resource_name'] ?? inputParameters['resource_id'];
  return typeof resource === 'string' ? `${actionType} of ${resource} (${uuid})` : `${actionType} (${uuid})`;
}
