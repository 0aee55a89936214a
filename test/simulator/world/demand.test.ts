import { expect } from 'chai';
import { cpuPercentAt, memoryPercentAt, stepOf } from '../../../simulator/world/demand.ts';
import type { Demand, Rhythm } from '../../../simulator/world/demand.ts';
import { START_AT, steady } from '../tiny-world.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

function with_(rhythm: Rhythm, noise = 0): Demand {
  return { ...steady(0), rhythm, noise };
}

/** `START_AT` is a Monday, 9 o'clock. */
function at(demand: Demand, hours: number): number {
  return cpuPercentAt(demand, stepOf(START_AT + hours * HOUR));
}

describe('demand', () => {
  const office = { low: 10, high: 60, fromHour: 9, hours: 8, rampHours: 1 } as const;

  it('rises and falls at the same hours every day', () => {
    const demand = with_({ kind: 'daily', ...office });

    expect([0, 0.5, 1, 7, 8.5, 9, 5 * 24 + 4].map(hours => Math.round(at(demand, hours)))).to.deep.equal([
      10, 35, 60, 60, 35, 10, 60,
    ]);
  });

  it('stays low at the weekend when weekly', () => {
    const demand = with_({ kind: 'weekly', ...office });

    expect([4 * 24 + 4, 5 * 24 + 4, 6 * 24 + 4, 7 * 24 + 4].map(hours => at(demand, hours))).to.deep.equal([
      60, 10, 10, 60,
    ]);
  });

  it('bursts in about the share of the hours that was asked for', () => {
    const demand = with_({ kind: 'bursty', low: 5, high: 80, share: 0.25 });

    const hours = Array.from({ length: 2000 }, (_, n) => at(demand, n)).filter(percent => percent === 80);

    expect(hours.length / 2000).to.be.closeTo(0.25, 0.04);
  });

  it('replays a trace step by step, and again from the beginning', () => {
    const percent = Float32Array.of(1, 2, 3);
    const demand = with_({ kind: 'replayed', percent, fromAt: START_AT });
    const first = stepOf(START_AT);

    expect([-1, 0, 1, 2, 3].map(n => cpuPercentAt(demand, first + n))).to.deep.equal([3, 1, 2, 3, 1]);
  });

  it('wobbles about its level by its noise, the same for the same seed, within 0 and 100', () => {
    const demand = { ...with_({ kind: 'steady', percent: 50 }, 0.1), seed: 3 };
    const series = (of: Demand) =>
      Array.from({ length: 2000 }, (_, n) => cpuPercentAt(of, stepOf(START_AT) + n));

    const values = series(demand);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);

    expect(mean).to.be.closeTo(50, 1);
    expect(deviation).to.be.closeTo(5, 0.6);
    expect(series(demand)).to.deep.equal(values);
    expect(series({ ...demand, seed: 4 })).to.not.deep.equal(values);
    expect(Math.max(...series({ ...demand, noise: 2 }))).to.equal(100);
  });

  it('takes more memory when it is busy', () => {
    const demand = { ...steady(40), memoryPercent: 30, memoryPerCpuPercent: 0.5 };

    expect(memoryPercentAt(demand, stepOf(START_AT + DAY))).to.equal(50);
  });
});
