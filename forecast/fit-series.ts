import { quantileOf, sortedErrors } from './backtest.ts';
import type { Errors } from './backtest.ts';
import type { History } from './methods/method.ts';
import { stepsPerHour } from './methods/method.ts';
import { PROBABILITIES } from './quantile-grid.ts';
import { FEWEST_ERRORS, selectMethod } from './select-method.ts';

/** How many of the newest past errors tell which series err together. */
export const SIGNATURE_LENGTH = 64;

/** All that is kept of a series once its history has been read. */
export interface FittedSeries {
  readonly method: string;
  /** Length `steps`. */
  readonly mean: Float32Array;
  /** Length `steps`: variance of the forecast error. */
  readonly variance: Float32Array;
  /** `steps` × `PROBABILITIES.length`, step by step. */
  readonly quantiles: Float32Array;
  /** Quantiles of the largest value within the horizon, at `PROBABILITIES`; undefined when too few past maxima are known. */
  readonly maximumQuantiles: Float32Array | undefined;
  /** Past errors in units of their deviation, newest first, at instants that all series share; 0 where missing. */
  readonly signature: Float32Array;
  /** Sum of products of neighbouring steps' standardised errors, and how many. */
  readonly stepCorrelation: { readonly sum: number; readonly count: number };
}

/**
 * Chooses the method that did best on the series' own past and gives its forecast the spread of its past errors.
 * `scale` turns the history's unit into the forecast's; `limit`, in the latter, bounds it from above. Undefined when there is too little history, or none of the last hour.
 */
export function fitSeries(
  history: History,
  options: { readonly steps: number; readonly scale: number; readonly limit: number | undefined },
): FittedSeries | undefined {
  const { steps, scale } = options;
  const limit = options.limit ?? Infinity;
  const selected = selectMethod(history, steps);
  if (selected === undefined) return undefined;
  const point = new Float64Array(steps);
  const origin = history.values.length;
  if (!selected.method.prepare(history, origin, steps)(origin, point)) return undefined;

  const clip = (value: number): number => Math.min(limit, Math.max(0, value * scale));
  const { errors } = selected;
  const moments = momentsOf(errors);
  const quantiles = new Float32Array(steps * PROBABILITIES.length);
  for (let step = 0; step < steps; step += 1) {
    const sorted = sortedErrors(errors, step);
    for (const [n, p] of PROBABILITIES.entries()) {
      quantiles[step * PROBABILITIES.length + n] = clip(point[step]! + quantileOf(sorted, p));
    }
  }
  const peak = Math.max(...point);
  const maxima = errors.ofMaximum.filter(error => !Number.isNaN(error)).sort();
  return {
    method: selected.method.name,
    mean: Float32Array.from(point, (value, step) => clip(value + moments.bias[step]!)),
    variance: moments.variance.map(variance => variance * scale * scale),
    quantiles,
    maximumQuantiles:
      maxima.length < FEWEST_ERRORS
        ? undefined
        : Float32Array.from(PROBABILITIES, p => clip(peak + quantileOf(maxima, p))),
    signature: signatureOf(errors, moments),
    stepCorrelation: correlateSteps(errors, moments),
  };
}

/** The newest samples of a history, one hour of them, oldest first. */
export function recentValues(history: History, scale: number): Float32Array {
  return history.values.slice(-stepsPerHour(history)).map(value => value * scale);
}

interface Moments {
  readonly bias: Float32Array;
  readonly variance: Float32Array;
}

function momentsOf(errors: Errors): Moments {
  const bias = new Float32Array(errors.steps);
  const variance = new Float32Array(errors.steps);
  for (let step = 0; step < errors.steps; step += 1) {
    let [count, sum, squares] = [0, 0, 0];
    for (let n = 0; n < errors.origins.length; n += 1) {
      const error = errors.values[n * errors.steps + step]!;
      if (Number.isNaN(error)) continue;
      count += 1;
      sum += error;
      squares += error * error;
    }
    if (count === 0) continue;
    bias[step] = sum / count;
    variance[step] = Math.max(0, squares / count - bias[step]! ** 2);
  }
  return { bias, variance };
}

function signatureOf(errors: Errors, moments: Moments): Float32Array {
  const signature = new Float32Array(SIGNATURE_LENGTH);
  let squares = 0;
  for (let n = 0; n < Math.min(SIGNATURE_LENGTH, errors.origins.length); n += 1) {
    let [sum, count] = [0, 0];
    for (let step = 0; step < errors.steps; step += 1) {
      const z = standardised(errors, moments, n, step);
      if (Number.isNaN(z)) continue;
      sum += z;
      count += 1;
    }
    if (count > 0) signature[n] = sum / count;
    squares += signature[n]! ** 2;
  }
  const deviation = Math.sqrt(squares / SIGNATURE_LENGTH);
  return deviation > 0 ? signature.map(value => value / deviation) : signature;
}

function correlateSteps(errors: Errors, moments: Moments): { sum: number; count: number } {
  let [sum, count] = [0, 0];
  for (let n = 0; n < errors.origins.length; n += 1) {
    for (let step = 1; step < errors.steps; step += 1) {
      const product = standardised(errors, moments, n, step - 1) * standardised(errors, moments, n, step);
      if (Number.isNaN(product)) continue;
      sum += product;
      count += 1;
    }
  }
  return { sum, count };
}

/** NaN when the error is missing or never varies. */
function standardised(errors: Errors, moments: Moments, origin: number, step: number): number {
  const deviation = Math.sqrt(moments.variance[step]!);
  return deviation > 0
    ? (errors.values[origin * errors.steps + step]! - moments.bias[step]!) / deviation
    : NaN;
}
