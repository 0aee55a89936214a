import type { Action } from '../lifecycle/action.ts';
import type { ApiContext } from './context.ts';
import { ApiError, invalidInput, notFound } from './errors.ts';
import type { Operation } from './json-patch.ts';
import { applyPatch, patchError } from './json-patch.ts';

const SKIPPED_BY_USER = 'Action skipped by user.';

/** Lets an administrator take an action out of a plan that has not begun, and say why. Throws what becomes 400, 404 or 409. */
export async function skipAction(
  action: Action,
  operations: readonly Operation[],
  { repositories }: ApiContext,
): Promise<Action> {
  const { state, statusMessage } = action;
  const refused = operations.find(
    ({ op, path }) => op === 'remove' || (path !== '/state' && path !== '/status_message'),
  );
  if (refused !== undefined) throw patchError(operations, `${refused.path} can't be updated.`);
  const patched = applyPatch({ state, status_message: statusMessage }, operations);
  const reason = operations.some(({ path }) => path === '/status_message') ? patched['status_message'] : null;
  if (reason !== null && typeof reason !== 'string') {
    throw invalidInput('status_message', reason, 'Wrong type. Expected a string.');
  }
  const isSkipped = patched['state'] === 'SKIPPED' && (state === 'PENDING' || state === 'SKIPPED');
  if (!isSkipped) throw refusal(state, patched['state']);
  await requireWaitingPlan(action, repositories.actionPlans);
  const message = reason === null ? SKIPPED_BY_USER : `${SKIPPED_BY_USER} Reason: ${reason}`;
  const changed = await repositories.actions.transition(action.uuid, ['PENDING', 'SKIPPED'], 'SKIPPED', {
    statusMessage: message,
  });
  if (changed !== undefined) return changed;
  const now = await repositories.actions.find(action.uuid);
  throw now === undefined ? notFound('Action', action.uuid) : refusal(now.state, 'SKIPPED');
}

async function requireWaitingPlan(
  { actionPlanUuid }: Action,
  actionPlans: ApiContext['repositories']['actionPlans'],
): Promise<void> {
  const plan = await actionPlans.find(actionPlanUuid);
  if (plan === undefined) throw notFound('ActionPlan', actionPlanUuid);
  if (plan.state === 'RECOMMENDED' || plan.state === 'PENDING') return;
  throw new ApiError(
    'conflict',
    `Actions can be skipped while their plan is RECOMMENDED or PENDING; it is ${plan.state}.`,
  );
}

function refusal(from: string, to: unknown): ApiError {
  const why = from === to ? 'A message can be changed on SKIPPED actions only' : `(${from} -> ${String(to)})`;
  return new ApiError('conflict', `State transition not allowed: ${why}`);
}
