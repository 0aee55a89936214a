import { expect } from 'chai';
import fc from 'fast-check';
import { LiveCopy } from '../../../simulator/world/live-copy.ts';
import type { CopySettings } from '../../../simulator/world/live-copy.ts';

const PLAIN: CopySettings = { downtimeLimitSeconds: 0.5, autoConverge: false, postCopy: false };
const HOUR = 3600;

function copyOf(dirtyMiBPerSecond: number, settings = PLAIN): LiveCopy {
  return new LiveCopy({ memoryMiB: 4000, workingSetMiB: 1000, dirtyMiBPerSecond }, settings);
}

/** Seconds until it is done. */
function run(copy: LiveCopy, bandwidth: number, most = HOUR): number {
  let seconds = 0;
  while (copy.phase !== 'done' && seconds < most) {
    const next = Math.min(copy.untilNext(bandwidth), most - seconds);
    copy.advance(next, bandwidth);
    seconds += next;
  }
  return seconds;
}

describe('live copy', () => {
  it('copies an idle guest once, and as much of it in the pause as is allowed', () => {
    const copy = copyOf(0);

    expect(run(copy, 100)).to.be.closeTo(40.05, 1e-6);
    expect(copy.processedMiB).to.be.closeTo(4000, 1e-6);
    // It is looked at half of 50 ms late.
    expect(copy.downtimeSeconds).to.be.closeTo(0.5 - 0.025 + 0.05, 1e-9);
  });

  it('takes rounds that shrink by dirty rate / bandwidth, and stops when the rest fits into the pause', () => {
    const copy = copyOf(20);

    // A round leaves 47.5 MiB, and dirtied meanwhile are 790.5, 158.1, 31.62, 6.324, and 1.2648 MiB
    expect(run(copy, 100)).to.be.closeTo((4000 + 790.5 + 158.1 + 31.62 + 6.324 + 1.2648) / 100 + 0.05, 1e-6);
    expect(copy.rounds).to.equal(6);
    expect(copy.downtimeSeconds).to.be.closeTo((47.5 + 1.2648) / 100 + 0.05, 1e-6);
  });

  it('never ends when the guest dirties faster than the link copies', () => {
    const copy = copyOf(150);

    run(copy, 100);

    expect(copy.phase).to.equal('copying');
    expect(copy.throttle).to.equal(0);
  });

  it('ends all the same with auto-converge, which throttles the guest', () => {
    const copy = copyOf(150, { ...PLAIN, autoConverge: true });

    expect(run(copy, 100)).to.be.below(HOUR);
    expect(copy.throttle).to.be.above(0.2);
    expect(copy.downtimeSeconds).to.be.at.most(0.55);
  });

  it('pauses the guest for all that is left when it is forced to complete', () => {
    const copy = copyOf(150);
    copy.advance(45, 100);

    copy.forceComplete();
    run(copy, 100);

    expect(copy.phase).to.equal('done');
    expect(copy.downtimeSeconds).to.be.above(5);
  });

  it('runs on the target at once with post-copy, and pulls what is left', () => {
    const copy = copyOf(150, { ...PLAIN, postCopy: true });
    copy.advance(45, 100);

    copy.forceComplete();
    const seconds = run(copy, 100);

    expect(copy.downtimeSeconds).to.be.closeTo(0.05, 1e-9);
    expect(seconds).to.be.above(5);
  });

  it('ends its round at once when more bandwidth lets the rest fit into the pause', () => {
    const copy = copyOf(0);
    copy.advance(35, 100);

    expect(copy.untilNext(2000)).to.equal(0);
    copy.advance(0, 2000);

    expect(copy.phase).to.equal('paused');
  });

  it('stands still without bandwidth', () => {
    const copy = copyOf(0);

    copy.advance(100, 0);

    expect(copy.remainingMiB).to.equal(4000);
  });

  it('does not depend on how often it is looked at', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 7, noNaN: true }), { maxLength: 60 }), looks => {
        const [one, other] = [copyOf(40), copyOf(40)];
        const total = looks.reduce((sum, value) => sum + value, 0);

        for (const seconds of looks) one.advance(seconds, 100);
        other.advance(total, 100);

        expect(one.remainingMiB).to.be.closeTo(other.remainingMiB, 1e-3);
        expect(one.rounds).to.equal(other.rounds);
      }),
    );
  });
});
