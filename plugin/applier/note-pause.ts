import type { ActionPlan } from '../lifecycle/action-plan.ts';
import type { Pause, PlanClaim } from '../lifecycle/plan-claim.ts';
import { ClaimLostError } from '../lifecycle/plan-claim.ts';
import type { ActionPlanRepository } from '../lifecycle/repositories.ts';
import { isPauseMessage, pauseMessage } from './pause-gate.ts';

/** Lets the plans that wait say why; and say it no more when they do not. */
export async function notePause(
  pause: Pause | undefined,
  {
    running,
    pending,
    actionPlans,
  }: {
    /** The plans that run here. */
    readonly running: readonly { readonly plan: ActionPlan; readonly claim: PlanClaim }[];
    readonly pending: readonly ActionPlan[];
    readonly actionPlans: ActionPlanRepository;
  },
): Promise<void> {
  const wanted = pause === undefined ? null : pauseMessage(pause);
  const isStale = ({ statusMessage }: ActionPlan): boolean =>
    pause === undefined ? isPauseMessage(statusMessage) : statusMessage !== wanted;
  for (const { uuid } of pending.filter(isStale)) {
    await actionPlans.transition(uuid, 'PENDING', 'PENDING', { statusMessage: wanted });
  }
  for (const { plan, claim } of running) {
    if (plan.state !== 'ONGOING' || !isStale(plan)) continue;
    await actionPlans
      .transition(plan.uuid, 'ONGOING', 'ONGOING', { statusMessage: wanted }, undefined, { claim })
      .catch((error: unknown) => {
        if (!(error instanceof ClaimLostError)) throw error;
      });
  }
}
