import type { ClusterModel } from '../../../cluster/cluster-model.ts';
import type { Host, Inventory } from '../../../cluster/host.ts';
import type { Instance } from '../../../cluster/instance.ts';
import { SINCE } from '../microversions.ts';

/** A row for each instance with its host, or for a host without any: hosts by UUID, on each of them the instances by UUID. */
export function dataModelView(cluster: ClusterModel, minor: number): object {
  return {
    context: cluster.hosts.flatMap(host => {
      const node = nodeOf(host);
      const instances = cluster.instancesOn(host.id);
      if (instances.length === 0) return [node];
      return instances.map(instance => ({ ...serverOf(instance, minor), ...node }));
    }),
  };
}

/** The project's own instances, and nothing of the hosts that they are on. */
export function ownDataModelView(cluster: ClusterModel, projectId: string, minor: number): object {
  const own = cluster.instances.filter(instance => instance.projectId === projectId);
  return { context: own.map(instance => ({ ...serverOf(instance, minor), ...UNTOLD_NODE })) };
}

const UNTOLD_NODE = Object.fromEntries(
  [
    'uuid',
    'hostname',
    'status',
    'disabled_reason',
    'state',
    'memory',
    'memory_mb_reserved',
    'disk',
    'disk_gb_reserved',
    'vcpus',
    'vcpu_reserved',
    'memory_ratio',
    'vcpu_ratio',
    'disk_ratio',
  ].map(name => [`node_${name}`, null]),
);

const NOTHING: Partial<Inventory> = {};

/** What Placement does not tell of a host is null. */
function nodeOf({ id, name, enabled, up, disabledReason, inventories }: Host): object {
  const memory = inventories.get('MEMORY_MB') ?? NOTHING;
  const disk = inventories.get('DISK_GB') ?? NOTHING;
  const cpu = inventories.get('VCPU') ?? inventories.get('PCPU') ?? NOTHING;
  return {
    node_uuid: id,
    node_hostname: name,
    node_status: enabled ? 'enabled' : 'disabled',
    node_disabled_reason: disabledReason ?? null,
    node_state: up ? 'up' : 'down',
    node_memory: memory.total ?? null,
    node_memory_mb_reserved: memory.reserved ?? null,
    node_disk: disk.total ?? null,
    node_disk_gb_reserved: disk.reserved ?? null,
    node_vcpus: cpu.total ?? null,
    node_vcpu_reserved: cpu.reserved ?? null,
    node_memory_ratio: memory.allocationRatio ?? null,
    node_vcpu_ratio: cpu.allocationRatio ?? null,
    node_disk_ratio: disk.allocationRatio ?? null,
  };
}

function serverOf(instance: Instance, minor: number): object {
  const { flavor, bootedFromVolume } = instance;
  const rootDiskGiB = bootedFromVolume ? 0 : flavor.rootDiskGiB;
  return {
    server_uuid: instance.id,
    server_watcher_exclude: instance.excluded !== undefined,
    server_name: instance.name,
    server_state: instance.state,
    server_memory: flavor.memoryMiB,
    server_disk: rootDiskGiB + flavor.ephemeralDiskGiB + Math.ceil(flavor.swapMiB / 1024),
    server_vcpus: flavor.vcpus,
    server_metadata: instance.metadata,
    server_project_id: instance.projectId,
    server_locked: instance.locked,
    ...(minor >= SINCE.extendedAttributes
      ? {
          server_pinned_az: instance.pinnedZone ?? '',
          server_flavor_extra_specs: flavor.extraSpecs,
        }
      : {}),
  };
}
