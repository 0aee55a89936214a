import { countErrors, readQuantiles, shareBelow } from './error-histogram.ts';
import {
  bucketCell,
  EXPERTS,
  NEAR_EXPERTS,
  nearCell,
  PEAK_EXPERTS,
  SEASONAL_EXPERTS,
  seasonalCell,
  WINDOW,
} from './layout.ts';
import type { Layout, Place } from './layout.ts';
import { cellAt, nearAnchor } from './learn.ts';
import type { Learning } from './learn.ts';
import { seasonalValue } from './seasons.ts';
import type { SeriesCursor } from './series-cursor.ts';

/** The probabilities of the quantiles that are forecast, ascending. */
export const ONLINE_PROBABILITIES: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
const P = ONLINE_PROBABILITIES.length;
const E = EXPERTS.length;
/** An expert whose quantile loses x times as much as the best one's has the weight exp(-SHARPNESS (x - 1)). */
const SHARPNESS = 10;
/** Losses below this share of the unit do not tell experts apart. */
const NEGLIGIBLE_LOSS = 0.01;
const FEWEST_ERRORS = 12;
/** The similar past is a small part of the whole: it takes more to be heard. */
const FEWEST_SIMILAR = 100;

/** Values outside are impossible. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** What the experts say from here; one per bank, used over and over. */
export class Predictor {
  readonly #learning: Learning;
  readonly #nodes: readonly number[];
  readonly #places: readonly Place[];
  /** Quantiles of errors in the series' unit, [node][expert][probability]; NaN where an expert knows too little. */
  readonly #quantiles: Float64Array;
  readonly #losses: Float64Array;
  readonly #weights: Float64Array;
  readonly #anchors = new Float64Array(E);

  constructor(learning: Learning, { nodes, places }: Layout) {
    this.#learning = learning;
    this.#nodes = nodes;
    this.#places = places;
    this.#quantiles = new Float64Array(nodes.length * E * P);
    this.#losses = new Float64Array(nodes.length * E * P);
    this.#weights = new Float64Array(nodes.length * E * P);
  }

  /**
   * Writes `steps` × `ONLINE_PROBABILITIES.length` quantiles, step by step, into `out`: per node, probability and series the experts' calibrated
   * quantiles, weighted by how little each has lost. They never cross. False when the past is too short.
   */
  quantiles(cursor: SeriesCursor, bounds: Bounds, out: Float64Array): boolean {
    if (cursor.get('count') === 0) return false;
    this.#read(cursor);
    const origin = cursor.get('step') + 1;
    const unit = cursor.get('unit');
    let known = true;
    for (const [step, place] of this.#places.entries()) {
      this.#anchorAll(cursor, origin, step);
      let previous = -Infinity;
      for (let p = 0; p < P; p += 1) {
        const value = this.#combine(p, place, { unit, bounds });
        known &&= !Number.isNaN(value);
        previous = Math.max(previous, value);
        out[step * P + p] = previous;
      }
    }
    return known;
  }

  /** What the last `quantiles` found: mean pinball loss of the expert's own quantile, in the series' unit; NaN where it knows too little. */
  loss(node: number, expert: number, p: number): number {
    return this.#losses[(node * E + expert) * P + p]!;
  }

  /** What the last `quantiles` found: the quantile of the expert's errors, in the series' unit. */
  errorQuantile(node: number, expert: number, p: number): number {
    return this.#quantiles[(node * E + expert) * P + p]!;
  }

  /** What a rhythm says of a step; NaN while it does not know. */
  seasonalAnchor(cursor: SeriesCursor, season: number, step: number): number {
    return seasonalValue(cursor, this.#learning.seasons[season]!, step);
  }

  /** Probability that some value within the horizon exceeds the threshold; undefined when too few past maxima are known. */
  peakExceedance(cursor: SeriesCursor, threshold: number): number | undefined {
    const { layout, memory } = cursor;
    const origin = cursor.get('step') + 1;
    const unit = cursor.get('unit');
    const bucket = cursor.bucket(origin);
    let [sum, experts] = [0, 0];
    for (let expert = 0; expert < PEAK_EXPERTS; expert += 1) {
      if (expert === 2 && bucket < 0) continue;
      const anchor =
        expert === 0
          ? cursor.largest(origin, WINDOW)
          : expert === 1
            ? cursor.ewma(origin)
            : cursor.get('level');
      const cell = layout.peakCells + (expert === 2 ? 2 + bucket : expert);
      const distance = (threshold - anchor) / unit;
      const below = shareBelow(memory.bytes, cellAt(cursor, cell), distance, FEWEST_ERRORS);
      if (below === undefined) continue;
      const count = countErrors(memory.bytes, cellAt(cursor, cell));
      sum += (count * (1 - below) + unseen(distance)) / (count + 1);
      experts += 1;
    }
    return experts === 0 ? undefined : sum / experts;
  }

  /** The expert that has lost least at the median, over all nodes; undefined when none is known. */
  bestExpert(cursor: SeriesCursor): (typeof EXPERTS)[number] | undefined {
    this.#read(cursor);
    const median = ONLINE_PROBABILITIES.indexOf(0.5);
    let [best, least] = [-1, Infinity];
    for (let expert = 0; expert < E; expert += 1) {
      let loss = 0;
      for (let node = 0; node < this.#nodes.length; node += 1)
        loss += this.#losses[(node * E + expert) * P + median]!;
      if (loss < least) [best, least] = [expert, loss];
    }
    return EXPERTS[best];
  }

  #read(cursor: SeriesCursor): void {
    const { layout } = cursor;
    const origin = cursor.get('step') + 1;
    const bucket = cursor.bucket(origin);
    this.#quantiles.fill(NaN);
    this.#losses.fill(NaN);
    for (let node = 0; node < this.#nodes.length; node += 1) {
      for (let expert = 0; expert < NEAR_EXPERTS.length; expert += 1)
        this.#readCell(cursor, nearCell(layout, expert, node), node, expert, FEWEST_ERRORS);
      for (let n = 0; n < SEASONAL_EXPERTS.length; n += 1)
        this.#readCell(cursor, seasonalCell(layout, n), node, NEAR_EXPERTS.length + n, FEWEST_ERRORS);
      if (bucket >= 0) this.#readCell(cursor, bucketCell(layout, bucket, node), node, E - 1, FEWEST_SIMILAR);
      for (let p = 0; p < P; p += 1) this.#weigh(node, p);
    }
  }

  #readCell(cursor: SeriesCursor, cell: number, node: number, expert: number, fewest: number): void {
    readQuantiles(cursor.memory.bytes, cellAt(cursor, cell), {
      probabilities: ONLINE_PROBABILITIES,
      fewest,
      quantiles: this.#quantiles,
      losses: this.#losses,
      at: (node * E + expert) * P,
    });
  }

  #weigh(node: number, p: number): void {
    const at = (expert: number): number => (node * E + expert) * P + p;
    let best = Infinity;
    for (let expert = 0; expert < E; expert += 1) {
      const loss = this.#losses[at(expert)]!;
      if (loss < best) best = loss;
    }
    for (let expert = 0; expert < E; expert += 1) {
      const excess = (this.#losses[at(expert)]! - best) / (best + NEGLIGIBLE_LOSS);
      this.#weights[at(expert)] = Number.isNaN(excess) ? 0 : Math.exp(-SHARPNESS * excess);
    }
  }

  #anchorAll(cursor: SeriesCursor, origin: number, step: number): void {
    const anchors = this.#anchors;
    if (step === 0) {
      for (let expert = 0; expert < NEAR_EXPERTS.length; expert += 1)
        anchors[expert] = nearAnchor(cursor, expert, origin);
      anchors[E - 1] = cursor.get('level');
    }
    for (const [n, season] of this.#learning.seasons.entries())
      anchors[NEAR_EXPERTS.length + n] = seasonalValue(cursor, season, origin + step);
  }

  /** The weighted quantile between two nodes; NaN when no expert can say. */
  #combine(
    p: number,
    { node, next, share }: Place,
    { unit, bounds }: { readonly unit: number; readonly bounds: Bounds },
  ): number {
    let [sum, total] = [0, 0];
    for (let expert = 0; expert < E; expert += 1) {
      const near = (node * E + expert) * P + p;
      const far = (next * E + expert) * P + p;
      const weight = (1 - share) * this.#weights[near]! + share * this.#weights[far]!;
      const error = (1 - share) * this.#quantiles[near]! + share * this.#quantiles[far]!;
      const value = this.#anchors[expert]! + unit * error;
      if (weight === 0 || Number.isNaN(value)) continue;
      sum += weight * Math.min(bounds.most, Math.max(bounds.least, value));
      total += weight;
    }
    return sum / total;
  }
}

/** What one unseen case adds to the chance of an error above `distance` units: the further, the less. */
function unseen(distance: number): number {
  return 1 / (1 + Math.max(0, distance));
}
