import { expect } from 'chai';
import fc from 'fast-check';

import { ratesOf, toSteps } from '../../../plugin/datasources/samples.ts';
import type { Samples } from '../../../plugin/datasources/samples.ts';

const GRID = { startAt: 6000, stepSeconds: 300, steps: 4 };

describe('gnocchi samples', () => {
  it('turn a counter into growth per second', () => {
    const rates = ratesOf(samples([0, 100], [300, 400], [600, 1000]), 300);

    expect([...rates.values]).to.deep.equal([NaN, 1, 2]);
  });

  it('have no rate where the counter fell, and one again after it', () => {
    const rates = ratesOf(samples([0, 9000], [300, 9300], [600, 30], [900, 330]), 300);

    expect([...rates.values]).to.deep.equal([NaN, 1, NaN, 1]);
  });

  it('have the mean rate of a gap at its end, not a multiple of it', () => {
    const rates = ratesOf(samples([0, 0], [1200, 1200]), 300);

    expect([...rates.values]).to.deep.equal([NaN, 1]);
  });

  it('have no rate over a gap of more than an hour', () => {
    const rates = ratesOf(samples([0, 0], [3900, 3900], [4200, 4200]), 300);

    expect([...rates.values]).to.deep.equal([NaN, NaN, 1]);
  });

  it('have rates at a granularity of more than an hour', () => {
    const rates = ratesOf(samples([0, 0], [86_400, 86_400]), 86_400);

    expect([...rates.values]).to.deep.equal([NaN, 1]);
  });

  it('keep all growth of a counter that never falls', () => {
    const growths = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.nat(1_000_000)), { minLength: 1 });
    fc.assert(
      fc.property(growths, list => {
        let [at, total] = [0, 0];
        const points = list.map(([steps, growth]) => [(at += 300 * steps), (total += growth)] as const);

        const { seconds, values } = ratesOf(samples([0, 0], ...points), 300);

        const kept = values.reduce(
          (sum, rate, n) => sum + (n === 0 ? 0 : rate * (seconds[n]! - seconds[n - 1]!)),
          0,
        );
        expect(kept).to.be.closeTo(total, 1e-6 * (1 + total));
      }),
    );
  });

  it('go to the steps that they are of, and leave the others empty', () => {
    const steps = toSteps(samples([6000, 1], [6600, 3], [6900, 4]), 300, GRID);

    expect([...steps]).to.deep.equal([1, NaN, 3, 4]);
  });

  it('outside the steps are left out', () => {
    const steps = toSteps(samples([5700, 7], [6300, 2], [7200, 8]), 300, GRID);

    expect([...steps]).to.deep.equal([NaN, 2, NaN, NaN]);
  });

  it('that are finer than a step become its mean over what there is', () => {
    const steps = toSteps(samples([6000, 1], [6060, 2], [6120, NaN], [6300, NaN], [6600, 5]), 60, GRID);

    expect([...steps]).to.deep.equal([1.5, NaN, 5, NaN]);
  });

  it('that are coarser than a step stand for all steps in them', () => {
    const steps = toSteps(samples([5400, 1], [6300, 2]), 900, GRID);

    expect([...steps]).to.deep.equal([1, 2, 2, 2]);
  });
});

function samples(...points: readonly (readonly [number, number])[]): Samples {
  return {
    seconds: Float64Array.from(points, ([at]) => at),
    values: Float64Array.from(points, ([, value]) => value),
  };
}
