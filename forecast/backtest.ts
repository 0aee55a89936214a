import type { History, Method } from './methods/method.ts';

/** How far apart the origins are, in steps: prime to an hour's and a day's steps, so that all phases of both are met. */
const STRIDE = 13;
/** A week and a bit of 5-minute steps. */
const MOST_ORIGINS = 160;
/** Share of a horizon's samples without which nothing is known of their maximum. */
const LEAST_PRESENT = 0.8;

/** Errors (actual - forecast) of one method at past origins. */
export interface Errors {
  readonly steps: number;
  /** Newest first; the same instants for all series of one grid. */
  readonly origins: readonly number[];
  /** `origins.length` × `steps`, origin by origin; NaN where there was no forecast or no actual sample. */
  readonly values: Float32Array;
  /** Errors of the largest value over the horizon, per origin; NaN when too many samples of the horizon are missing. */
  readonly ofMaximum: Float32Array;
}

/** The origins from which `steps` steps of known past follow, newest first. */
export function backtestOrigins(length: number, steps: number): readonly number[] {
  const origins: number[] = [];
  for (let origin = length - steps; origin > 0 && origins.length < MOST_ORIGINS; origin -= STRIDE)
    origins.push(origin);
  return origins;
}

/** Runs the method at each origin, as it would have run then. */
export function backtest(
  method: Method,
  history: History,
  origins: readonly number[],
  steps: number,
): Errors {
  const forecast = method.prepare(history, origins.at(-1) ?? history.values.length, steps);
  const values = new Float32Array(origins.length * steps).fill(NaN);
  const ofMaximum = new Float32Array(origins.length).fill(NaN);
  const out = new Float64Array(steps);
  for (const [n, origin] of origins.entries()) {
    if (!forecast(origin, out)) continue;
    let [actualMaximum, forecastMaximum, present] = [-Infinity, -Infinity, 0];
    for (let step = 0; step < steps; step += 1) {
      const actual = history.values[origin + step]!;
      values[n * steps + step] = actual - out[step]!;
      forecastMaximum = Math.max(forecastMaximum, out[step]!);
      if (Number.isNaN(actual)) continue;
      present += 1;
      actualMaximum = Math.max(actualMaximum, actual);
    }
    if (present >= LEAST_PRESENT * steps) ofMaximum[n] = actualMaximum - forecastMaximum;
  }
  return { steps, origins, values, ofMaximum };
}

/** The errors of one step at all origins, sorted, without those that are missing, or missing in `paired`. */
export function sortedErrors(errors: Errors, step: number, paired: Errors = errors): Float32Array {
  const column = new Float32Array(errors.origins.length);
  let count = 0;
  for (let n = 0; n < errors.origins.length; n += 1) {
    const at = n * errors.steps + step;
    if (!Number.isNaN(errors.values[at]!) && !Number.isNaN(paired.values[at]!))
      column[count++] = errors.values[at]!;
  }
  return column.subarray(0, count).sort();
}

/** The `p` quantile of sorted values, by linear interpolation; NaN when there are none. */
export function quantileOf(sorted: Float32Array, p: number): number {
  if (sorted.length === 0) return NaN;
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}
