import { ONLINE_PROBABILITIES } from '../../forecast/online/predict.ts';
import { SeriesBank } from '../../forecast/online/series-bank.ts';
import { applyCorrection } from '../../forecast/global/apply.ts';
import { featureCount } from '../../forecast/online/features.ts';
import type { BankShape } from '../../forecast/online/layout.ts';
import type { BacktestArguments } from './arguments.ts';
import type { TrainedCorrection } from './train.ts';

/** The quantiles that are judged. */
export const JUDGED: readonly number[] = [0.5, 0.9, 0.95, 0.99];

export interface OriginForecast {
  readonly origin: number;
  /** `stepsAhead` × `JUDGED.length`, step by step. */
  readonly quantiles: Float64Array;
  /** Probability that some step exceeds the threshold; undefined when not known. */
  readonly pMaxOver: number | undefined;
}

/** Something that forecasts a series from each origin, never knowing what comes at or after it. */
export interface BacktestForecaster {
  readonly name: string;
  readonly bytesPerSeries: number | undefined;
  forecast(values: Float32Array): readonly OriginForecast[];
}

/** The engine: takes in every sample once, in order, and forecasts at the origins. */
export function onlineForecaster(
  options: BacktestArguments,
  trained?: TrainedCorrection,
): BacktestForecaster {
  const { origins, stepsAhead, clip, threshold } = options;
  const bank = new SeriesBank(gridOf(options));
  const features = new Float32Array(featureCount(bank.nodes.length));
  const all = new Float64Array(stepsAhead * ONLINE_PROBABILITIES.length);
  const places = JUDGED.map(p => ONLINE_PROBABILITIES.indexOf(p));
  const forecastSeries = (series: number): boolean => {
    if (trained === undefined || trained.weight === 0) return bank.forecast(series, clip, all);
    if (!bank.describe(series, clip, all, features)) return false;
    const corrections = trained.correction.at(features);
    applyCorrection(all, {
      corrections,
      places: bank.places,
      unit: bank.unit(series),
      weight: trained.weight,
      bounds: clip,
    });
    return true;
  };
  return {
    name: 'auspex',
    bytesPerSeries: bank.bytesPerSeries,
    forecast(values) {
      const series = bank.add();
      const from = firstStep(options, values.length);
      let next = from;
      return origins
        .filter(origin => isDue(values, origin))
        .flatMap(origin => {
          for (; next < origin; next += 1) bank.observe(series, next, values[next]!);
          if (!forecastSeries(series)) return [];
          const quantiles = Float64Array.from({ length: stepsAhead * JUDGED.length }, (_, n) => {
            const [step, k] = [Math.floor(n / JUDGED.length), n % JUDGED.length];
            return all[step * ONLINE_PROBABILITIES.length + places[k]!]!;
          });
          return [{ origin, quantiles, pMaxOver: bank.peakExceedance(series, threshold) }];
        });
    },
  };
}

/** The grid of the series after aggregation. */
export function gridOf({ stepSeconds, aggregate, stepsAhead }: BacktestArguments): BankShape {
  const seconds = stepSeconds * (aggregate?.steps ?? 1);
  return { stepsPerDay: Math.max(1, Math.round(86_400 / seconds)), steps: stepsAhead };
}

/** Where reading begins. */
export function firstStep({ origins, history }: BacktestArguments, length: number): number {
  return history === undefined ? 0 : Math.max(0, Math.min(length, origins[0]! - history));
}

/** An origin counts when the sample just before it is there. */
export function isDue(values: Float32Array, origin: number): boolean {
  return origin <= values.length && !Number.isNaN(values[origin - 1]!);
}
