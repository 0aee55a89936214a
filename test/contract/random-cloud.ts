import type { ClusterModel } from '../../cluster/cluster-model.ts';
import type { Forecast } from '../../forecast/forecast.ts';
import { seededRandom } from '../../bench/synthetic-cloud.ts';
import type { Load } from '../cluster/tiny-cluster.ts';
import { cluster, flavor, host, instance } from '../cluster/tiny-cluster.ts';
import { forecastOf } from '../strategies/forecast-of.ts';

export const STEPS = 6;

/** A small cloud with every kind of trouble in it: hot hosts, disabled, down and frozen ones, excluded, locked and unmetered instances, server groups. */
export function randomCloud(seed: number): { readonly cluster: ClusterModel; readonly forecast: Forecast } {
  const random = seededRandom(seed);
  const chance = (p: number): boolean => random() < p;
  const hosts = Array.from({ length: 2 + Math.floor(6 * random()) }, (_, n) =>
    host(`host-${n}`, {
      enabled: !chance(0.15),
      up: !chance(0.1),
      frozen: chance(0.1) ? 'its cell is down' : undefined,
      zone: `zone-${n % 2}`,
    }),
  );
  const instances = Array.from({ length: Math.floor(40 * random()) }, (_, n) => {
    const on = hosts[Math.floor(random() ** 2 * hosts.length)]!;
    return instance(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, on.id, {
      flavor: flavor({ vcpus: 1 + Math.floor(4 * random()) }),
      excluded: chance(0.1) ? 'by the audit scope' : undefined,
      locked: chance(0.1),
      state: chance(0.1) ? 'stopped' : 'active',
      pinnedZone: chance(0.2) ? on.zone : undefined,
      serverGroupIds: chance(0.3) ? ['apart'] : [],
    });
  });
  const memberIds = instances.filter(({ serverGroupIds }) => serverGroupIds.length > 0).map(({ id }) => id);
  const loads = instances.map(({ id, flavor: { vcpus } }) => {
    const [from, to] = [random() * vcpus, random() * vcpus];
    const cpu: Load = {
      mean: Array.from({ length: STEPS }, (_, step) => from + ((to - from) * step) / STEPS),
      deviation: 0.2 * random(),
      loading: 0.1 * random(),
    };
    return [id, chance(0.1) ? {} : { cpu, memory: { mean: [1000], deviation: 10 } }] as const;
  });
  return {
    cluster: cluster({
      hosts,
      instances,
      serverGroups: [
        { id: 'apart', name: 'apart', policy: 'anti-affinity', maxServersPerHost: 2, memberIds },
      ],
    }),
    forecast: forecastOf(
      STEPS,
      Object.fromEntries(loads),
      Object.fromEntries(hosts.map(({ id }) => [id, { cpu: { mean: [0.1] } }])),
    ),
  };
}
