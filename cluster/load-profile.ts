/**
 * What is forecast of a load. `cpu` in busy CPUs (1 = one CPU busy all the time), `memory` in MiB,
 * `disk` and `network` in bytes per second, both directions together.
 */
export type LoadMetric = 'cpu' | 'memory' | 'disk' | 'network';

export const LOAD_METRICS: readonly LoadMetric[] = ['cpu', 'memory', 'disk', 'network'];

/**
 * The load of one instance over the steps ahead, in terms that add up over any set of instances:
 * variance of a sum at step t = Σ ownVariance[t] + Σ_k (Σ loadings[t·K + k])².
 */
export interface LoadTerms {
  /** Length `steps`. */
  readonly mean: Float32Array;
  /** Length `steps`: the part of the error's variance that no common factor explains. */
  readonly ownVariance: Float32Array;
  /** Length `steps` × `factors`, step by step. */
  readonly loadings: Float32Array;
}

/** What planning needs of a forecast; `forecast/` implements it. */
export interface LoadProfile {
  /** ISO instant at which step 0 begins. */
  readonly startAt: string;
  readonly stepSeconds: number;
  readonly steps: number;
  /** K, the number of common factors: 0 to 8. */
  readonly factors: number;
  readonly metrics: readonly LoadMetric[];
  /** Undefined when nothing is known of that load: it is then neither counted nor moved. */
  instanceTerms(instanceId: string, metric: LoadMetric): LoadTerms | undefined;
  /** What the host carries besides the known instances (hypervisor, unmetered guests); undefined when not measured. */
  hostBaseTerms(hostId: string, metric: LoadMetric): LoadTerms | undefined;
  /** Correlation, 0 to 1, of a load's forecast errors at two neighbouring steps. */
  stepCorrelation(metric: LoadMetric): number;
}
