/** A series on an even grid; NaN = no sample. */
export interface History {
  readonly values: Float32Array;
  readonly stepSeconds: number;
}

/**
 * Writes a point forecast of `values[origin]`, `values[origin + 1]` … into `out`, from nothing at or after `origin`.
 * False when there is too little history before the origin.
 */
export type PointForecast = (origin: number, out: Float64Array) => boolean;

/** A way to forecast one series. */
export interface Method {
  readonly name: string;
  /** Does once per series what all origins share. At most `steps` steps will be asked for, from origins at or after `firstOrigin`. */
  prepare(history: History, firstOrigin: number, steps: number): PointForecast;
}

/** Steps of the grid in one hour, at least one. */
export function stepsPerHour(history: History): number {
  return Math.max(1, Math.round(3600 / history.stepSeconds));
}

/** Median of the samples in `values[from..to)`; NaN when there is none. Meant for a handful: O(n²) without allocation. */
export function medianOf(values: Float32Array | Float64Array, from: number, to: number): number {
  if (to - from > scratch.length) scratch = new Float64Array(to - from);
  let count = 0;
  for (let index = Math.max(0, from); index < to; index += 1) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    let place = count;
    for (; place > 0 && scratch[place - 1]! > value; place -= 1) scratch[place] = scratch[place - 1]!;
    scratch[place] = value;
    count += 1;
  }
  const middle = count >> 1;
  if (count === 0) return NaN;
  return count % 2 === 1 ? scratch[middle]! : (scratch[middle - 1]! + scratch[middle]!) / 2;
}

let scratch = new Float64Array(64);
