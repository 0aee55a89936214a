import type { History } from './method.ts';

/** A series in units of its own spread, from where its training part begins to its end. */
export interface TrainingPart {
  /** Index in the history of `values[0]`. */
  readonly from: number;
  /** (sample - centre) / scale; NaN = no sample. */
  readonly values: Float64Array;
  /** So many of the values come before the first origin: only they may be learnt from. */
  readonly length: number;
  readonly centre: number;
  /** Standard deviation of the training part; 1 when it is constant. */
  readonly scale: number;
  /** Steps in a day; undefined when the grid has no whole days or the training part is shorter than two days. */
  readonly day: number | undefined;
  /** Steps in which a sample must have come for anything to be said: a day's. */
  readonly freshSteps: number;
}

/** Four days of 5-minute steps. */
const USUAL_LENGTH = 1152;
/** Three days of 1-minute steps. */
const MOST_LENGTH = 4320;
const SECONDS_PER_DAY = 86_400;

/**
 * The last days before the first origin, at most `most` steps; undefined when they hold fewer than `fewest` samples. Not finite = no sample.
 */
export function trainingPart(
  history: History,
  firstOrigin: number,
  { fewest, most = usualLength(history) }: { readonly fewest: number; readonly most?: number },
): TrainingPart | undefined {
  const day = daySteps(history);
  const origin = Math.min(firstOrigin, history.values.length);
  let from = Math.max(0, origin - most);
  while (from < origin && !Number.isFinite(history.values[from]!)) from += 1;
  const samples = history.values.subarray(from, origin).filter(Number.isFinite);
  if (samples.length < fewest) return undefined;
  const centre = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const variance = samples.reduce((sum, value) => sum + (value - centre) ** 2, 0) / samples.length;
  // Below this a constant's rounding is all there is.
  const scale = Math.sqrt(variance) > 1e-6 * Math.abs(centre) ? Math.sqrt(variance) : 1;
  return {
    from,
    values: Float64Array.from(history.values.subarray(from), value =>
      Number.isFinite(value) ? (value - centre) / scale : NaN,
    ),
    length: origin - from,
    centre,
    scale: Math.max(scale, Number.MIN_VALUE),
    day: day !== undefined && origin - from >= 2 * day ? day : undefined,
    freshSteps: Math.max(1, Math.round(SECONDS_PER_DAY / history.stepSeconds)),
  };
}

function usualLength(history: History): number {
  return Math.min(MOST_LENGTH, Math.max(USUAL_LENGTH, 3 * (daySteps(history) ?? 0)));
}

/** Steps in a day, at least two; undefined when it is not a whole number. */
export function daySteps({ stepSeconds }: History): number | undefined {
  const day = SECONDS_PER_DAY / stepSeconds;
  return Number.isInteger(day) && day > 1 ? day : undefined;
}

/** Whether there is a sample in the day before the origin: older ones say nothing of what comes. */
export function isFresh({ values, freshSteps }: TrainingPart, origin: number): boolean {
  for (let at = Math.min(origin, values.length) - 1; at >= Math.max(0, origin - freshSteps); at -= 1)
    if (!Number.isNaN(values[at]!)) return true;
  return false;
}

/** Akaike's criterion with the correction for few samples; Infinity when there are too few. Perfect fits differ by parameters only. */
export function aicc(squaredErrors: number, samples: number, parameters: number): number {
  if (samples - parameters - 1 <= 0) return Infinity;
  const penalty = 2 * parameters + (2 * parameters * (parameters + 1)) / (samples - parameters - 1);
  return samples * Math.log(Math.max(squaredErrors / samples, 1e-12)) + penalty;
}
