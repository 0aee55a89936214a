import { EXPERTS, NEAR_EXPERTS, WINDOW } from './layout.ts';
import type { Predictor } from './predict.ts';
import { ONLINE_PROBABILITIES } from './predict.ts';
import type { Bounds } from './predict.ts';
import type { SeriesCursor } from './series-cursor.ts';

const P = ONLINE_PROBABILITIES.length;
const MEDIAN = ONLINE_PROBABILITIES.indexOf(0.5);
const UPPER = ONLINE_PROBABILITIES.indexOf(0.95);

/** How many numbers describe a series at a moment, with so many nodes. */
export function featureCount(nodes: number): number {
  return WINDOW + 9 + 6 + nodes * P + 4 * (1 + EXPERTS.length) + 2 * P;
}

/**
 * What the model of all series sees of one: shape, not size. Everything is measured from the moving average in the series' own unit and squeezed by asinh.
 * `quantiles`: what `predictor.quantiles` has just written. Writes `featureCount` numbers.
 */
export function writeFeatures(
  cursor: SeriesCursor,
  { predictor, quantiles, bounds }: { predictor: Predictor; quantiles: Float64Array; bounds: Bounds },
  out: Float32Array,
): void {
  const { nodes } = cursor.layout;
  const origin = cursor.get('step') + 1;
  const unit = Math.max(cursor.get('unit'), 1e-9);
  const centre = cursor.ewma(origin);
  const distance = (value: number): number => (Number.isNaN(value) ? 0 : Math.asinh((value - centre) / unit));
  let n = 0;
  const put = (value: number): void => {
    out[n] = Number.isFinite(value) ? value : 0;
    n += 1;
  };

  let [least, squares] = [Infinity, 0];
  for (let back = 1; back <= WINDOW; back += 1) {
    const value = cursor.sample(origin - back);
    put(distance(value));
    least = Math.min(least, Number.isNaN(value) ? centre : value);
    squares += Number.isNaN(value) ? 0 : (value - centre) ** 2;
  }
  put(distance(cursor.largest(origin, WINDOW)));
  put(distance(least));
  put(Math.asinh(Math.sqrt(squares / WINDOW) / unit));
  put(bounds.most < 1e6 ? Math.log(unit / bounds.most + 1e-5) : 0);
  put(bounds.most < 1e6 ? (bounds.most - centre) / bounds.most : 0);
  put(Math.asinh(centre / unit));
  put(distance(cursor.get('level')));
  put(Math.log1p(cursor.get('count')) / 8);
  put(cursor.bucket(origin));
  for (const ahead of [0, nodes.at(-1)!]) {
    for (let season = 0; season < 3; season += 1)
      put(distance(predictor.seasonalAnchor(cursor, season, origin + ahead)));
  }
  for (const node of nodes) for (let p = 0; p < P; p += 1) put(distance(quantiles[node * P + p]!));
  for (const node of [0, nodes.length - 1]) {
    for (const p of [MEDIAN, UPPER]) {
      const losses = EXPERTS.map((_, expert) => predictor.loss(node, expert, p));
      const best = Math.min(...losses.filter(loss => !Number.isNaN(loss)));
      put(Math.log(best + 0.01));
      for (const loss of losses) put(Number.isNaN(loss) ? 2 : Math.min(2, (loss - best) / (best + 0.001)));
    }
  }
  const last = nodes.length - 1;
  for (const expert of [NEAR_EXPERTS.indexOf('level'), EXPERTS.length - 1]) {
    for (let p = 0; p < P; p += 1)
      put(distance(cursor.get('level') + unit * predictor.errorQuantile(last, expert, p)));
  }
}
