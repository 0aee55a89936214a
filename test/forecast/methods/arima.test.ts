import { expect } from 'chai';
import fc from 'fast-check';
import { arima } from '../../../forecast/methods/arima/arima.ts';
import { isStable } from '../../../forecast/methods/arima/arma.ts';
import { fitArma } from '../../../forecast/methods/arima/choose-order.ts';
import { hasUnitRoot } from '../../../forecast/methods/arima/kpss.ts';
import { armaProcess, DAY, hourly, meanError, normalNoise, shareOfLastValue } from './processes.ts';

const samples = (count: number, next: () => number): Float64Array =>
  Float64Array.from({ length: count }, next);

describe('ARIMA', () => {
  it('recovers an AR(1)', () => {
    const values = samples(1500, armaProcess({ ar: 0.7, level: 0, seed: 11 }));

    const { arma } = fitArma(values, 1500, 0);

    // What a past sample says two steps on is what an AR(1) of 0.7 says: 0.49; see impulse responses.
    expect(impulse(arma, 1)).within(0.62, 0.78);
    expect(impulse(arma, 2)).within(0.38, 0.6);
  });

  it('recovers an MA(1)', () => {
    const values = samples(1500, armaProcess({ ma: -0.6, level: 0, seed: 12 }));

    const { arma } = fitArma(values, 1500, 0);

    expect(impulse(arma, 1)).within(-0.7, -0.5);
    expect(impulse(arma, 2)).within(-0.1, 0.1);
  });

  it('beats the last value on an AR(1) by what theory says', () => {
    const history = hourly(1000, armaProcess({ ar: 0.5, seed: 13 }));

    // One step: √(1 / (2 (1 - 0.5) / (1 - 0.25))) = 0.866.
    expect(shareOfLastValue(arima, history, 600, 1)).within(0.8, 0.93);
  });

  it('beats the last value on an MA(1)', () => {
    const history = hourly(1000, armaProcess({ ma: 0.6, seed: 14 }));

    expect(shareOfLastValue(arima, history, 600, 3)).below(0.87);
  });

  it('differences a series without a level, not one with', () => {
    const walk = samples(400, armaProcess({ ar: 1, seed: 15 }));
    const steady = samples(400, armaProcess({ ar: 0.4, seed: 16 }));

    expect(hasUnitRoot(walk, 400)).equals(true);
    expect(hasUnitRoot(steady, 400)).equals(false);
    expect(hasUnitRoot(new Float64Array(400).fill(3), 400)).equals(false);
  });

  it('goes on with a trend', () => {
    const noise = normalNoise(17);
    const history = hourly(300, t => 5 + 0.5 * t + 3 * noise());

    expect(shareOfLastValue(arima, history, 200, 6)).below(0.8);
  });

  it('knows the time of day from two days on', () => {
    const next = armaProcess({ ar: 0.5, seed: 18 });
    const history = hourly(10 * DAY, t => next() + 20 * Math.sin((2 * Math.PI * t) / DAY));

    expect(meanError(arima, history, 6 * DAY, 12)).below(1.4);
    expect(shareOfLastValue(arima, history, 6 * DAY, 12)).below(0.15);
  });

  it('does not invent a time of day for noise', () => {
    const history = hourly(10 * DAY, armaProcess({ seed: 19 }));
    const out = new Float64Array(DAY);

    arima.prepare(history, 10 * DAY, DAY)(10 * DAY, out);

    expect(Math.max(...out) - Math.min(...out)).below(1);
  });

  it('is stationary and invertible whatever it is fitted to', () => {
    const anything = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
      minLength: 24,
      maxLength: 80,
    });
    fc.assert(
      fc.property(anything, values => {
        const { arma } = fitArma(Float64Array.from(values), values.length, 0);

        expect(isStable(arma)).equals(true);
      }),
      { numRuns: 60 },
    );
  });

  it('calls unstable what is', () => {
    expect(isStable({ ar: [0.5, 0.6], ma: [] })).equals(false);
    expect(isStable({ ar: [], ma: [1.2] })).equals(false);
    expect(isStable({ ar: [1.2, -0.4], ma: [-0.9] })).equals(true);
  });
});

/** What is left, `steps` on, of an error of 1. */
function impulse(
  { ar, ma }: { readonly ar: readonly number[]; readonly ma: readonly number[] },
  steps: number,
): number {
  const left = [1];
  for (let t = 1; t <= steps; t += 1)
    left.push(ar.reduce((sum, value, n) => sum + value * (left[t - 1 - n] ?? 0), ma[t - 1] ?? 0));
  return left[steps]!;
}
