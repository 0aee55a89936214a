import type { Place } from '../online/layout.ts';
import type { Bounds } from '../online/predict.ts';
import { ONLINE_PROBABILITIES } from '../online/predict.ts';
import { spreadOf } from './correction.ts';

const P = ONLINE_PROBABILITIES.length;

/**
 * Corrects quantiles (`steps` × probabilities) in place: between nodes corrections are interpolated; quantiles stay within the
 * bounds and never cross.
 */
export function applyCorrection(
  quantiles: Float64Array,
  {
    corrections,
    places,
    unit,
    weight,
    bounds,
  }: {
    readonly corrections: Float32Array;
    readonly places: readonly Place[];
    readonly unit: number;
    /** Share, 0 to 1, of the correction that is believed. */
    readonly weight: number;
    readonly bounds: Bounds;
  },
): void {
  for (const [step, { node, next, share }] of places.entries()) {
    const spread = weight * spreadOf(quantiles, step * P, unit);
    let previous = -Infinity;
    for (let p = 0; p < P; p += 1) {
      const correction = (1 - share) * corrections[node * P + p]! + share * corrections[next * P + p]!;
      const value = quantiles[step * P + p]! + spread * correction;
      previous = Math.max(previous, Math.min(bounds.most, Math.max(bounds.least, value)));
      quantiles[step * P + p] = previous;
    }
  }
}
