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

/** Median of the samples in `values[from..to)`; NaN when there is none. */
export function medianOf(values: Float32Array | Float64Array, from: number, to: number): number {
  const samples = values.slice(Math.max(0, from), to).filter(value => !Number.isNaN(value));
  if (samples.length === 0) return NaN;
  samples.sort();
  const middle = samples.length >> 1;
  return samples.length % 2 === 1 ? samples[middle]! : (samples[middle - 1]! + samples[middle]!) / 2;
}
