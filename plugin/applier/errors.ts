import { ClaimLostError } from '../lifecycle/plan-claim.ts';

/** The stored actions of a plan cannot be put in order. */
export class BrokenPlanError extends Error {
  override readonly name = 'BrokenPlanError';
  readonly code = 'broken_plan';
}

/** The action or plan is left as it stands, ONGOING; a later `recover`, here or on another replica, takes it up. */
export class LeftForLaterError extends Error {
  override readonly name = 'LeftForLaterError';
  readonly code = 'left_for_later';
}

/** This replica is to leave its hands off the plan; that is no failure of the plan. */
export function isLeftForLater(error: unknown): boolean {
  return error instanceof LeftForLaterError || error instanceof ClaimLostError;
}

/** The sentence of whatever was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}
