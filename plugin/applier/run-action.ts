import { z } from 'zod';
import type { ActionContext, ActionType } from '../actions/action-type.ts';
import { ActionCancelledError, ActionFailedError } from '../actions/errors.ts';
import type { ActionPhase } from '../actions/errors.ts';
import type { Action, ActionState } from '../lifecycle/action.ts';
import { ActionRecord } from './action-record.ts';
import { LeftForLaterError, sentenceOf } from './errors.ts';
import type { PlanRun } from './tools.ts';

/**
 * Runs one PENDING action to its end and returns the state in which it is left. An action that somebody skipped or
 * cancelled meanwhile is left alone. Throws only what the database throws, and `LeftForLaterError`.
 */
export async function runAction(action: Action, run: PlanRun): Promise<ActionState> {
  const { actions } = run.repositories;
  if ((await actions.transition(action.uuid, 'PENDING', 'ONGOING')) === undefined) {
    return (await actions.find(action.uuid))?.state ?? 'DELETED';
  }
  run.logger.info({ action: action.uuid, type: action.actionType }, 'action began');
  return settle(action, run, async (type, parameters, context) => {
    const check = await inPhase('pre_condition', type.precheck(parameters, context));
    if (check.outcome === 'skip') return ['SKIPPED', `Action was skipped automatically: ${check.why}`];
    if (check.outcome === 'fail') throw new ActionFailedError(check.why, { phase: 'pre_condition' });
    if (run.cancel.aborted) throw new ActionCancelledError('Cancelled before it changed anything.');
    await type.execute(parameters, context);
    return ['SUCCEEDED', null];
  });
}

/** Ends an action that an interruption of the service left under way, by what the cloud says of it. Throws likewise. */
export async function resumeAction(action: Action, run: PlanRun): Promise<ActionState> {
  return settle(action, run, async (type, parameters, context) => {
    const known = await type.resume?.(parameters, context, Date.parse(action.createdAt));
    if (known === true) return ['SUCCEEDED', null];
    return [
      'CANCELLED',
      'The service was interrupted while this action was under way; its outcome is not known.',
    ];
  });
}

type End = readonly [state: ActionState, message: string | null];
type Work = (type: ActionType<unknown>, parameters: unknown, context: ActionContext) => Promise<End>;

async function settle(action: Action, run: PlanRun, work: Work): Promise<ActionState> {
  const { cancel } = run;
  const record = new ActionRecord({
    uuid: action.uuid,
    actions: run.repositories.actions,
    clock: run.clock,
    logger: run.logger,
    progressSeconds: run.settings.progressSeconds,
  });
  const onCancel = (): void => record.cancelling();
  if (cancel.aborted) onCancel();
  else cancel.addEventListener('abort', onCancel, { once: true });
  try {
    const [state, message] = await attempt(action, run, record, work);
    return await record.end(state === 'SKIPPED' && cancel.aborted ? 'CANCELLED' : state, message);
  } finally {
    cancel.removeEventListener('abort', onCancel);
  }
}

async function attempt(action: Action, run: PlanRun, record: ActionRecord, work: Work): Promise<End> {
  try {
    const type = run.actionTypes.find(({ name }) => name === action.actionType);
    if (type === undefined) throw new ActionFailedError(`The action type ${action.actionType} is unknown`);
    const parsed = type.parameters.safeParse(action.inputParameters);
    if (!parsed.success) throw new ActionFailedError(z.prettifyError(parsed.error).replaceAll(/\s+/g, ' '));
    return await work(type, parsed.data, {
      cloud: run.cloud,
      signal: run.cancel,
      callSignal: run.detach,
      clock: run.clock,
      settings: run.settings.actions,
      report: progress => record.report(progress),
    });
  } catch (error) {
    if (error instanceof LeftForLaterError) throw error;
    if (error instanceof ActionCancelledError) return ['CANCELLED', error.message];
    run.logger.warn({ action: action.uuid, err: error }, 'action failed');
    return ['FAILED', failureMessage(error)];
  }
}

/** Whatever the promise rejects with is a failure of that phase. */
async function inPhase<T>(phase: ActionPhase, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof LeftForLaterError) throw error;
    throw new ActionFailedError(sentenceOf(error), { phase, cause: error });
  }
}

/** In the form of Watcher's messages. */
function failureMessage(error: unknown): string {
  const phase = error instanceof ActionFailedError ? error.phase : 'execute';
  return `Action failed in ${phase}: ${sentenceOf(error)}`;
}
