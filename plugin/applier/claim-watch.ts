import type { ClaimedPlan } from '../lifecycle/plan-claim.ts';

interface Sighting {
  readonly token: string | null;
  readonly beats: number;
  /** When this was seen first, by this replica's own time. */
  readonly since: number;
}

/**
 * Tells whose runner is gone: the claim that gave no sign of life for the lease while this replica was watching. Only
 * this replica's clock counts, and only how fast it goes, so the others' may show any time.
 */
export class ClaimWatch {
  readonly #leaseMs: number;
  #seen = new Map<string, Sighting>();
  #lookedAt: number | undefined;

  constructor(leaseSeconds: number) {
    this.#leaseMs = leaseSeconds * 1000;
  }

  /** Takes in a look at all plans under way; those of them whose runners are gone. `now` in milliseconds of a steady time. */
  abandoned(claims: readonly ClaimedPlan[], now: number): ClaimedPlan[] {
    // Who did not look for long has no idea who was silent meanwhile: this machine may have stood still itself.
    if (this.#lookedAt === undefined || now - this.#lookedAt > this.#leaseMs / 2) this.#seen.clear();
    this.#lookedAt = now;
    const before = this.#seen;
    this.#seen = new Map(
      claims.map(({ plan, token, beats }) => {
        const known = before.get(plan.uuid);
        const isSame = known?.token === token && known.beats === beats;
        return [plan.uuid, isSame ? known : { token, beats, since: now }];
      }),
    );
    return claims.filter(({ plan, token, wasHeld }) => {
      // Nobody knows what has become of it; to end it when that is asked for is safe.
      if (!wasHeld) return plan.state === 'CANCELLING';
      const since = this.#seen.get(plan.uuid)?.since ?? now;
      return token === null || now - since >= this.#leaseMs;
    });
  }

  /** To be called when a look failed: silence that nobody could have heard proves nothing. */
  forget(): void {
    this.#lookedAt = undefined;
  }
}
