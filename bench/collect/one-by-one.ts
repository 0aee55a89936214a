import type { UsageMetric } from '../../forecast/usage-batch.ts';
import type { Session } from '../../plugin/openstack/session.ts';
import type { History } from './ours.ts';

/** How many series it reads for an instance; hosts and ports are not read. */
export const ONE_BY_ONE: Readonly<Partial<Record<UsageMetric, number>>> = {
  instance_cpu_usage: 1,
  instance_ram_usage: 1,
  instance_disk_io: 2,
};

/** Gnocchi's resource type, what follows the instance's id in the resource's, metric, aggregate. */
const SERIES = [
  ['instance', '', 'cpu', 'rate:mean'],
  ['instance', '', 'memory.resident', 'mean'],
  ['instance_disk', '-vda', 'disk.device.read.bytes', 'rate:mean'],
  ['instance_disk', '-vda', 'disk.device.write.bytes', 'rate:mean'],
] as const;

/**
 * The same history as Watcher's data source would read it: one request after the other, one for each instance and metric.
 * The servers of this benchmark have one disk and no ports. Gives the number of samples.
 */
export async function readOneByOne(session: Session, history: Omit<History, 'metric'>): Promise<number> {
  let samples = 0;
  for (const { id } of history.instances) {
    for (const [type, suffix, metric, aggregation] of SERIES) {
      const { body } = await session.request({
        service: 'metric',
        method: 'GET',
        path: `/v1/resource/${type}/${id}${suffix}/metric/${metric}/measures`,
        query: {
          aggregation,
          granularity: history.stepSeconds,
          start: history.startAt,
          stop: history.stopAt,
        },
        signal: new AbortController().signal,
      });
      samples += (body as unknown[]).length;
    }
  }
  return samples;
}
