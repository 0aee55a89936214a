import type { LoadMetric, LoadProfile } from '../cluster/load-profile.ts';

/** A distribution known by some of its quantiles. */
export interface Distribution {
  /** The value that is not exceeded with probability `p`, 0 < p < 1. */
  quantile(p: number): number;
  /** Probability, 0 to 1, of a value above `threshold`. */
  exceedance(threshold: number): number;
}

/** Quantile forecasts of the loads of all instances, in `LoadMetric`'s units. */
export interface Forecast extends LoadProfile {
  /** The quantile at each step; undefined when nothing is known of the load. */
  at(instanceId: string, metric: LoadMetric, quantile: number): Float32Array | undefined;
  /** The largest load within the horizon; undefined when too little is known of past ones. */
  maximum(instanceId: string, metric: LoadMetric): Distribution | undefined;
  /** The quantile, at each step, of the sum over the instances that are known; O(instances × steps × factors). */
  sumQuantile(instanceIds: readonly string[], metric: LoadMetric, quantile: number): Float32Array;
  /** Name of the method that was chosen for the series. */
  method(instanceId: string, metric: LoadMetric): string | undefined;
}
