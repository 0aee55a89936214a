import type { BacktestArguments } from './arguments.ts';
import type { BacktestForecaster } from './forecaster.ts';
import { firstStep, isDue, JUDGED } from './forecaster.ts';

/*
 * The opponent: simple experts, each with the quantiles of its own errors over the last seven days, averaged with weights
 * exp(-8 (loss / best - 1)) per series, origin, step and quantile. It keeps the whole history and sorts it at every origin.
 */

const SHARPNESS = 8;
const FEWEST_ERRORS = 12;

/** Forecast made at `at` (knowing what is before it) of the value `ahead` steps later; NaN when it cannot say. */
type Expert = (at: number, ahead: number) => number;
type PrepareExpert = (series: Prepared) => Expert;

interface Prepared {
  /** Missing samples carried forward. */
  readonly values: Float64Array;
  readonly from: number;
  readonly until: number;
  readonly day: number;
  readonly window: number;
}

export const SIMPLE_EXPERTS: Readonly<Record<string, PrepareExpert>> = {
  last_value:
    ({ values }) =>
    at =>
      values[at - 1]!,
  mean_of_last_hour: series => {
    const sums = new Float64Array(series.until - series.from + 1);
    for (let t = series.from; t < series.until; t += 1)
      sums[t - series.from + 1] = sums[t - series.from]! + series.values[t]!;
    return at => {
      const first = Math.max(series.from, at - series.window);
      return (sums[at - series.from]! - sums[first - series.from]!) / (at - first);
    };
  },
  'ewma_0.3': series => ewma(series, 0.3),
  'ewma_0.05': series => ewma(series, 0.05),
  constant: () => () => 0,
  seasonal_naive:
    ({ values, from, day }) =>
    (at, ahead) => {
      const index = at + ahead - day * Math.max(1, Math.floor(ahead / day) + (ahead % day >= 0 ? 1 : 0));
      return index >= from && index < at ? values[index]! : NaN;
    },
  same_time:
    ({ values, from, day }) =>
    (at, ahead) => {
      let [sum, count] = [0, 0];
      for (let back = 1; back <= 7; back += 1) {
        const index = at + ahead - back * day;
        if (index < from || index >= at) continue;
        sum += values[index]!;
        count += 1;
      }
      return count === 0 ? NaN : sum / count;
    },
};

/** The mix of `experts`; with a single one, that expert with its calibrated quantiles. */
export function mixForecaster(
  name: string,
  experts: readonly string[],
  options: BacktestArguments,
): BacktestForecaster {
  const seconds = options.stepSeconds * (options.aggregate?.steps ?? 1);
  const day = Math.max(1, Math.round(86_400 / seconds));
  return {
    name,
    bytesPerSeries: undefined,
    forecast(values) {
      const filled = carryForward(values);
      const first = filled.findIndex(value => !Number.isNaN(value));
      if (first < 0) return [];
      return options.origins
        .filter(origin => isDue(values, origin))
        .map(origin => {
          const from = Math.max(first, firstStep({ ...options, origins: [origin] }, values.length));
          const window = Math.min(options.stepsAhead, day);
          const series = { values: filled, from, until: origin, day, window };
          const prepared = experts.map(expert => SIMPLE_EXPERTS[expert]!(series));
          return { origin, quantiles: mix(prepared, series, options), pMaxOver: undefined };
        });
    },
  };
}

/** Quantiles by the experts' own errors, more of those that lost less: `stepsAhead` × `JUDGED.length`. */
export function mix(
  experts: readonly Expert[],
  series: Prepared,
  { stepsAhead, clip }: BacktestArguments,
): Float64Array {
  const out = new Float64Array(stepsAhead * JUDGED.length);
  for (let ahead = 0; ahead < stepsAhead; ahead += 1) {
    const said = experts.flatMap(expert => calibrate(expert, series, ahead) ?? []);
    let previous = -Infinity;
    for (const [k] of JUDGED.entries()) {
      const best = Math.min(...said.map(({ losses }) => losses[k]!));
      let [sum, total] = [0, 0];
      for (const { quantiles, losses } of said) {
        const loss = losses[k]!;
        const weight = best > 0 ? Math.exp(-SHARPNESS * (loss / best - 1)) : loss === 0 ? 1 : 0;
        sum += weight * Math.min(clip.most, Math.max(clip.least, quantiles[k]!));
        total += weight;
      }
      const value = total > 0 ? sum / total : series.values[series.until - 1]!;
      previous = Math.max(previous, value);
      out[ahead * JUDGED.length + k] = previous;
    }
  }
  return out;
}

/** Quantiles of a forecast by the expert's own errors of the last seven days, and what each would have lost on them. */
function calibrate(
  expert: Expert,
  { values, from, until, day }: Prepared,
  ahead: number,
): { readonly quantiles: readonly number[]; readonly losses: readonly number[] } | undefined {
  const errors: number[] = [];
  for (let at = Math.max(from + 1, until - 7 * day); at + ahead < until; at += 1) {
    const point = expert(at, ahead);
    if (!Number.isNaN(point)) errors.push(values[at + ahead]! - point);
  }
  const point = expert(until, ahead);
  if (errors.length < FEWEST_ERRORS || Number.isNaN(point)) return undefined;
  const sorted = Float32Array.from(errors).sort();
  const bounds = JUDGED.map(p => quantileOf(sorted, p));
  return {
    quantiles: bounds.map(bound => point + bound),
    losses: bounds.map((bound, k) => meanLoss(sorted, JUDGED[k]!, bound)),
  };
}

function meanLoss(errors: Float32Array, p: number, bound: number): number {
  let sum = 0;
  for (const error of errors) sum += error >= bound ? p * (error - bound) : (p - 1) * (error - bound);
  return sum / errors.length;
}

function quantileOf(sorted: Float32Array, p: number): number {
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}

function ewma({ values, from, until }: Prepared, weight: number): Expert {
  const averages = new Float64Array(until - from + 1);
  let average = values[from]!;
  for (let t = from; t <= until; t += 1) {
    averages[t - from] = average;
    if (t < until) average += weight * (values[t]! - average);
  }
  return at => averages[at - from]!;
}

/** Missing samples as the last one before; NaN before the first. */
export function carryForward(values: Float32Array): Float64Array {
  let last = NaN;
  return Float64Array.from(values, value => {
    if (!Number.isNaN(value)) last = value;
    return last;
  });
}
