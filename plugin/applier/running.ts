import type { Clock } from '../actions/clock.ts';
import type { PlanClaim } from '../lifecycle/plan-claim.ts';
import type { LeftForLaterError } from './errors.ts';

/** One plan under way here. */
export class Running {
  readonly claim: PlanClaim;
  readonly #cancel = new AbortController();
  readonly #detach = new AbortController();
  readonly #end = Promise.withResolvers<void>();

  constructor(claim: PlanClaim) {
    this.claim = claim;
  }

  /** The plan is cancelled: actions under way are to end early. */
  get cancelled(): AbortSignal {
    return this.#cancel.signal;
  }

  /** Nobody waits for what is under way any more, or others do. */
  get detached(): AbortSignal {
    return this.#detach.signal;
  }

  /** Resolves when the plan is not under way any more; never rejects. */
  get ended(): Promise<void> {
    return this.#end.promise;
  }

  cancel(): void {
    this.#cancel.abort();
  }

  detach(why: LeftForLaterError): void {
    this.#detach.abort(why);
  }

  end(): void {
    this.#end.resolve();
  }

  /** Sleeping on it throws the reason of `detach`: that ends every action at its next wait. */
  endingClock(clock: Clock): Clock {
    const detach = this.detached;
    return {
      now: () => clock.now(),
      async sleep(milliseconds, ...signals) {
        await clock.sleep(milliseconds, detach, ...signals);
        detach.throwIfAborted();
      },
    };
  }
}
