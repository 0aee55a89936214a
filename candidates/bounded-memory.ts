import type { ClusterModel } from '../cluster/cluster-model.ts';
import type { Instance } from '../cluster/instance.ts';
import type { LoadProfile, LoadTerms } from '../cluster/load-profile.ts';

export interface BoundedProfile {
  readonly profile: LoadProfile;
  /** Ids of hosts whose memory load is an upper bound, not a forecast: good for sparing them, not for calling them overloaded. */
  readonly boundedHosts: ReadonlySet<string>;
}

/**
 * Gives running instances without a memory forecast the most that they can use, their flavor's memory, so that no target takes more than it
 * has. Missing metrics are still no load: hosts with such an instance are named, to be left out when overload is looked for.
 */
export function boundUnknownMemory(cluster: ClusterModel, profile: LoadProfile): BoundedProfile {
  const bounds = new Map<string, LoadTerms>();
  const boundedHosts = new Set<string>();
  if (!profile.metrics.includes('memory')) return { profile, boundedHosts };
  for (const instance of [...cluster.instances, ...cluster.outside]) {
    if (!isRunning(instance) || profile.instanceTerms(instance.id, 'memory') !== undefined) continue;
    bounds.set(instance.id, flavorMemory(instance, profile));
    if (instance.hostId !== undefined) boundedHosts.add(instance.hostId);
  }
  const bounded: LoadProfile = {
    startAt: profile.startAt,
    stepSeconds: profile.stepSeconds,
    steps: profile.steps,
    factors: profile.factors,
    metrics: profile.metrics,
    instanceTerms: (id, metric) =>
      profile.instanceTerms(id, metric) ?? (metric === 'memory' ? bounds.get(id) : undefined),
    hostBaseTerms: (id, metric) =>
      metric === 'memory' && boundedHosts.has(id) ? undefined : profile.hostBaseTerms(id, metric),
    stepCorrelation: metric => profile.stepCorrelation(metric),
  };
  return { profile: bounded, boundedHosts };
}

function isRunning(instance: Instance): boolean {
  return instance.state === 'active' || instance.state === 'paused';
}

function flavorMemory(instance: Instance, { steps, factors }: LoadProfile): LoadTerms {
  return {
    mean: new Float32Array(steps).fill(instance.flavor.memoryMiB),
    ownVariance: new Float32Array(steps),
    loadings: new Float32Array(steps * factors),
  };
}
