import { expect } from 'chai';
import fc from 'fast-check';
import { seededRandom } from '../../../bench/synthetic-cloud.ts';
import { ONLINE_PROBABILITIES } from '../../../forecast/online/predict.ts';
import { SeriesBank } from '../../../forecast/online/series-bank.ts';

const DAY = 288;
const STEPS = 12;
const P = ONLINE_PROBABILITIES.length;
const MEDIAN = ONLINE_PROBABILITIES.indexOf(0.5);
const P95 = ONLINE_PROBABILITIES.indexOf(0.95);
const BOUNDS = { least: 0, most: 100 };

function newBank(): SeriesBank {
  return new SeriesBank({ stepsPerDay: DAY, steps: STEPS });
}

/** A series of its own that has seen the values at steps 0, 1, 2 … */
function seen(bank: SeriesBank, values: readonly number[]): number {
  const series = bank.add();
  for (const [step, value] of values.entries()) bank.observe(series, step, value);
  return series;
}

function forecastOf(bank: SeriesBank, series: number): Float64Array {
  const out = new Float64Array(STEPS * P);
  expect(bank.forecast(series, BOUNDS, out)).equals(true);
  return out;
}

const random = seededRandom(11);
const NOISE = Float64Array.from({ length: 7 * DAY }, () => 2 * random() - 1);

/** Repeatable noise in [-1, 1). */
function noise(n: number): number {
  return NOISE[n]!;
}

describe('series bank', () => {
  it('forecasts a steady load close to its level, with a spread as wide as its noise', () => {
    const bank = newBank();
    const values = Array.from({ length: 3 * DAY }, (_, n) => 40 + 5 * noise(n));

    const forecast = forecastOf(bank, seen(bank, values));

    for (let step = 0; step < STEPS; step += 1) {
      expect(forecast[step * P + MEDIAN]).closeTo(40, 1);
      expect(forecast[step * P + P95]).within(43, 47);
    }
  });

  it('knows a daily peak before it comes', () => {
    const bank = newBank();
    const load = (n: number): number => (n % DAY >= 120 && n % DAY < 132 ? 90 : 10) + noise(n);
    const values = Array.from({ length: 6 * DAY + 120 }, (_, n) => load(n));

    const forecast = forecastOf(bank, seen(bank, values));

    expect(forecast[5 * P + MEDIAN]).greaterThan(80);
  });

  it('says how likely the threshold is exceeded within the horizon', () => {
    const bank = newBank();
    const calm = seen(
      bank,
      Array.from({ length: 2 * DAY }, (_, n) => 20 + noise(n)),
    );
    const wild = seen(
      bank,
      Array.from({ length: 2 * DAY }, (_, n) => (noise(n) > 0.5 ? 90 : 20)),
    );

    expect(bank.peakExceedance(calm, 70)).lessThan(0.05);
    expect(bank.peakExceedance(wild, 70)).greaterThan(0.8);
    expect(bank.peakExceedance(bank.add(), 70)).equals(undefined);
  });

  it('forecasts nothing from nothing, and little from a single sample', () => {
    const bank = newBank();
    const out = new Float64Array(STEPS * P);

    expect(bank.forecast(bank.add(), BOUNDS, out)).equals(false);
    expect(bank.forecast(seen(bank, [50]), BOUNDS, out)).equals(false);
  });

  it('takes no step twice, none that is older, and nothing that is no usage', () => {
    const bank = newBank();
    const series = seen(bank, [1, 2, 3]);

    expect(bank.observe(series, 2, 9)).equals(false);
    expect(bank.observe(series, 1, 9)).equals(false);
    for (const value of [NaN, -1, Infinity]) expect(bank.observe(series, 3, value)).equals(false);
    expect(bank.observe(series, 3, 4)).equals(true);
  });

  it('forgets how far it was off long ago', () => {
    const bank = newBank();
    const wild = Array.from({ length: 20 * DAY }, () => 50 + 30 * (2 * random() - 1));
    const calm = Array.from({ length: 30 * DAY }, () => 50 + (2 * random() - 1));

    const forecast = forecastOf(bank, seen(bank, [...wild, ...calm]));

    expect(forecast[5 * P + P95]! - forecast[5 * P + MEDIAN]!).lessThan(4);
  });

  it('bridges a gap with the last value', () => {
    const bank = newBank();
    const series = seen(
      bank,
      Array.from({ length: 210 }, (_, n) => (n < 200 ? 80 : 20)),
    );
    bank.observe(series, 270, 20);

    const forecast = forecastOf(bank, series);

    expect(forecast[MEDIAN]).closeTo(20, 3);
  });

  it('gives each series the forecast that it would have alone', () => {
    const values = Array.from({ length: 400 }, (_, n) => 30 + 10 * noise(n));
    const alone = newBank();
    const crowded = new SeriesBank({ stepsPerDay: DAY, steps: STEPS }, 1);
    const series = [crowded.add(), crowded.add(), crowded.add()];
    for (const [step, value] of values.entries()) {
      crowded.observe(series[0]!, step, 100 - value);
      crowded.observe(series[1]!, step, value);
      crowded.observe(series[2]!, step, 1e12 * value);
    }

    expect(forecastOf(crowded, series[1]!)).deep.equals(forecastOf(alone, seen(alone, values)));
  });

  it('forecasts in the same shape whatever the unit', () => {
    const bank = newBank();
    const values = Array.from({ length: 600 }, (_, n) => 30 + 10 * noise(n));
    const [small, large] = [
      seen(bank, values),
      seen(
        bank,
        values.map(value => value * 1e9),
      ),
    ];
    const [a, b] = [new Float64Array(STEPS * P), new Float64Array(STEPS * P)];
    bank.forecast(small, { least: 0, most: Infinity }, a);
    bank.forecast(large, { least: 0, most: Infinity }, b);

    for (const [n, value] of a.entries()) expect(b[n]! / 1e9).closeTo(value, 0.5);
  });

  it('never gives NaN, crosses quantiles or leaves the bounds, whatever it has seen', () => {
    const samples = fc.array(
      fc.record({
        gap: fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, fc.integer({ min: -3, max: 2000 })),
        value: fc.oneof(
          fc.double({ min: 0, max: 100, noNaN: true }),
          fc.constantFrom(0, 100, 1e12, 1e-12, NaN, -5, Infinity),
        ),
      }),
      { minLength: 1, maxLength: 400 },
    );
    fc.assert(
      fc.property(samples, list => {
        const bank = newBank();
        const series = bank.add();
        let step = 0;
        for (const { gap, value } of list) {
          step += gap;
          bank.observe(series, Math.max(0, step), value);
        }
        const out = new Float64Array(STEPS * P);
        if (!bank.forecast(series, BOUNDS, out)) return;
        for (let n = 0; n < out.length; n += 1) {
          expect(out[n]).within(0, 100);
          if (n % P > 0) expect(out[n]).least(out[n - 1]!);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps less than two and a half KiB a series', () => {
    expect(newBank().bytesPerSeries).lessThan(2500);
  });
});
