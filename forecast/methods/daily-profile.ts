import type { History, Method } from './method.ts';
import { medianOf, stepsPerHour } from './method.ts';

const DAYS = 7;

/**
 * The time of day's usual value (median of the same time on up to seven days before) plus the level at which the last hour ran
 * above or below its usual values; that difference halves with every hour ahead.
 * Limit: it knows no weekends and no horizon beyond one day.
 */
export const dailyProfile: Method = {
  name: 'daily_profile',
  prepare(history, firstOrigin, steps) {
    const hour = stepsPerHour(history);
    const start = Math.max(0, firstOrigin - hour);
    const usual = usualValues(history, start, history.values.length + steps);
    const deviations = new Float64Array(hour);
    const decay = 0.5 ** (1 / hour);
    return (origin, out) => {
      for (let n = 0; n < hour; n += 1) {
        const index = origin - hour + n;
        deviations[n] = index < start ? NaN : history.values[index]! - usual[index - start]!;
      }
      let level = medianOf(deviations, 0, hour);
      if (Number.isNaN(level)) return false;
      for (let step = 0; step < out.length; step += 1) {
        level *= decay;
        out[step] = usual[origin + step - start]! + level;
        if (Number.isNaN(out[step]!)) return false;
      }
      return true;
    };
  },
};

/** For each index of [from, to): the median of the values whole days before; NaN when there is none, or the grid has no whole days. */
function usualValues(history: History, from: number, to: number): Float32Array {
  const day = 86_400 / history.stepSeconds;
  const usual = new Float32Array(to - from).fill(NaN);
  if (!Number.isInteger(day)) return usual;
  const samples = new Float32Array(DAYS);
  for (let index = from; index < to; index += 1) {
    let count = 0;
    for (let back = 1; back <= DAYS && index - back * day >= 0; back += 1) {
      const value = history.values[index - back * day];
      if (value !== undefined && !Number.isNaN(value)) samples[count++] = value;
    }
    usual[index - from] = medianOf(samples, 0, count);
  }
  return usual;
}
