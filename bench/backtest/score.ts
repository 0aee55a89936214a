import type { OriginForecast } from './forecaster.ts';
import { JUDGED } from './forecaster.ts';

export interface Scores {
  readonly series: number;
  readonly forecasts: number;
  readonly mae: number;
  readonly mase: number;
  readonly maseMedian: number;
  /** By quantile. */
  readonly pinball: Readonly<Record<string, number>>;
  readonly pinballSum: number;
  /** Share of values at or below the quantile; a value equal to it counts as covered. */
  readonly coverage: Readonly<Record<string, number>>;
  readonly overload: {
    readonly events: number;
    readonly windows: number;
    readonly auc: number | undefined;
    readonly aucOnset: number | undefined;
  };
}

/** Series whose one-step changes are smaller than this have no MASE. */
const LEAST_SCALE = 0.05;

/** Gathers what forecasts lost, pooled and series by series. */
export class Scorer {
  readonly #threshold: number;
  readonly #losses = JUDGED.map(() => 0);
  readonly #covered = JUDGED.map(() => 0);
  readonly #mases: number[] = [];
  readonly #peaks: { score: number; isOver: boolean; isOnset: boolean }[] = [];
  /** Sum of all losses and number of values, series by series. */
  readonly perSeries: { loss: number; values: number }[] = [];
  #values = 0;
  #forecasts = 0;

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  add(values: Float32Array, forecasts: readonly OriginForecast[], lastHour: number): void {
    const own = { loss: 0, values: 0 };
    let absolute = 0;
    for (const forecast of forecasts) {
      this.#forecasts += 1;
      const { origin, quantiles } = forecast;
      const steps = quantiles.length / JUDGED.length;
      for (let step = 0; step < steps; step += 1) {
        const value = values[origin + step];
        if (value === undefined || Number.isNaN(value)) continue;
        own.values += 1;
        absolute += Math.abs(value - quantiles[step * JUDGED.length]!);
        for (const [k, p] of JUDGED.entries()) {
          const error = value - quantiles[step * JUDGED.length + k]!;
          const loss = error >= 0 ? p * error : (p - 1) * error;
          this.#losses[k]! += loss;
          own.loss += loss;
          if (error <= 0) this.#covered[k]! += 1;
        }
      }
      this.#addPeak(values, forecast, steps, lastHour);
    }
    this.#values += own.values;
    this.perSeries.push(own);
    const scale = forecasts[0] === undefined ? 0 : meanChange(values, forecasts[0].origin);
    if (scale > LEAST_SCALE && own.values > 0) this.#mases.push(absolute / own.values / scale);
  }

  result(): Scores {
    const byQuantile = (sums: readonly number[]): Record<string, number> =>
      Object.fromEntries(JUDGED.map((p, k) => [String(p), sums[k]! / this.#values]));
    const sorted = this.#mases.toSorted((a, b) => a - b);
    return {
      series: this.perSeries.length,
      forecasts: this.#forecasts,
      mae: (2 * this.#losses[0]!) / this.#values,
      mase: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
      maseMedian: sorted[sorted.length >> 1] ?? NaN,
      pinball: byQuantile(this.#losses),
      pinballSum: this.#losses.reduce((sum, loss) => sum + loss, 0) / this.#values,
      coverage: byQuantile(this.#covered),
      overload: {
        events: this.#peaks.filter(({ isOver }) => isOver).length,
        windows: this.#peaks.length,
        auc: auc(this.#peaks),
        aucOnset: auc(this.#peaks.filter(({ isOnset }) => isOnset)),
      },
    };
  }

  #addPeak(
    values: Float32Array,
    { origin, quantiles, pMaxOver }: OriginForecast,
    steps: number,
    lastHour: number,
  ): void {
    const over = (from: number, to: number): boolean =>
      values.subarray(Math.max(0, from), to).some(value => value > this.#threshold);
    const score = pMaxOver ?? largestBound(quantiles) / 1e6;
    const isOnset = !over(origin - lastHour, origin);
    this.#peaks.push({ score, isOver: over(origin, origin + steps), isOnset });
  }
}

/** For methods without a forecast of the maximum: their largest 95 % bound orders the windows. */
function largestBound(quantiles: Float64Array): number {
  let largest = -Infinity;
  for (let n = JUDGED.indexOf(0.95); n < quantiles.length; n += JUDGED.length)
    largest = Math.max(largest, quantiles[n]!);
  return largest;
}

function meanChange(values: Float32Array, until: number): number {
  let [sum, count] = [0, 0];
  for (let t = 1; t < until; t += 1) {
    const change = Math.abs(values[t]! - values[t - 1]!);
    if (Number.isNaN(change)) continue;
    sum += change;
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}

/** Probability that a window with an overload scores higher than one without; ties count half. */
function auc(windows: readonly { readonly score: number; readonly isOver: boolean }[]): number | undefined {
  const sorted = windows.toSorted((a, b) => a.score - b.score);
  let [ranks, events] = [0, 0];
  for (let from = 0; from < sorted.length;) {
    let to = from;
    while (to < sorted.length && sorted[to]!.score === sorted[from]!.score) to += 1;
    for (let n = from; n < to; n += 1) {
      if (!sorted[n]!.isOver) continue;
      ranks += (from + to + 1) / 2;
      events += 1;
    }
    from = to;
  }
  const others = sorted.length - events;
  return events === 0 || others === 0 ? undefined : (ranks - (events * (events + 1)) / 2) / (events * others);
}
