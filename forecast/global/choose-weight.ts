import { ONLINE_PROBABILITIES } from '../online/predict.ts';
import type { QuantileCorrection } from './correction.ts';
import type { Examples } from './examples.ts';

const P = ONLINE_PROBABILITIES.length;
const WEIGHTS = [0, 0.25, 0.5, 0.75, 1];
/** A correction must save at least this share of the loss on series that it has not seen. */
const LEAST_GAIN = 0.003;

/**
 * How much of the correction to believe, 0 to 1: what would have lost least, in sum over all quantiles, on examples that it has not
 * learnt from. 0 when it does not clearly help.
 */
export function chooseWeight(correction: Pick<QuantileCorrection, 'at'>, unseen: Examples): number {
  const losses = WEIGHTS.map(() => 0);
  const { columns, features, nodes } = unseen;
  for (let example = 0; example < unseen.length; example += 1) {
    const at = correction.at(columns.features.subarray(example * features, (example + 1) * features));
    for (let node = 0; node < nodes; node += 1) {
      const actual = columns.actuals[example * nodes + node]!;
      if (Number.isNaN(actual)) continue;
      for (let p = 0; p < P; p += 1) {
        const n = node * P + p;
        const quantile = columns.quantiles[example * nodes * P + n]!;
        const change = columns.spreads[example * nodes + node]! * at[n]!;
        for (const [w, weight] of WEIGHTS.entries())
          losses[w]! += pinball(actual - quantile - weight * change, ONLINE_PROBABILITIES[p]!);
      }
    }
  }
  const best = losses.indexOf(Math.min(...losses));
  return losses[best]! < (1 - LEAST_GAIN) * losses[0]! ? WEIGHTS[best]! : 0;
}

function pinball(error: number, p: number): number {
  return error >= 0 ? p * error : (p - 1) * error;
}
