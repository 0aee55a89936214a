/** Bounds of a search and how long it may take. */
export interface SearchBounds {
  readonly least: readonly number[];
  readonly most: readonly number[];
  /** Evaluations of the function, about. */
  readonly evaluations: number;
  /** First steps away from the start, as a share of the way between the bounds. */
  readonly firstStep?: number;
}

interface Corner {
  readonly at: readonly number[];
  readonly value: number;
}

/** Corners closer than this in value, relative to the best, are one: done. */
const TOLERANCE = 1e-7;
const USUAL_FIRST_STEP = 0.15;

/**
 * The least of `f` found from `start` without derivatives, kept within bounds (Nelder and Mead 1965, points outside are moved onto the bound).
 * `f` may be Infinity where nothing is allowed, but not at the start.
 */
export function minimise(
  f: (at: readonly number[]) => number,
  start: readonly number[],
  bounds: SearchBounds,
): Corner {
  let used = 0;
  const corner = (at: readonly number[]): Corner => {
    used += 1;
    const inside = at.map((x, n) => Math.min(bounds.most[n]!, Math.max(bounds.least[n]!, x)));
    const value = f(inside);
    return { at: inside, value: Number.isNaN(value) ? Infinity : value };
  };
  const corners = [corner(start), ...start.map((_, n) => corner(stepped(start, n, bounds)))];
  for (;;) {
    corners.sort((a, b) => a.value - b.value);
    const [best, worst] = [corners[0]!, corners.at(-1)!];
    const isFlat = worst.value - best.value <= TOLERANCE * (Math.abs(best.value) + 1e-300);
    if (start.length === 0 || used >= bounds.evaluations || isFlat) return best;
    const centre = start.map((_, n) => mean(corners.slice(0, -1), n));
    const along = (factor: number): Corner => corner(centre.map((c, n) => c + factor * (worst.at[n]! - c)));
    const better = improve(along, best, corners.at(-2)!, worst);
    if (better !== undefined) corners[corners.length - 1] = better;
    else
      for (let n = 1; n < corners.length; n += 1)
        corners[n] = corner(corners[n]!.at.map((x, k) => (x + best.at[k]!) / 2));
  }
}

/** Reflects, expands or contracts; undefined when all that failed. */
function improve(
  along: (factor: number) => Corner,
  best: Corner,
  second: Corner,
  worst: Corner,
): Corner | undefined {
  const reflected = along(-1);
  if (reflected.value < best.value) {
    const expanded = along(-2);
    return expanded.value < reflected.value ? expanded : reflected;
  }
  if (reflected.value < second.value) return reflected;
  const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
  return contracted.value < Math.min(worst.value, reflected.value) ? contracted : undefined;
}

/** The start with one coordinate changed, towards the farther bound. */
function stepped(
  start: readonly number[],
  place: number,
  { least, most, firstStep = USUAL_FIRST_STEP }: SearchBounds,
): number[] {
  const step = firstStep * (most[place]! - least[place]!);
  const isHigh = start[place]! - least[place]! > most[place]! - start[place]!;
  return start.map((x, n) => (n === place ? x + (isHigh ? -step : step) : x));
}

function mean(corners: readonly Corner[], place: number): number {
  return corners.reduce((sum, { at }) => sum + at[place]!, 0) / corners.length;
}
