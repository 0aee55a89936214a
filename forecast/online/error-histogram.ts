import { codeOf, countOne, COUNT_OF } from './small-counts.ts';

/**
 * Histograms of forecast errors, in units of the series' own spread: bins are even near 0 and grow in proportion further
 * out (asinh), since errors of idle machines span many orders of magnitude.
 */
export const BINS = 48;
/** Errors below this share of the unit are told apart linearly, above it in proportion. */
const LINEAR = 0.05;
/** Bins per factor e. */
const BINS_PER_E = 2.8;

/** `LOWER[b]` to `LOWER[b + 1]` is bin b. */
const LOWER = Float64Array.from(
  { length: BINS + 1 },
  (_, b) => LINEAR * Math.sinh((b - 0.5 - BINS / 2) / BINS_PER_E),
);
const MIDDLE = Float64Array.from({ length: BINS }, (_, b) => LINEAR * Math.sinh((b - BINS / 2) / BINS_PER_E));

function place(error: number): number {
  return BINS / 2 + BINS_PER_E * Math.asinh(error / LINEAR);
}

function binOf(error: number): number {
  return Math.min(BINS - 1, Math.max(0, Math.round(place(error))));
}

/** Adds an error to the histogram that begins at `base`. */
export function addError(codes: Uint8Array, base: number, error: number, chance: number): void {
  countOne(codes, base + binOf(error), chance);
}

/** How many errors the histogram holds. */
export function countErrors(codes: Uint8Array, base: number): number {
  let count = 0;
  for (let b = base; b < base + BINS; b += 1) count += COUNT_OF[codes[b]!]!;
  return count;
}

/**
 * Quantiles of the errors at ascending `probabilities` into `quantiles`, and the mean pinball loss that each of them can be expected to have, by these
 * errors, into `losses`. False, with nothing written, when it holds fewer than `fewest` errors. O(bins + probabilities).
 */
export function readQuantiles(
  codes: Uint8Array,
  base: number,
  { probabilities, fewest, quantiles, losses, at }: QuantileRead,
): boolean {
  let [count, sum] = [0, 0];
  for (let b = 0; b < BINS; b += 1) {
    const n = COUNT_OF[codes[base + b]!]!;
    count += n;
    sum += n * MIDDLE[b]!;
  }
  if (count < fewest || count === 0) return false;
  const mean = sum / count;
  let [below, sumBelow, k] = [0, 0, 0];
  for (let b = 0; b < BINS && k < probabilities.length; b += 1) {
    const n = COUNT_OF[codes[base + b]!]!;
    if (n === 0) continue;
    const lower = LOWER[b]!;
    while (k < probabilities.length && below + n >= probabilities[k]! * count) {
      const p = probabilities[k]!;
      const share = (p * count - below) / n;
      const quantile = lower + share * (LOWER[b + 1]! - lower);
      const sumOfLess = sumBelow + (share * n * (lower + quantile)) / 2;
      const expectedShortfall = (quantile * (below + share * n) - sumOfLess) / count;
      quantiles[at + k] = quantile;
      // a quantile that rests on few errors fits them better than those to come
      const optimism = 1 / (count * Math.min(p, 1 - p));
      losses[at + k] = Math.max(0, p * (mean - quantile) + expectedShortfall) * (1 + optimism);
      k += 1;
    }
    below += n;
    sumBelow += n * MIDDLE[b]!;
  }
  for (; k < probabilities.length; k += 1) {
    quantiles[at + k] = LOWER[BINS]!;
    losses[at + k] = 0;
  }
  return true;
}

export interface QuantileRead {
  readonly probabilities: readonly number[];
  readonly fewest: number;
  readonly quantiles: Float64Array;
  readonly losses: Float64Array;
  /** Where in both arrays the first one goes. */
  readonly at: number;
}

/** Share, 0 to 1, of the errors below the value; undefined when it holds fewer than `fewest`. */
export function shareBelow(
  codes: Uint8Array,
  base: number,
  error: number,
  fewest: number,
): number | undefined {
  const exact = place(error) + 0.5;
  const bin = Math.min(BINS - 1, Math.max(0, Math.floor(exact)));
  const inside = Math.min(1, Math.max(0, exact - bin));
  let [count, below] = [0, 0];
  for (let b = 0; b < BINS; b += 1) {
    const n = COUNT_OF[codes[base + b]!]!;
    count += n;
    if (b < bin) below += n;
    else if (b === bin) below += n * inside;
  }
  return count < fewest || count === 0 ? undefined : below / count;
}

/** Lets all counts fade to the share `keep`; `chance()` is uniform in [0, 1). */
export function fade(codes: Uint8Array, from: number, to: number, keep: number, chance: () => number): void {
  for (let index = from; index < to; index += 1) {
    const code = codes[index]!;
    if (code > 0) codes[index] = codeOf(COUNT_OF[code]! * keep, chance());
  }
}

const shifted = new Float64Array(BINS);

/** Rewrites the histogram for a unit that is 1 / `ratio` times the old one: every error becomes `ratio` times as large. */
export function rescale(codes: Uint8Array, base: number, ratio: number, chance: () => number): void {
  shifted.fill(0);
  for (let b = 0; b < BINS; b += 1) {
    const n = COUNT_OF[codes[base + b]!]!;
    if (n === 0) continue;
    const lower = place(LOWER[b]! * ratio);
    const upper = place(LOWER[b + 1]! * ratio);
    const first = Math.min(BINS - 1, Math.max(0, Math.round(lower)));
    const last = Math.min(BINS - 1, Math.max(0, Math.round(upper)));
    for (let to = first; to <= last; to += 1) {
      const overlap = Math.min(upper, to + 0.5) - Math.max(lower, to - 0.5);
      shifted[to]! += first === last ? n : n * Math.max(0, overlap / (upper - lower));
    }
  }
  for (let b = 0; b < BINS; b += 1) codes[base + b] = codeOf(shifted[b]!, chance());
}
