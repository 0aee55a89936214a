import { z } from 'zod';
import type { ActionContext, ActionType } from '../actions/action-type.ts';
import { ActionCancelledError, ActionFailedError } from '../actions/errors.ts';
import type { ActionPhase } from '../actions/errors.ts';
import type { Action, ActionState } from '../lifecycle/action.ts';
import { ActionRecord } from './action-record.ts';
import { isLeftForLater, LeftForLaterError, sentenceOf } from './errors.ts';
import { isTooLate } from './interruption.ts';
import { storePatiently } from './store-patiently.ts';
import type { PlanRun } from './tools.ts';

/**
 * Runs one PENDING action to its end and returns the state in which it is left. An action that somebody skipped or
 * cancelled meanwhile is left alone. Throws only what the database throws, `LeftForLaterError` and `ClaimLostError`.
 */
export async function runAction(action: Action, run: PlanRun): Promise<ActionState> {
  const { actions } = run.repositories;
  const { claim } = run;
  const begun = await storePatiently(run, () =>
    actions.transition(action.uuid, 'PENDING', 'ONGOING', {}, undefined, { claim }),
  );
  if (begun === undefined) {
    const state = (await storePatiently(run, () => actions.find(action.uuid)))?.state ?? 'DELETED';
    // ONGOING by our own write whose answer was lost: nobody else may begin what we hold the claim of.
    if (state !== 'ONGOING') return state;
  }
  run.logger.info({ action: action.uuid, type: action.actionType }, 'action began');
  return settle(action, run, job => carryOut(job));
}

/**
 * Ends an action that an interruption left under way, by what the cloud says of it; one of which the cloud knows
 * nothing is begun anew. Throws likewise.
 */
export async function resumeAction(action: Action, run: PlanRun): Promise<ActionState> {
  const intent = await storePatiently(run, () => run.repositories.planClaims.intentOf(action.uuid));
  run.logger.info({ action: action.uuid, type: action.actionType, intent }, 'action is taken up');
  return settle(action, run, async job => {
    const { type, parameters, context } = job;
    if (type.resume === undefined) {
      const why = 'The service was interrupted while this action was under way; its outcome is not known.';
      return ['CANCELLED', why];
    }
    const isDone = async (): Promise<boolean> => (await type.resume?.(parameters, context, intent)) === true;
    if (await isDone()) return DONE;
    if (isTooLate(run)) return ['CANCELLED', 'The service was interrupted before this action began.'];
    await untilAllowed(run);
    return carryOut(job, isDone);
  });
}

type End = readonly [state: ActionState, message: string | null];
type Work = (job: Job) => Promise<End>;

interface Job {
  readonly type: ActionType<unknown>;
  readonly parameters: unknown;
  readonly context: ActionContext;
}

const DONE: End = ['SUCCEEDED', null];

/** `isDone`: asked once more when there is nothing to do, or it cannot be done: a request may have been slow to arrive. */
async function carryOut(
  { type, parameters, context }: Job,
  isDone: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<End> {
  const check = await inPhase('pre_condition', type.precheck(parameters, context));
  if (check.outcome !== 'proceed' && (await isDone())) return DONE;
  if (check.outcome === 'skip') return ['SKIPPED', `Action was skipped automatically: ${check.why}`];
  if (check.outcome === 'fail') throw new ActionFailedError(check.why, { phase: 'pre_condition' });
  if (context.signal.aborted) throw new ActionCancelledError('Cancelled before it changed anything.');
  await type.execute(parameters, context);
  return DONE;
}

/** What is begun anew waits for the end of a pause like everything else. */
async function untilAllowed({ gate, cancel, stop, detach, hostname }: PlanRun): Promise<void> {
  await gate.opened(AbortSignal.any([cancel, stop, detach]));
  detach.throwIfAborted();
  if (stop.aborted) throw new LeftForLaterError(`The service on ${hostname} stops`);
}

async function settle(action: Action, run: PlanRun, work: Work): Promise<ActionState> {
  const { cancel } = run;
  const record = new ActionRecord(action.uuid, run);
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
    const context: ActionContext = {
      cloud: run.cloud,
      signal: run.cancel,
      callSignal: run.detach,
      clock: run.clock,
      settings: run.settings.actions,
      report: progress => record.report(progress),
      intend: intent => record.intend(intent),
    };
    return await work({ type, parameters: parsed.data, context });
  } catch (error) {
    if (isLeftForLater(error)) throw error;
    run.detach.throwIfAborted();
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
    if (isLeftForLater(error)) throw error;
    throw new ActionFailedError(sentenceOf(error), { phase, cause: error });
  }
}

/** In the form of Watcher's messages. */
function failureMessage(error: unknown): string {
  const phase = error instanceof ActionFailedError ? error.phase : 'execute';
  return `Action failed in ${phase}: ${sentenceOf(error)}`;
}
