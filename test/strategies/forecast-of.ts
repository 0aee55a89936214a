import type { LoadMetric } from '../../cluster/load-profile.ts';
import { normalQuantile } from '../../cluster/normal.ts';
import type { FittedSeries } from '../../forecast/fit-series.ts';
import type { Forecast } from '../../forecast/forecast.ts';
import { PROBABILITIES } from '../../forecast/quantile-grid.ts';
import { createForecast } from '../../forecast/series-forecast.ts';
import type { Load } from '../cluster/tiny-cluster.ts';
import { termsOf } from '../cluster/tiny-cluster.ts';

const METRICS: readonly LoadMetric[] = ['cpu', 'memory'];

/** A forecast with one common factor that says exactly what is given: loads by instance id, and by host id for the rest. */
export function forecastOf(
  steps: number,
  instances: Readonly<Record<string, Partial<Record<LoadMetric, Load>>>>,
  hosts: Readonly<Record<string, Partial<Record<LoadMetric, Load>>>> = {},
): Forecast {
  return createForecast({
    startAt: '2026-01-01T12:00:00.000Z',
    stepSeconds: 300,
    steps,
    factors: 1,
    metrics: METRICS,
    series: new Map(
      METRICS.map(metric => {
        const known = Object.entries(instances).filter(([, loads]) => loads[metric] !== undefined);
        return [metric, new Map(known.map(([id, loads]) => [id, seriesOf(loads[metric]!, steps)]))];
      }),
    ),
    bases: new Map(
      METRICS.map(metric => {
        const known = Object.entries(hosts).filter(([, loads]) => loads[metric] !== undefined);
        return [metric, new Map(known.map(([id, loads]) => [id, termsOf(loads[metric], steps)!]))];
      }),
    ),
    correlations: new Map(METRICS.map(metric => [metric, 0.8])),
  });
}

function seriesOf(
  load: Load,
  steps: number,
): { fitted: FittedSeries; terms: NonNullable<ReturnType<typeof termsOf>> } {
  const terms = termsOf(load, steps)!;
  const deviation = Math.hypot(load.deviation ?? 0, load.loading ?? 0);
  const peak = Math.max(...terms.mean);
  const quantilesAround = (value: number): number[] =>
    PROBABILITIES.map(p => value + deviation * normalQuantile(p));
  return {
    terms,
    fitted: {
      method: 'given',
      mean: terms.mean,
      variance: new Float32Array(steps).fill(deviation ** 2),
      quantiles: Float32Array.from([...terms.mean].flatMap(quantilesAround)),
      maximumQuantiles: Float32Array.from(quantilesAround(peak)),
      signature: new Float32Array(0),
      stepCorrelation: { sum: 0, count: 0 },
    },
  };
}
