import type { Logger } from 'pino';
import type { ActionType } from '../actions/action-type.ts';
import type { Clock } from '../actions/clock.ts';
import type { ActionPlan } from '../lifecycle/action-plan.ts';
import type { PlanClaim } from '../lifecycle/plan-claim.ts';
import type { Repositories } from '../lifecycle/repositories.ts';
import type { Cloud } from '../openstack/cloud.ts';
import type { Interruption } from './interruption.ts';
import type { PauseGate } from './pause-gate.ts';
import type { ApplierSettings } from './settings.ts';
import type { Slots } from './slots.ts';

export interface ApplierOptions {
  readonly repositories: Pick<Repositories, 'actionPlans' | 'actions' | 'planClaims' | 'control'>;
  readonly cloud: Cloud;
  readonly actionTypes: readonly ActionType<unknown>[];
  readonly clock: Clock;
  /**
   * Milliseconds of a time that runs at the wall's speed and is never set: leases count by it, whatever happens to the
   * clock. Default: the clock's.
   */
  readonly steadyNow?: (() => number) | undefined;
  readonly logger: Logger;
  readonly settings: ApplierSettings;
  /** Plans carry the host that runs them. It must tell the replicas of the service apart and outlive a restart. */
  readonly hostname: string;
}

/** What the run of a plan works with. */
export interface PlanRun extends ApplierOptions {
  readonly steadyNow: () => number;
  readonly plan: ActionPlan;
  /** Every write carries it, so that one who has lost it changes nothing any more. */
  readonly claim: PlanClaim;
  /** Undefined: the plan begins. */
  readonly interruption: Interruption | undefined;
  /** Shared by all plans of this service. */
  readonly slots: Slots;
  readonly gate: PauseGate;
  /** The plan is cancelled: actions under way are to end early. */
  readonly cancel: AbortSignal;
  /** The service stops: nothing more is to begin. */
  readonly stop: AbortSignal;
  /** Nobody waits for what is under way any more, or the claim is lost; its reason is a `LeftForLaterError`. */
  readonly detach: AbortSignal;
}
