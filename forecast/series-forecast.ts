import type { LoadMetric, LoadTerms } from '../cluster/load-profile.ts';
import { normalQuantile } from '../cluster/normal.ts';
import type { FittedSeries } from './fit-series.ts';
import type { Forecast } from './forecast.ts';
import { GridDistribution, interpolateQuantile, PROBABILITIES } from './quantile-grid.ts';

export interface SeriesForecast {
  readonly fitted: FittedSeries;
  readonly terms: LoadTerms;
}

export interface ForecastParts {
  readonly startAt: string;
  readonly stepSeconds: number;
  readonly steps: number;
  readonly factors: number;
  readonly metrics: readonly LoadMetric[];
  readonly series: ReadonlyMap<LoadMetric, ReadonlyMap<string, SeriesForecast>>;
  readonly bases: ReadonlyMap<LoadMetric, ReadonlyMap<string, LoadTerms>>;
  readonly correlations: ReadonlyMap<LoadMetric, number>;
}

/** A forecast by what was fitted to each series. */
export function createForecast(parts: ForecastParts): Forecast {
  const { startAt, stepSeconds, steps, factors, metrics } = parts;
  const of = (id: string, metric: LoadMetric): SeriesForecast | undefined =>
    parts.series.get(metric)?.get(id);
  return {
    startAt,
    stepSeconds,
    steps,
    factors,
    metrics,
    instanceTerms: (id, metric) => of(id, metric)?.terms,
    hostBaseTerms: (id, metric) => parts.bases.get(metric)?.get(id),
    stepCorrelation: metric => parts.correlations.get(metric) ?? 0,
    method: (id, metric) => of(id, metric)?.fitted.method,
    at(id, metric, quantile) {
      const quantiles = of(id, metric)?.fitted.quantiles;
      if (quantiles === undefined) return undefined;
      return Float32Array.from({ length: steps }, (_, step) =>
        interpolateQuantile(n => quantiles[step * PROBABILITIES.length + n]!, quantile),
      );
    },
    maximum(id, metric) {
      const quantiles = of(id, metric)?.fitted.maximumQuantiles;
      return quantiles === undefined ? undefined : new GridDistribution(quantiles);
    },
    sumQuantile(ids, metric, quantile) {
      const terms = ids.map(id => of(id, metric)?.terms).filter(found => found !== undefined);
      return sumQuantile(terms, { steps, factors, z: normalQuantile(quantile) });
    },
  };
}

function sumQuantile(
  terms: readonly LoadTerms[],
  { steps, factors, z }: { readonly steps: number; readonly factors: number; readonly z: number },
): Float32Array {
  return Float32Array.from({ length: steps }, (_, step) => {
    let [mean, variance] = [0, 0];
    for (const term of terms) {
      mean += term.mean[step]!;
      variance += term.ownVariance[step]!;
    }
    for (let k = 0; k < factors; k += 1) {
      const loading = terms.reduce((sum, term) => sum + term.loadings[step * factors + k]!, 0);
      variance += loading * loading;
    }
    return mean + z * Math.sqrt(variance);
  });
}
