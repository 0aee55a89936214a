import type { Host } from './host.ts';
import type { Instance } from './instance.ts';
import type { LoadMetric } from './load-profile.ts';

/** What the host can carry of a load, physically (no allocation ratio); undefined when nobody knows. */
export function hostLoadCapacity(host: Host, metric: LoadMetric): number | undefined {
  switch (metric) {
    case 'cpu':
      return (host.inventories.get('VCPU')?.total ?? 0) + (host.inventories.get('PCPU')?.total ?? 0);
    case 'memory':
      return host.inventories.get('MEMORY_MB')?.total;
    case 'disk':
      return host.links?.diskBytesPerSecond;
    case 'network':
      return host.links?.networkBytesPerSecond;
  }
}

/** The most that the instance can cause of a load; undefined when nothing limits it. */
export function instanceLoadCapacity(instance: Instance, metric: LoadMetric): number | undefined {
  switch (metric) {
    case 'cpu':
      return instance.flavor.vcpus;
    case 'memory':
      return instance.flavor.memoryMiB;
    case 'disk':
    case 'network':
      return undefined;
  }
}
