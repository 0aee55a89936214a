import { expect } from 'chai';
import {
  addError,
  BINS,
  countErrors,
  fade,
  readQuantiles,
  rescale,
  shareBelow,
} from '../../../forecast/online/error-histogram.ts';
import { codeOf, COUNT_OF, countOne } from '../../../forecast/online/small-counts.ts';
import { seededRandom } from '../../../bench/synthetic-cloud.ts';

function histogramOf(errors: readonly number[], random: () => number): Uint8Array {
  const codes = new Uint8Array(BINS);
  for (const error of errors) addError(codes, 0, error, random());
  return codes;
}

function quantilesOf(codes: Uint8Array, probabilities: readonly number[]): [Float64Array, Float64Array] {
  const quantiles = new Float64Array(probabilities.length);
  const losses = new Float64Array(probabilities.length);
  expect(readQuantiles(codes, 0, { probabilities, fewest: 1, quantiles, losses, at: 0 })).equals(true);
  return [quantiles, losses];
}

describe('error histogram', () => {
  const random = seededRandom(5);
  const uniform = Array.from({ length: 4000 }, () => 4 * random() - 2);

  it('finds the quantiles of what it has seen, and what each loses', () => {
    const [quantiles, losses] = quantilesOf(histogramOf(uniform, random), [0.1, 0.5, 0.95]);

    expect(quantiles[0]).closeTo(-1.6, 0.1);
    expect(quantiles[1]).closeTo(0, 0.1);
    expect(quantiles[2]).closeTo(1.8, 0.1);
    // pinball loss of the true quantile p of a uniform variable of width 4: 2 p (1 - p)
    expect(losses[1]).closeTo(0.5, 0.05);
    expect(losses[2]).closeTo(2 * 0.95 * 0.05, 0.02);
  });

  it('expects a quantile that rests on few errors to lose more', () => {
    const few = uniform.slice(0, 40);
    const many = Array.from({ length: 50 }, () => few).flat();
    const [, [ofFew]] = quantilesOf(histogramOf(few, random), [0.95]);
    const [, [ofMany]] = quantilesOf(histogramOf(many, random), [0.95]);

    expect(ofFew! / ofMany!).within(1.25, 1.75);
  });

  it('knows the share below any value', () => {
    const codes = histogramOf(uniform, random);

    expect(shareBelow(codes, 0, 1, 1)).closeTo(0.75, 0.03);
    expect(shareBelow(codes, 0, -1e9, 1)).equals(0);
    expect(shareBelow(codes, 0, 1e9, 1)).equals(1);
    expect(shareBelow(new Uint8Array(BINS), 0, 1, 1)).equals(undefined);
  });

  it('keeps shape and count when the unit changes', () => {
    const codes = histogramOf(uniform, random);
    const before = countErrors(codes, 0);

    rescale(codes, 0, 0.5, random);

    expect(countErrors(codes, 0)).closeTo(before, 0.1 * before);
    expect(quantilesOf(codes, [0.9])[0][0]).closeTo(0.8, 0.1);
  });

  it('fades to the share that is kept', () => {
    const codes = histogramOf(uniform, random);
    const before = countErrors(codes, 0);

    fade(codes, 0, BINS, 0.75, random);

    expect(countErrors(codes, 0)).closeTo(0.75 * before, 0.08 * before);
  });
});

describe('small counts', () => {
  it('count true on average, and exactly at first', () => {
    const random = seededRandom(6);
    const codes = new Uint8Array(200);
    for (let n = 0; n < 200; n += 1) for (let k = 0; k < 1000; k += 1) countOne(codes, n, random());

    const mean = codes.reduce((sum, code) => sum + COUNT_OF[code]!, 0) / codes.length;

    expect(mean).closeTo(1000, 25);
    const one = new Uint8Array(1);
    countOne(one, 0, random());
    expect(COUNT_OF[one[0]!]).equals(1);
  });

  it('turn any count into a code near it', () => {
    const random = seededRandom(7);
    for (const count of [0, 1, 2, 17.5, 900, 7000]) {
      let sum = 0;
      for (let n = 0; n < 2000; n += 1) sum += COUNT_OF[codeOf(count, random())]!;
      expect(sum / 2000).closeTo(count, 0.01 * count + 0.05);
    }
    expect(codeOf(1e12, 0.5)).equals(255);
  });
});
