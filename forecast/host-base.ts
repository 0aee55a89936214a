import type { LoadTerms } from '../cluster/load-profile.ts';

/** Three 5-minute samples: short, so that what has moved away is soon forgotten. */
const NEWEST_SAMPLES = 3;

/**
 * What a host carries besides its known instances: measured load minus theirs, median and variance of the newest
 * samples, never below 0, the same at all steps. All arrays cover the same last hour, NaN = no sample. Undefined when the host was not
 * measured of late.
 */
export function hostBase(
  measured: Float32Array,
  instances: readonly Float32Array[],
  shape: { readonly steps: number; readonly factors: number },
): LoadTerms | undefined {
  const rest: number[] = [];
  for (const [n, load] of measured.entries()) {
    let known = 0;
    for (const instance of instances) known += Number.isNaN(instance[n]!) ? 0 : instance[n]!;
    if (!Number.isNaN(load)) rest.push(Math.max(0, load - known));
  }
  const newest = rest.slice(-NEWEST_SAMPLES).sort((a, b) => a - b);
  const median = newest[newest.length >> 1];
  if (median === undefined) return undefined;
  const variance = newest.reduce((sum, value) => sum + (value - median) ** 2, 0) / newest.length;
  return {
    mean: new Float32Array(shape.steps).fill(median),
    ownVariance: new Float32Array(shape.steps).fill(variance),
    loadings: new Float32Array(shape.steps * shape.factors),
  };
}
