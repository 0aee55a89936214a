import { expect } from 'chai';
import { migrationCost } from '../../candidates/migration-cost.ts';

describe('cost of a live migration', () => {
  it('is one pass over the memory when nothing is dirtied', () => {
    const cost = migrationCost({ memoryMiB: 1000, dirtyMiBPerSecond: 0, bandwidthMiBPerSecond: 100 });

    expect(cost.seconds).to.equal(10);
    expect(cost.downtimeSeconds).to.equal(0);
    expect(cost.minutes).to.be.closeTo((0.1 * 10) / 60, 1e-9);
  });

  it('adds a round for what was dirtied during the round before', () => {
    const cost = migrationCost({ memoryMiB: 1000, dirtyMiBPerSecond: 50, bandwidthMiBPerSecond: 100 });

    // 10 + 5 + 2.5 + 1.25 + 0.625 s, and 31.25 MiB in the pause
    expect(cost.seconds).to.be.closeTo(19.6875, 1e-9);
    expect(cost.downtimeSeconds).to.be.closeTo(0.3125, 1e-9);
    expect(cost.speed).to.equal(1);
  });

  it('is dear, not impossible, when memory is dirtied as fast as it is copied', () => {
    const busy = migrationCost({ memoryMiB: 8192, dirtyMiBPerSecond: 240, bandwidthMiBPerSecond: 120 });
    const calm = migrationCost({ memoryMiB: 8192, dirtyMiBPerSecond: 10, bandwidthMiBPerSecond: 120 });

    // throttled until 0.8 of what is copied is dirtied: 96 of 240 MiB/s
    expect(busy.speed).to.be.closeTo(0.4, 1e-9);
    expect(busy.downtimeSeconds).to.be.at.most(0.5);
    expect(busy.minutes).to.be.greaterThan(10 * calm.minutes);
    expect(busy.minutes).to.be.closeTo(
      (0.6 * (busy.seconds - busy.downtimeSeconds) + busy.downtimeSeconds) / 60,
      1e-9,
    );
  });

  it('is only a pause for an instance without memory to speak of', () => {
    expect(
      migrationCost({ memoryMiB: 10, dirtyMiBPerSecond: 5, bandwidthMiBPerSecond: 100 }).seconds,
    ).to.equal(0.1);
  });
});
