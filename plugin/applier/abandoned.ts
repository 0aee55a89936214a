import type { ClaimedPlan, PlanClaim } from '../lifecycle/plan-claim.ts';
import { ClaimWatch } from './claim-watch.ts';
import type { ApplierOptions } from './tools.ts';

/** What was let go of here is left to others for a while: they may be better off. */
const POSTPONE_MS = 10_000;

/** Tells which plans are to be taken over: those of which it is certain, or likely enough, that nobody runs them. */
export class Abandoned {
  readonly #hostname: string;
  readonly #watch: ClaimWatch;
  readonly #ours = new Set<string>();
  readonly #postponed = new Map<string, number>();
  #isFirst = true;

  constructor({ hostname, settings }: Pick<ApplierOptions, 'hostname' | 'settings'>) {
    this.#hostname = hostname;
    this.#watch = new ClaimWatch(settings.leaseSeconds);
  }

  /** The claim is, or was, this process's. */
  ours({ token }: PlanClaim): void {
    this.#ours.add(token);
  }

  /** `now` in milliseconds of a steady time. */
  postpone(planUuid: string, now: number): void {
    this.#postponed.set(planUuid, now + POSTPONE_MS);
  }

  /** `claims`: of all plans under way but those that run here. `now` in milliseconds of a steady time. */
  among(claims: readonly ClaimedPlan[], now: number): ClaimedPlan[] {
    const stale = new Set(this.#watch.abandoned(claims, now));
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return claims.filter(claim => {
      if (now < (this.#postponed.get(claim.plan.uuid) ?? -Infinity)) return false;
      this.#postponed.delete(claim.plan.uuid);
      // The process that ran plans under this name before is gone, or this one would not have started.
      const isOurs = this.#ours.has(claim.token ?? '') || (isFirst && claim.plan.hostname === this.#hostname);
      return isOurs || stale.has(claim);
    });
  }

  /** A look failed. */
  forget(): void {
    this.#watch.forget();
  }
}
