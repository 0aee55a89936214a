import type { ClusterModel } from '../cluster/cluster-model.ts';
import { hostLoadCapacity, instanceLoadCapacity } from '../cluster/load-capacity.ts';
import type { LoadMetric, LoadTerms } from '../cluster/load-profile.ts';
import { commonFactors } from './common-factors.ts';
import type { FittedSeries } from './fit-series.ts';
import { fitSeries, recentValues } from './fit-series.ts';
import type { Forecast } from './forecast.ts';
import { hostBase } from './host-base.ts';
import type { History } from './methods/method.ts';
import type { SeriesForecast } from './series-forecast.ts';
import { createForecast } from './series-forecast.ts';
import type { UsageBatch, UsageMetric } from './usage-batch.ts';

export interface ForecastOptions {
  readonly cluster: ClusterModel;
  readonly metrics: readonly LoadMetric[];
  /** Epoch seconds at which step 0 begins, which is where every batch ends. */
  readonly startAt: number;
  readonly stepSeconds: number;
  readonly steps: number;
}

const LOAD_OF: Readonly<Record<UsageMetric, LoadMetric>> = {
  instance_cpu_usage: 'cpu',
  instance_ram_usage: 'memory',
  instance_disk_io: 'disk',
  instance_network_io: 'network',
  host_cpu_usage: 'cpu',
  host_ram_usage: 'memory',
};

interface Folded {
  readonly fitted: FittedSeries;
  readonly recent: Float32Array;
}

/**
 * Folds batches of history, one after the other, into a forecast: each series is fitted when its batch comes and its history
 * is let go, so the memory needed is O(series × steps), not O(series × history).
 */
export class ForecastBuilder {
  readonly #options: ForecastOptions;
  readonly #instances = new Map<LoadMetric, Map<string, Folded>>();
  readonly #hosts = new Map<LoadMetric, Map<string, Float32Array>>();

  constructor(options: ForecastOptions) {
    this.#options = options;
    for (const metric of options.metrics) {
      this.#instances.set(metric, new Map());
      this.#hosts.set(metric, new Map());
    }
  }

  add(batch: UsageBatch): void {
    const end = batch.startAt + batch.steps * batch.stepSeconds;
    if (batch.stepSeconds !== this.#options.stepSeconds || end !== this.#options.startAt) {
      throw new RangeError(
        `a batch of ${batch.metric} ends at ${end}, the forecast begins at ${this.#options.startAt}`,
      );
    }
    for (const [row, id] of batch.resourceIds.entries()) {
      const values = batch.values.subarray(row * batch.steps, (row + 1) * batch.steps);
      const history = { values, stepSeconds: batch.stepSeconds };
      if (batch.metric.startsWith('host_')) this.#addHost(LOAD_OF[batch.metric], id, history);
      else this.#addInstance(LOAD_OF[batch.metric], id, history);
    }
  }

  build(): Forecast {
    const { startAt, stepSeconds, steps, metrics } = this.#options;
    const perMetric = metrics.map(metric => {
      const folded = [...(this.#instances.get(metric) ?? [])];
      return { metric, folded, common: commonFactors(folded.map(([, series]) => series.fitted.signature)) };
    });
    const factors = Math.max(0, ...perMetric.map(({ common }) => common.factors));
    const series = new Map<LoadMetric, ReadonlyMap<string, SeriesForecast>>();
    const bases = new Map<LoadMetric, ReadonlyMap<string, LoadTerms>>();
    const correlations = new Map<LoadMetric, number>();
    for (const { metric, folded, common } of perMetric) {
      const withTerms = folded.map(
        ([id, { fitted }], n) =>
          [id, { fitted, terms: termsOf(fitted, common.correlations[n]!, factors) }] as const,
      );
      series.set(metric, new Map(withTerms));
      bases.set(metric, this.#hostBases(metric, factors));
      correlations.set(metric, stepCorrelation(folded.map(([, { fitted }]) => fitted)));
    }
    const start = new Date(startAt * 1000).toISOString();
    return createForecast({
      startAt: start,
      stepSeconds,
      steps,
      factors,
      metrics,
      series,
      bases,
      correlations,
    });
  }

  #addInstance(metric: LoadMetric, id: string, history: History): void {
    const { instanceById, outsideById } = this.#options.cluster;
    const instance = instanceById.get(id) ?? outsideById.get(id);
    const folded = this.#instances.get(metric);
    if (instance === undefined || folded === undefined) return;
    const scale = metric === 'cpu' ? instance.flavor.vcpus / 100 : 1;
    const limit = instanceLoadCapacity(instance, metric);
    const fitted = fitSeries(history, { steps: this.#options.steps, scale, limit });
    if (fitted !== undefined) folded.set(id, { fitted, recent: recentValues(history, scale) });
  }

  #addHost(metric: LoadMetric, id: string, history: History): void {
    const host = this.#options.cluster.hostById.get(id);
    if (host === undefined) return;
    const scale = metric === 'cpu' ? (hostLoadCapacity(host, 'cpu') ?? 0) / 100 : 1;
    this.#hosts.get(metric)?.set(id, recentValues(history, scale));
  }

  #hostBases(metric: LoadMetric, factors: number): ReadonlyMap<string, LoadTerms> {
    const bases = new Map<string, LoadTerms>();
    for (const [hostId, measured] of this.#hosts.get(metric) ?? []) {
      const recent = this.#options.cluster
        .instancesOn(hostId)
        .map(instance => this.#instances.get(metric)?.get(instance.id)?.recent)
        .filter(values => values !== undefined);
      const base = hostBase(measured, recent, { steps: this.#options.steps, factors });
      if (base !== undefined) bases.set(hostId, base);
    }
    return bases;
  }
}

/** Splits each step's error variance into what the common factors explain and the rest. */
function termsOf(fitted: FittedSeries, correlations: Float32Array, factors: number): LoadTerms {
  const explained = correlations.reduce((sum, value) => sum + value * value, 0);
  const shrink = explained > 1 ? 1 / Math.sqrt(explained) : 1;
  const loadings = new Float32Array(fitted.mean.length * factors);
  for (const [step, variance] of fitted.variance.entries()) {
    for (const [k, value] of correlations.entries())
      loadings[step * factors + k] = value * shrink * Math.sqrt(variance);
  }
  const own = Math.max(0, 1 - explained * shrink * shrink);
  return { mean: fitted.mean, ownVariance: fitted.variance.map(variance => variance * own), loadings };
}

function stepCorrelation(series: readonly FittedSeries[]): number {
  let [sum, count] = [0, 0];
  for (const fitted of series) {
    sum += fitted.stepCorrelation.sum;
    count += fitted.stepCorrelation.count;
  }
  return count === 0 ? 0 : Math.min(0.95, Math.max(0, sum / count));
}
