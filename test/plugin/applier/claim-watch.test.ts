import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { ClaimWatch } from '../../../plugin/applier/claim-watch.ts';
import type { ActionPlan } from '../../../plugin/lifecycle/action-plan.ts';
import type { ClaimedPlan } from '../../../plugin/lifecycle/plan-claim.ts';

const LEASE = 15;

function claimed(uuid: string, token: string | null, beats: number): ClaimedPlan {
  return { plan: { uuid, state: 'ONGOING' } as ActionPlan, token, beats, wasHeld: true };
}

/** Looks once a second from `from` to `to`; the first second in which the plan was found abandoned. */
function abandonedAt(
  watch: ClaimWatch,
  from: number,
  to: number,
  claimAt: (second: number) => ClaimedPlan,
): number | undefined {
  for (let second = from; second <= to; second += 1) {
    if (watch.abandoned([claimAt(second)], second * 1000).length > 0) return second;
  }
  return undefined;
}

describe('claim watch', () => {
  const uuid = randomUUID();

  it('calls a plan abandoned that gave no sign of life for the lease', () => {
    const watch = new ClaimWatch(LEASE);

    expect(abandonedAt(watch, 0, 60, () => claimed(uuid, 'x', 7))).to.equal(LEASE);
  });

  it('never one that gives signs of life, however far apart the clocks are', () => {
    const watch = new ClaimWatch(LEASE);

    const at = abandonedAt(watch, 1e9, 1e9 + 200, second => claimed(uuid, 'x', Math.floor(second / 14)));

    expect(at).to.equal(undefined);
  });

  it('at once one that was let go of', () => {
    expect(abandonedAt(new ClaimWatch(LEASE), 5, 9, () => claimed(uuid, null, 0))).to.equal(5);
  });

  it('never one that nobody here has ever run, unless it is to be cancelled', () => {
    const foreign = { ...claimed(uuid, null, 0), wasHeld: false };
    const cancelling = { ...foreign, plan: { ...foreign.plan, state: 'CANCELLING' as const } };

    expect(abandonedAt(new ClaimWatch(LEASE), 0, 60, () => foreign)).to.equal(undefined);
    expect(abandonedAt(new ClaimWatch(LEASE), 0, 60, () => cancelling)).to.equal(0);
  });

  it('begins to count anew when another takes it', () => {
    const watch = new ClaimWatch(LEASE);

    expect(abandonedAt(watch, 0, 60, second => claimed(uuid, second < 10 ? 'x' : 'y', 0))).to.equal(25);
  });

  it('begins to count anew when this machine stood still or could not look', () => {
    const still = new ClaimWatch(LEASE);
    abandonedAt(still, 0, 5, () => claimed(uuid, 'x', 0));
    const blind = new ClaimWatch(LEASE);
    abandonedAt(blind, 0, 10, () => claimed(uuid, 'x', 0));
    blind.forget();

    expect(abandonedAt(still, 60, 90, () => claimed(uuid, 'x', 0))).to.equal(75);
    expect(abandonedAt(blind, 11, 60, () => claimed(uuid, 'x', 0))).to.equal(26);
  });
});
