import type { ClusterModel } from '../../cluster/cluster-model.ts';
import type { UsageMetric } from '../../forecast/usage-batch.ts';
import type { UsageResource } from '../../plugin/datasources/datasource.ts';
import { createGnocchiDatasource } from '../../plugin/datasources/gnocchi/gnocchi-datasource.ts';
import type { Cloud } from '../../plugin/openstack/cloud.ts';
import { collectCluster } from '../../plugin/openstack/collect-cluster.ts';
import type { Session } from '../../plugin/openstack/session.ts';

export interface Measured {
  readonly requests: number;
  readonly seconds: number;
}

/** What the requests of one piece of work were, and how long it took. Logins are in no count. */
export async function measure<T>(
  session: Session,
  kind: 'model' | 'metric',
  work: () => Promise<T>,
): Promise<Measured & { readonly result: T }> {
  const before = count(session, kind);
  const startedAt = performance.now();
  const result = await work();
  return {
    requests: count(session, kind) - before,
    seconds: (performance.now() - startedAt) / 1000,
    result,
  };
}

export function collect(cloud: Cloud, previous?: ClusterModel): Promise<ClusterModel> {
  const signal = new AbortController().signal;
  return collectCluster(cloud, { signal, clock: () => new Date(), previous });
}

export interface History {
  readonly metric: UsageMetric;
  readonly instances: readonly UsageResource[];
  readonly hosts: readonly UsageResource[];
  /** Epoch seconds. */
  readonly startAt: number;
  readonly stopAt: number;
  readonly stepSeconds: number;
}

/** Reads all of it, folding each batch into a count; gives the number of samples. */
export async function readHistory(session: Session, history: History): Promise<number> {
  const { metric, instances, hosts, ...period } = history;
  const resources = metric.startsWith('host_') ? hosts : instances;
  const batches = createGnocchiDatasource({ session }).query(
    { metric, resources, ...period },
    new AbortController().signal,
  );
  let samples = 0;
  for await (const { values } of batches) {
    samples += values.reduce((sum, value) => (Number.isNaN(value) ? sum : sum + 1), 0);
  }
  return samples;
}

function count(session: Session, kind: 'model' | 'metric'): number {
  return [...session.requestCounts]
    .filter(([service]) => service !== 'identity' && (service === 'metric') === (kind === 'metric'))
    .reduce((sum, [, requests]) => sum + requests, 0);
}
