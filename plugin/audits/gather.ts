import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClusterModel } from '../../cluster/cluster-model.ts';
import type { LoadMetric } from '../../cluster/load-profile.ts';
import { ForecastBuilder } from '../../forecast/forecast-builder.ts';
import type { Forecast } from '../../forecast/forecast.ts';
import type { UsageMetric } from '../../forecast/usage-batch.ts';
import type { DataNeeds } from '../../strategies/strategy.ts';
import type { Datasource, UsageResource } from '../datasources/datasource.ts';
import type { ModelOptions, Models } from './take-models.ts';
import { takeModels } from './take-models.ts';

export interface GatherOptions extends ModelOptions {
  readonly datasource: Datasource;
}

export interface Gathered extends Models {
  readonly forecast: Forecast;
  /** What the usage lacks or why it comes from another source than usual, in sentences. */
  readonly warnings: readonly string[];
}

const INSTANCE_METRIC: Readonly<Record<LoadMetric, UsageMetric>> = {
  cpu: 'instance_cpu_usage',
  memory: 'instance_ram_usage',
  disk: 'instance_disk_io',
  network: 'instance_network_io',
};
const HOST_METRIC: Readonly<Partial<Record<LoadMetric, UsageMetric>>> = {
  cpu: 'host_cpu_usage',
  memory: 'host_ram_usage',
};

/** Takes a picture of the cloud, keeps it to the scope and forecasts its loads; histories pass through batch by batch. */
export async function gather(needs: DataNeeds, options: GatherOptions): Promise<Gathered> {
  const { datasource, signal } = options;
  signal.throwIfAborted();
  const models = await takeModels(needs, options);
  const { cluster } = models;
  const { stepSeconds, steps, metrics } = needs;
  const stopAt = Math.floor(options.now() / 1000 / stepSeconds) * stepSeconds;
  const startAt = stopAt - Math.floor(needs.historySeconds / stepSeconds) * stepSeconds;
  const builder = new ForecastBuilder({ cluster, metrics, startAt: stopAt, stepSeconds, steps });
  const warnings = new Set<string>();
  for (const { metric, resources } of queriesOf(cluster, metrics)) {
    if (resources.length === 0 || !datasource.metrics.includes(metric)) continue;
    const query = { metric, resources, startAt, stopAt, stepSeconds };
    for await (const batch of datasource.query(query, signal, warning => warnings.add(warning))) {
      builder.add(batch);
      // fitting a batch takes a while: others have their turn between two
      await nextTurn();
      signal.throwIfAborted();
    }
  }
  return { ...models, forecast: builder.build(), warnings: [...warnings] };
}

/** What has to be read of the datasource for these loads. */
export function usageMetricsOf(metrics: readonly LoadMetric[]): readonly UsageMetric[] {
  return metrics.flatMap(metric => [INSTANCE_METRIC[metric], HOST_METRIC[metric] ?? []].flat());
}

function queriesOf(
  cluster: ClusterModel,
  metrics: readonly LoadMetric[],
): readonly { readonly metric: UsageMetric; readonly resources: readonly UsageResource[] }[] {
  const instances = [...cluster.instances, ...cluster.outside]
    .filter(instance => instance.hostId !== undefined)
    .map(({ id, flavor }) => ({ id, vcpus: flavor.vcpus }));
  const hosts = cluster.hosts.map(({ id, name }) => ({ id, hostName: name }));
  return metrics.flatMap(metric => {
    const ofHost = HOST_METRIC[metric];
    const ofInstances = { metric: INSTANCE_METRIC[metric], resources: instances };
    return ofHost === undefined ? [ofInstances] : [ofInstances, { metric: ofHost, resources: hosts }];
  });
}
