import { expect } from 'chai';
import fc from 'fast-check';
import { METHODS } from '../../../forecast/methods/methods.ts';
import { SLOW_METHODS } from '../../../forecast/methods/slow-methods.ts';

const STEPS = 6;

/** Samples as a broken meter might send them; Infinity and NaN among them. */
const hostile = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.double({ min: 0, max: 100, noNaN: true }) },
    { weight: 2, arbitrary: fc.constantFrom(NaN, 0, 50) },
    { weight: 1, arbitrary: fc.constantFrom(1e12, -1e12, 1e38, Infinity, -Infinity, 1e-30) },
  ),
  { maxLength: 120 },
);

describe('slow methods', () => {
  it('are not among those that strategies choose from', () => {
    const names = METHODS.map(({ name }) => name);

    expect(names).not.to.include.members(SLOW_METHODS.map(({ name }) => name));
    for (const { name } of SLOW_METHODS) expect(names).not.includes(name);
  });

  for (const method of SLOW_METHODS) {
    describe(method.name, () => {
      const forecast = (
        values: readonly number[],
        origin = values.length,
        stepSeconds = 3600,
      ): number[] | undefined => {
        const out = new Float64Array(STEPS);
        const history = { values: Float32Array.from(values), stepSeconds };
        return method.prepare(history, origin, STEPS)(origin, out) ? [...out] : undefined;
      };
      const repeated = (length: number, ...values: readonly number[]): number[] =>
        Array.from({ length }, (_, t) => values[t % values.length]!);

      it('says nothing of three points, of none and of gaps only', () => {
        expect(forecast([1, 2, 3])).equals(undefined);
        expect(forecast([])).equals(undefined);
        expect(forecast(repeated(100, NaN))).equals(undefined);
      });

      it('says nothing when the newest sample is more than a day old', () => {
        const values = [...repeated(96, 10, 20, 30), ...repeated(30, NaN)];

        expect(forecast(values)).equals(undefined);
        expect(forecast(values, 100)).length(STEPS);
      });

      it('keeps constants, zeros and values of 1e12', () => {
        expect(forecast(repeated(80, 0))).deep.equals(repeated(STEPS, 0));
        for (const value of forecast(repeated(80, 42))!) expect(value).closeTo(42, 1e-4);
        for (const value of forecast(repeated(80, 1e12))!) expect(value / 1e12).closeTo(1, 1e-4);
      });

      it('answers on a grid without whole days', () => {
        expect(forecast(repeated(400, 10, 20, 40), 400, 7001)).length(STEPS);
      });

      it('uses nothing at or after the origin', () => {
        fc.assert(
          fc.property(hostile, hostile, (past, future) => {
            expect(forecast([...past, ...future], past.length)).deep.equals(forecast(past));
          }),
          { numRuns: 60 },
        );
      });

      it('gives numbers or nothing, whatever the samples', () => {
        fc.assert(
          fc.property(hostile, fc.constantFrom(1, 300, 3600, 7001, 86_400), (values, stepSeconds) => {
            for (const value of forecast(values, values.length, stepSeconds) ?? [])
              expect(Number.isFinite(value)).equals(true);
          }),
          { numRuns: 100 },
        );
      });

      it('says the same at an origin whether others were asked before or not', () => {
        const history = {
          values: Float32Array.from({ length: 200 }, (_, t) => 40 + 10 * Math.sin(t / 4) + ((t * 37) % 11)),
          stepSeconds: 3600,
        };
        const [asked, other] = [new Float64Array(STEPS), new Float64Array(STEPS)];
        const prepared = method.prepare(history, 120, STEPS);
        for (let origin = 190; origin >= 150; origin -= 1) prepared(origin, asked);

        method.prepare(history, 120, STEPS)(150, other);

        expect([...asked]).deep.equals([...other]);
      });
    });
  }
});
