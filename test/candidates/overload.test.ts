import { expect } from 'chai';
import { Overload } from '../../candidates/overload.ts';
import { normalCdf } from '../../cluster/normal.ts';
import { WhatIf } from '../../cluster/what-if.ts';
import type { Load } from '../cluster/tiny-cluster.ts';
import { cluster, host, instance, profile } from '../cluster/tiny-cluster.ts';
import { noise } from '../forecast/series.ts';

/** One host of 10 CPUs, threshold 80 %, with one load. */
function overloadOf(steps: number, cpu: Load): Overload {
  const model = cluster({ hosts: [host('h')], instances: [instance('vm', 'h')] });
  return new Overload(new WhatIf(model, profile(steps, { vm: { cpu } })), {
    thresholds: new Map([['cpu', 80]]),
  });
}

describe('overload', () => {
  it('expects as many minutes as the steps are likely to be over the threshold', () => {
    const overload = overloadOf(3, { mean: [6, 8, 10], deviation: 2 });

    expect(overload.expectedMinutes(0)).to.be.closeTo(5 * (normalCdf(-1) + 0.5 + normalCdf(1)), 1e-4);
  });

  it('counts the minutes along a quantile of the load', () => {
    const overload = overloadOf(3, { mean: [6, 8, 10], deviation: 1 });

    expect([-2.5, -0.5, 0.5, 2.5].map(z => overload.minutesAt(0, z))).to.deep.equal([0, 5, 10, 15]);
  });

  it('finds the peak and the headroom in shares of capacity', () => {
    const overload = overloadOf(3, { mean: [6, 9, 5] });

    expect(overload.peak(0, 0)).to.deep.include({ metric: 'cpu', step: 1 });
    expect(overload.peak(0, 0)!.percent).to.be.closeTo(90, 1e-4);
    expect(overload.headroom(0, 0)).to.be.closeTo(-0.1, 1e-6);
  });

  it('gives the pressure that a simulation of correlated errors gives', () => {
    const [steps, rho, deviation] = [6, 0.8, 1];
    const means = [6.5, 6.5, 7, 7, 6.5, 6];
    const draw = noise(9);
    let crossed = 0;
    const runs = 40_000;
    for (let run = 0; run < runs; run += 1) {
      let error = draw();
      for (let step = 0; step < steps; step += 1) {
        if (step > 0) error = rho * error + Math.sqrt(1 - rho * rho) * draw();
        if (means[step]! + deviation * error > 8) {
          crossed += 1;
          break;
        }
      }
    }

    expect(overloadOf(steps, { mean: means, deviation }).pressure(0)).to.be.closeTo(crossed / runs, 0.03);
  });

  it('is certain of what is certain', () => {
    expect(overloadOf(2, { mean: [9, 1] }).pressure(0)).to.equal(1);
    expect(overloadOf(2, { mean: [1, 2] }).pressure(0)).to.equal(0);
  });

  it('is no matter of a metric without a threshold or a host without a capacity', () => {
    const model = cluster({
      hosts: [host('h', { inventories: new Map() })],
      instances: [instance('vm', 'h')],
    });
    const overload = new Overload(new WhatIf(model, profile(1, { vm: { cpu: { mean: [99] } } })), {
      thresholds: new Map([['cpu', 80]]),
    });

    expect(overload.expectedMinutes(0)).to.equal(0);
    expect(overload.pressure(0)).to.equal(0);
    expect(overload.peak(0, 0)).to.equal(undefined);
  });
});
