import { expect } from 'chai';
import fc from 'fast-check';
import { fairLevel, grantedCpus, watts } from '../../../simulator/world/contention.ts';

describe('contention', () => {
  it('gives everybody what it wants while there is enough', () => {
    expect(fairLevel([1, 2, 3], [4, 4, 4], 6)).to.equal(Infinity);
  });

  it('cuts the greedy down to one level per vCPU and leaves the modest alone', () => {
    const level = fairLevel([0.5, 4, 4], [4, 4, 4], 6.5);

    expect(level).to.equal(0.75);
    expect([0.5, 4, 4].map(wanted => grantedCpus(wanted, 4, level))).to.deep.equal([0.5, 3, 3]);
  });

  it('gives away all there is, and never more than is wanted', () => {
    const load = fc.record({
      vcpus: fc.integer({ min: 1, max: 16 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(load, { minLength: 1, maxLength: 30 }),
        fc.double({ min: 0.1, max: 64, noNaN: true }),
        (loads, capacity) => {
          const wanted = loads.map(({ vcpus, share }) => vcpus * share);
          const vcpus = loads.map(each => each.vcpus);

          const level = fairLevel(wanted, vcpus, capacity);
          const granted = wanted.map((value, n) => grantedCpus(value, vcpus[n]!, level));

          const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
          expect(sum(granted)).to.be.closeTo(Math.min(capacity, sum(wanted)), 1e-6);
          expect(granted.every((value, n) => value <= wanted[n]! + 1e-9)).to.equal(true);
        },
      ),
    );
  });

  it('takes power in proportion to use, above what an idle host takes', () => {
    expect([0, 0.5, 1.5].map(share => watts({ idleWatts: 100, peakWatts: 300 }, share))).to.deep.equal([
      100, 200, 300,
    ]);
  });
});
