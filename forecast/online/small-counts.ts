/**
 * Counts in one byte each, on a logarithmic scale: code c stands for (B^c - 1) / (B - 1), so small counts are exact and
 * large ones are kept to about 10 % (R. Morris, "Counting large numbers of events in small registers", 1978). What
 * does not fit between two codes is rounded at random, so sums stay true on average.
 */
const BASE = 1.02;
const MOST_CODE = 255;

/** The count behind each code. */
export const COUNT_OF: Float64Array = Float64Array.from(
  { length: MOST_CODE + 1 },
  (_, code) => (BASE ** code - 1) / (BASE - 1),
);

/** Probability that one more event moves a code up. */
const STEP_UP = Float64Array.from({ length: MOST_CODE + 1 }, (_, code) =>
  code < MOST_CODE ? BASE ** -code : 0,
);

/** One more event; `chance` is uniform in [0, 1). */
export function countOne(codes: Uint8Array, index: number, chance: number): void {
  if (chance < STEP_UP[codes[index]!]!) codes[index]! += 1;
}

/** The code for a count of 0 or more; `chance` is uniform in [0, 1). */
export function codeOf(count: number, chance: number): number {
  const exact = Math.log1p(count * (BASE - 1)) / Math.log(BASE);
  const below = Math.floor(exact);
  if (below >= MOST_CODE) return MOST_CODE;
  const share = (count - COUNT_OF[below]!) / (COUNT_OF[below + 1]! - COUNT_OF[below]!);
  return chance < share ? below + 1 : below;
}
