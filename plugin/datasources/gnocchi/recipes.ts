import type { UsageMetric } from '../../../forecast/usage-batch.ts';
import type { UsageResource } from '../datasource.ts';

/** How a usage metric is made of what Ceilometer stores in Gnocchi. */
export interface Recipe {
  /** Gnocchi's resource type, and the attributes by which its resources are told apart. */
  readonly resourceType: 'instance' | 'instance_disk' | 'instance_network_interface' | 'nova_compute';
  readonly groupBy: readonly string[];
  /** `counter` grows for ever and becomes a rate per second; `gauge` is a value by itself. */
  readonly kind: 'gauge' | 'counter';
  /** `sum`: a resource's series add up. `newest`: they tell the same, the one that goes on counts most. */
  readonly combine: 'sum' | 'newest';
  /** Names of metrics that are read together; a resource that has none of the first is tried with the next. */
  readonly alternatives: readonly (readonly string[])[];
  /** From Gnocchi's unit (per second for counters) to ours; undefined when the resource lacks what it takes. */
  scale(resource: UsageResource): number | undefined;
  /** What is above `ceiling` is brought down to it; what is above `plausible` is no sample. In our unit. */
  readonly ceiling: number;
  readonly plausible: number;
}

const NANOSECONDS = 1e9;
/** No device moves 100 GB in a second: such a rate is a counter that jumped. */
const FASTEST_DEVICE_BYTES_PER_SECOND = 1e11;

const DEVICE = {
  groupBy: ['instance_id'],
  kind: 'counter',
  combine: 'sum',
  scale: () => 1,
  ceiling: Infinity,
  plausible: FASTEST_DEVICE_BYTES_PER_SECOND,
} as const;

const HOST = {
  resourceType: 'nova_compute',
  groupBy: ['host_name', 'original_resource_id'],
  kind: 'gauge',
  combine: 'newest',
} as const;

/** Names and units are Ceilometer's: cpu in ns, memory.* in MiB, *.bytes in bytes, hardware.memory.used in KiB. */
export const RECIPES: Readonly<Record<UsageMetric, Recipe>> = {
  instance_cpu_usage: {
    resourceType: 'instance',
    groupBy: ['id'],
    kind: 'counter',
    combine: 'newest',
    alternatives: [['cpu']],
    scale: ({ vcpus }) => (vcpus === undefined || vcpus <= 0 ? undefined : 100 / (NANOSECONDS * vcpus)),
    // The hypervisor's own threads count as well, and an instance may have had more vCPUs than now.
    ceiling: 100,
    plausible: Infinity,
  },
  instance_ram_usage: {
    resourceType: 'instance',
    groupBy: ['id'],
    kind: 'gauge',
    combine: 'newest',
    alternatives: [['memory.resident'], ['memory.usage']],
    scale: () => 1,
    ceiling: Infinity,
    plausible: Infinity,
  },
  instance_disk_io: {
    ...DEVICE,
    resourceType: 'instance_disk',
    alternatives: [['disk.device.read.bytes', 'disk.device.write.bytes']],
  },
  instance_network_io: {
    ...DEVICE,
    resourceType: 'instance_network_interface',
    alternatives: [['network.incoming.bytes', 'network.outgoing.bytes']],
  },
  host_cpu_usage: {
    ...HOST,
    alternatives: [['compute.node.cpu.percent']],
    scale: () => 1,
    ceiling: 100,
    plausible: Infinity,
  },
  host_ram_usage: {
    ...HOST,
    alternatives: [['hardware.memory.used']],
    scale: () => 1 / 1024,
    ceiling: Infinity,
    plausible: Infinity,
  },
};

/**
 * Gnocchi's search for the resources. Ceilometer names a host `HOST_HYPERVISOR`; the hypervisor may be called otherwise
 * than the host, and the attribute may be empty.
 */
export function searchFor(recipe: Recipe, resources: readonly UsageResource[]): object {
  if (recipe.resourceType === 'nova_compute') {
    const names = resources.flatMap(({ hostName }) => hostName ?? []);
    return {
      or: [{ in: { host_name: names } }, { in: { original_resource_id: names.map(hostResourceName) } }],
    };
  }
  const attribute = recipe.resourceType === 'instance' ? 'id' : 'instance_id';
  return { in: { [attribute]: resources.map(({ id }) => id) } };
}

/** Finds the resource that a group of the reply belongs to. */
export function groupMatcher(
  recipe: Recipe,
  resources: readonly UsageResource[],
): (group: Readonly<Record<string, unknown>>) => UsageResource | undefined {
  const isHost = recipe.resourceType === 'nova_compute';
  const byKey = new Map<unknown, UsageResource>();
  for (const resource of resources) {
    if (!isHost) byKey.set(resource.id, resource);
    else if (resource.hostName !== undefined) {
      byKey.set(resource.hostName, resource);
      byKey.set(hostResourceName(resource.hostName), resource);
    }
  }
  return group =>
    recipe.groupBy.map(attribute => byKey.get(group[attribute])).find(found => found !== undefined);
}

function hostResourceName(hostName: string): string {
  return `${hostName}_${hostName}`;
}
