import type { Action, ActionState } from '../lifecycle/action.ts';
import { dependencyOrder } from '../lifecycle/dependency-order.ts';
import { demandsByAction } from './demands.ts';
import type { PlanEnd } from './end-plan.ts';
import { BrokenPlanError, isLeftForLater, LeftForLaterError } from './errors.ts';
import { interruptionNote, isTooLate } from './interruption.ts';
import { resumeAction, runAction } from './run-action.ts';
import type { Demand, Release } from './slots.ts';
import { storePatiently } from './store-patiently.ts';
import type { PlanRun } from './tools.ts';

/**
 * Runs every action of the plan after its parents, as many at once as the limits allow, and resolves when all have
 * ended. What depends on an action that failed or was cancelled is cancelled; what depends on a skipped one runs:
 * there was nothing left to do. Of a plan that was interrupted, what was under way is followed to its end first and
 * judged by the cloud's truth. Throws what the database or the cloud throws, when no action is under way any more.
 */
export async function runPlan(run: PlanRun): Promise<PlanEnd> {
  const actions = await storePatiently(run, () =>
    run.repositories.actions.list({ where: { actionPlanUuid: run.plan.uuid } }),
  );
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
  const demands = await demandsByAction(
    actions.filter(action => !hasEnded(action)),
    run,
  );
  const halt = AbortSignal.any([run.cancel, run.stop, run.detach]);
  // Counted before anything else asks for room.
  const held = new Map(
    ordered.filter(isBegun).map(({ uuid }) => [uuid, run.slots.occupy(demands.get(uuid) ?? [])]),
  );
  const turns = new Map<string, Turn>();
  for (const action of ordered) {
    const parents = action.parents.flatMap(uuid => turns.get(uuid) ?? []);
    const options = { run, action, parents, halt, demands: demands.get(action.uuid) ?? [] };
    turns.set(action.uuid, { action, end: turnOf(options, held.get(action.uuid)) });
  }
  const ends = await Promise.allSettled([...turns.values()].map(turn => turn.end));
  const failures = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as unknown] : []));
  if (failures.length > 0) throw failures.find(isLeftForLater) ?? failures[0];
  return run.interruption === undefined ? {} : { note: interruptionNote(run) };
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

function isBegun({ state }: Action): boolean {
  return state === 'ONGOING' || state === 'CANCELLING';
}

function hasEnded(action: Action): boolean {
  return action.state !== 'PENDING' && !isBegun(action);
}

/** `release`: the places of an action that was under way when the plan was interrupted. */
async function turnOf(options: TurnOptions, release: Release | undefined): Promise<ActionState> {
  const { action, run } = options;
  if (hasEnded(action)) return action.state;
  if (release === undefined) return runInTurn(options);
  try {
    return await resumeAction(action, run);
  } finally {
    release();
  }
}

async function runInTurn(options: TurnOptions): Promise<ActionState> {
  const { run, action, parents } = options;
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
  if (isTooLate(run)) return cancelPending(run, action, interruptionNote(run));
  return runWhenAllowed(options);
}

/** Nothing begins while everything is paused: asked again at the last moment, in which others may have begun instead. */
async function runWhenAllowed({ run, action, demands, halt }: TurnOptions): Promise<ActionState> {
  for (;;) {
    await run.gate.opened(halt);
    const release = await run.slots.acquire(demands, halt);
    if (release === undefined) return notStarted(run, action);
    try {
      const pause = await storePatiently(run, () => run.repositories.control.pauseNow());
      run.gate.set(pause);
      if (halt.aborted) return await notStarted(run, action);
      if (pause === undefined) return await runAction(action, run);
    } finally {
      release();
    }
  }
}

/** A cancellation ends the action; a stop leaves it to whoever takes the plan up. */
async function notStarted(run: PlanRun, action: Action): Promise<ActionState> {
  if (run.cancel.aborted) return cancelPending(run, action, 'Not started: The action plan was cancelled.');
  run.detach.throwIfAborted();
  throw new LeftForLaterError(`The service on ${run.hostname} stops`);
}

/** The state in which the action is left; somebody may have skipped or cancelled it before. */
async function cancelPending(run: PlanRun, action: Action, statusMessage: string): Promise<ActionState> {
  const { actions } = run.repositories;
  const { claim } = run;
  const row = await storePatiently(run, () =>
    actions.transition(action.uuid, 'PENDING', 'CANCELLED', { statusMessage }, undefined, { claim }),
  );
  return (row ?? (await actions.find(action.uuid)))?.state ?? 'DELETED';
}

function nameOf({ actionType, inputParameters, uuid }: Action): string {
  const resource = inputParameters['resource_name'] ?? inputParameters['resource_id'];
  return typeof resource === 'string' ? `${actionType} of ${resource} (${uuid})` : `${actionType} (${uuid})`;
}
