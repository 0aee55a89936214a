/** Critical value at 5 % of the test for a level (Kwiatkowski et al. 1992, table 1). */
const CRITICAL = 0.463;
const NEGLIGIBLE = 1e-12;
/** A drift is believed from so many standard errors on: a wrong one costs more the farther ahead. */
const BELIEVED_ERRORS = 3;

/** Whether values[0..until) wander too much for a fixed level: the KPSS statistic with Bartlett weights. Constant values do not. */
export function hasUnitRoot(values: Float64Array, until: number): boolean {
  const { mean, variance } = longRun(values, 0, until);
  let [walk, squares] = [0, 0];
  for (let t = 0; t < until; t += 1) {
    walk += values[t]! - mean;
    squares += walk * walk;
  }
  return variance > NEGLIGIBLE && squares / (until * until * variance) > CRITICAL;
}

/** Mean of values[from..until) when it is far enough from 0 to be believed, else 0. */
export function believedMean(values: Float64Array, from: number, until: number): number {
  const { mean, variance } = longRun(values, from, until);
  const standardError = Math.sqrt(Math.max(NEGLIGIBLE, variance) / (until - from));
  return Math.abs(mean) > BELIEVED_ERRORS * standardError ? mean : 0;
}

/** Mean, and the variance that means of many samples have, times their number: Bartlett weights. */
function longRun(
  values: Float64Array,
  from: number,
  until: number,
): { readonly mean: number; readonly variance: number } {
  const length = until - from;
  let mean = 0;
  for (let t = from; t < until; t += 1) mean += values[t]! / length;
  const lags = Math.min(length - 1, Math.floor(4 * (length / 100) ** 0.25));
  let variance = 0;
  for (let lag = 0; lag <= lags; lag += 1) {
    let sum = 0;
    for (let t = from + lag; t < until; t += 1) sum += (values[t]! - mean) * (values[t - lag]! - mean);
    variance += (lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))) * (sum / length);
  }
  return { mean, variance };
}
