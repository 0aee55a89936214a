import { expect } from 'chai';
import fc from 'fast-check';
import { columnOf } from '../../../plugin/datasources/column.ts';

const STEP = 300;

describe('a column', () => {
  it('is in our unit: scaled, brought down to the ceiling, without what is not plausible', () => {
    const samples = seriesOf([0, 10, 60, -1, 300]);
    const measure = { kind: 'gauge', scale: 2, ceiling: 100, plausible: 500 } as const;

    const column = columnOf({ samples, granularitySeconds: STEP }, measure, gridOf(5));

    expect([...column]).to.deep.equal([0, 20, 100, NaN, NaN]);
  });

  it('holds each step as the mean of its own samples and nothing else', () => {
    const sample = fc.record({
      at: fc.integer({ min: -5, max: 40 * STEP }),
      value: fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant(NaN)),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(sample, { selector: ({ at }) => at, maxLength: 60 }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom(1e-6, 1, 1000),
        (list, steps, scale) => {
          const sorted = list.toSorted((a, b) => a.at - b.at);
          const samples = {
            seconds: Float64Array.from(sorted, ({ at }) => at),
            values: Float64Array.from(sorted, ({ value }) => value),
          };
          const measure = { kind: 'gauge', scale, ceiling: Infinity, plausible: Infinity } as const;

          const column = columnOf({ samples, granularitySeconds: STEP }, measure, gridOf(steps));

          expect(column).to.have.length(steps);
          column.forEach((found, step) => {
            const own = sorted.filter(({ at, value }) => Math.floor(at / STEP) === step && value >= 0);
            if (own.length === 0) expect(found).to.be.NaN;
            else {
              const mean = own.reduce((sum, { value }) => sum + value, 0) / own.length;
              expect(found).to.be.closeTo(mean * scale, 1e-6 * (1 + mean * scale));
            }
          });
        },
      ),
    );
  });

  it('never shows a rate above the steepest growth between two samples of a counter', () => {
    const growth = fc.oneof(fc.integer({ min: 0, max: 1e6 }), fc.constant(undefined), fc.constant(-1));
    fc.assert(
      fc.property(fc.array(growth, { minLength: 2, maxLength: 40 }), growths => {
        let total = 0;
        const values = growths.map(one => {
          // undefined: a lost poll; -1: the counter begins again
          total = one === -1 ? 0 : total + (one ?? 0);
          return one === undefined ? NaN : total;
        });
        const known = values.flatMap((value, n) => (Number.isNaN(value) ? [] : [{ at: n * STEP, value }]));
        const samples = {
          seconds: Float64Array.from(known, ({ at }) => at),
          values: Float64Array.from(known, ({ value }) => value),
        };
        const measure = { kind: 'counter', scale: 1, ceiling: Infinity, plausible: Infinity } as const;

        const column = columnOf({ samples, granularitySeconds: STEP }, measure, gridOf(growths.length));

        const steepest = Math.max(
          0,
          ...known.slice(1).map(({ at, value }, n) => (value - known[n]!.value) / (at - known[n]!.at)),
        );
        for (const rate of column) {
          if (!Number.isNaN(rate)) expect(rate).to.be.within(0, steepest * (1 + 1e-6));
        }
        expect(column[0]).to.be.NaN;
      }),
    );
  });
});

function gridOf(steps: number) {
  return { startAt: 0, stepSeconds: STEP, steps };
}

function seriesOf(values: readonly number[]) {
  return {
    seconds: Float64Array.from(values, (_, n) => n * STEP),
    values: Float64Array.from(values),
  };
}
