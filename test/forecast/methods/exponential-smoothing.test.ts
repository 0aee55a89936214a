import { expect } from 'chai';
import { exponentialSmoothing } from '../../../forecast/methods/exponential-smoothing/exponential-smoothing.ts';
import { armaProcess, DAY, hourly, meanError, normalNoise, shareOfLastValue } from './processes.ts';

describe('exponential smoothing', () => {
  it('finds the level under noise', () => {
    const history = hourly(400, armaProcess({ seed: 1 }));

    const share = shareOfLastValue(exponentialSmoothing, history, 300, 6);

    // The best possible for white noise is 1/√2.
    expect(share).within(0.6, 0.75);
  });

  it('follows a wandering level as the last value does', () => {
    const history = hourly(400, armaProcess({ ar: 1, seed: 2 }));

    expect(shareOfLastValue(exponentialSmoothing, history, 300, 1)).within(0.95, 1.05);
  });

  it('goes on with a trend', () => {
    const noise = normalNoise(3);
    const history = hourly(90, t => 10 + 2 * t + noise());

    expect(shareOfLastValue(exponentialSmoothing, history, 60, 6)).below(0.5);
  });

  it('learns the shape of the day from two days', () => {
    const noise = normalNoise(4);
    const history = hourly(6 * DAY, t => 50 + (t % DAY < 8 ? 30 : 0) + noise());

    expect(meanError(exponentialSmoothing, history, 3 * DAY, 12)).below(2.5);
    expect(shareOfLastValue(exponentialSmoothing, history, 3 * DAY, 12)).below(0.2);
  });

  it('goes on with the day beyond one day', () => {
    const history = hourly(4 * DAY, t => (t % DAY < 8 ? 30 : 10));
    const out = new Float64Array(2 * DAY);

    exponentialSmoothing.prepare(history, 4 * DAY, 2 * DAY)(4 * DAY, out);

    expect([...out].map(value => Math.round(value))).deep.equals(
      Array.from({ length: 2 * DAY }, (_, t) => (t % DAY < 8 ? 30 : 10)),
    );
  });
});
