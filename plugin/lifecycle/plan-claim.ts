import type { ActionPlan } from './action-plan.ts';

/** The right to run a plan: a new token each time that one is begun or taken over. Whoever holds the latest has it. */
export interface PlanClaim {
  readonly planUuid: string;
  readonly token: string;
}

/** A plan under way, with what its runner last left of itself. */
export interface ClaimedPlan {
  readonly plan: ActionPlan;
  /** Null: let go of, or never held. */
  readonly token: string | null;
  /** False: nobody of this service has ever run it, as with plans brought over from elsewhere. */
  readonly wasHeld: boolean;
  /** Counts the signs of life under that token. */
  readonly beats: number;
}

/** What a replica took over. */
export interface TakenPlan {
  readonly plan: ActionPlan;
  /** The host that ran it before. */
  readonly previousHost: string | null;
  /** Since the last sign of life under the claim before, by the time that replicas share. */
  readonly silentSeconds: number;
}

/** Everything that is stopped is stopped until somebody resumes. Instants are ISO strings in UTC. */
export interface Pause {
  readonly since: string;
  /** Why, in the words of whoever asked for it. */
  readonly reason: string | null;
}

/** Another replica has taken the plan over: this one must not act on it any more, nor write. */
export class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
  readonly code = 'claim_lost';

  constructor(planUuid: string) {
    super(`Another replica has taken over the action plan ${planUuid}`);
  }
}
