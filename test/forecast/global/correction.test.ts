import { expect } from 'chai';
import { seededRandom } from '../../../bench/synthetic-cloud.ts';
import { applyCorrection } from '../../../forecast/global/apply.ts';
import { chooseWeight } from '../../../forecast/global/choose-weight.ts';
import { trainCorrection } from '../../../forecast/global/correction.ts';
import { Examples } from '../../../forecast/global/examples.ts';
import { layoutOf } from '../../../forecast/online/layout.ts';
import { ONLINE_PROBABILITIES } from '../../../forecast/online/predict.ts';

const P = ONLINE_PROBABILITIES.length;
const SHAPE = { features: 3, nodes: 1, probabilities: P };
const OPTIONS = { hidden: [16], epochs: 6, networks: 1, rate: 0.005, decay: 0.01, batch: 32 };
/** Quantiles of a variable that is even on [0, 10]. */
const EVEN = Float32Array.from(ONLINE_PROBABILITIES, p => 10 * p);

/** What the experts say is off by `bias` times the first feature. */
function biased(count: number, bias: number, seed: number): Examples {
  const random = seededRandom(seed);
  const examples = new Examples(SHAPE, count, random);
  for (let n = 0; n < count; n += 1) {
    const features = Float32Array.of(2 * random() - 1, random(), random());
    const actual = 10 * random() + bias * features[0]!;
    examples.add({
      features,
      quantiles: EVEN,
      spreads: Float32Array.of(9.4),
      actuals: Float32Array.of(actual),
      unit: 2,
    });
  }
  return examples;
}

describe('quantile correction', () => {
  it('learns what the experts get wrong, and is believed for it', () => {
    const correction = trainCorrection(biased(6000, 6, 1), seededRandom(2), OPTIONS);

    expect(chooseWeight(correction, biased(2000, 6, 3))).least(0.75);
    const median = ONLINE_PROBABILITIES.indexOf(0.5);
    expect(9.4 * correction.at(Float32Array.of(0.8, 0.5, 0.5))[median]!).closeTo(4.8, 1);
  });

  it('is not believed where there is nothing to correct', () => {
    const correction = trainCorrection(biased(3000, 0, 4), seededRandom(5), OPTIONS);

    expect(chooseWeight(correction, biased(2000, 0, 6))).equals(0);
  });

  it('is not believed for a gain that may be chance', () => {
    const slight = { at: () => new Float32Array(P).fill(0.002) };

    expect(chooseWeight(slight, biased(4000, 0.1, 9))).equals(0);
  });

  it('keeps corrected quantiles in order and within the bounds', () => {
    const quantiles = Float64Array.from({ length: 3 * P }, (_, n) => 10 * ONLINE_PROBABILITIES[n % P]!);
    const corrections = Float32Array.from({ length: 2 * P }, (_, n) => (n % 2 === 0 ? 3 : -3));

    applyCorrection(quantiles, {
      corrections,
      places: layoutOf({ stepsPerDay: 24, steps: 3 }).places,
      unit: 1,
      weight: 1,
      bounds: { least: 0, most: 12 },
    });

    for (const [n, value] of quantiles.entries()) {
      expect(value).within(0, 12);
      if (n % P > 0) expect(value).least(quantiles[n - 1]!);
    }
  });

  it('keeps a fair sample when there are more examples than room', () => {
    const random = seededRandom(8);
    const examples = new Examples(SHAPE, 100, random);
    for (let n = 0; n < 1000; n += 1) {
      examples.add({
        features: new Float32Array(3),
        quantiles: EVEN,
        spreads: Float32Array.of(1),
        actuals: Float32Array.of(n),
        unit: 1,
      });
    }

    const mean = examples.columns.actuals.reduce((sum, value) => sum + value, 0) / 100;

    expect(examples.length).equals(100);
    expect(mean).within(350, 650);
  });
});
