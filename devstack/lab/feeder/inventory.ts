import type { LabCloud } from './cloud.ts';
import type { GuestSize } from './columns.ts';

/** A server that runs on a host, as far as its metrics need it. */
export interface LabServer extends GuestSize {
  readonly id: string;
  readonly name: string;
  readonly hostName: string;
  /** `instance-0000002a` */
  readonly libvirtName: string;
  readonly userId: string;
  readonly projectId: string;
  readonly flavorId: string;
  readonly flavorName: string;
  readonly imageId: string | null;
  readonly zone: string;
  readonly createdAt: string;
  readonly launchedAt: string | null;
}

export interface LabPort {
  readonly id: string;
}

export interface LabHost {
  readonly name: string;
  readonly vcpus: number;
}

/** All servers that are on a host, by name; with `only`, those whose names begin so. */
export async function serversOnHosts(cloud: LabCloud, only = ''): Promise<LabServer[]> {
  const flavors = await cloud.read<{ flavors: { id: string; name: string }[] }>(
    'compute',
    '/flavors?is_public=None',
  );
  const flavorIds = new Map(flavors.flavors.map(flavor => [flavor.name, flavor.id]));
  const { servers } = await cloud.read<{ servers: NovaServer[] }>('compute', '/servers/detail?all_tenants=1');
  return servers
    .flatMap(server => {
      const hostName = server['OS-EXT-SRV-ATTR:host'];
      if (hostName === null || !server.name.startsWith(only)) return [];
      const { flavor } = server;
      return {
        id: server.id,
        name: server.name,
        hostName,
        libvirtName: server['OS-EXT-SRV-ATTR:instance_name'],
        vcpus: flavor.vcpus,
        memoryMiB: flavor.ram,
        diskGiB: flavor.disk,
        userId: server.user_id,
        projectId: server.tenant_id,
        flavorId: flavorIds.get(flavor.original_name) ?? '',
        flavorName: flavor.original_name,
        imageId: server.image ? server.image.id : null,
        zone: server['OS-EXT-AZ:availability_zone'],
        createdAt: server.created,
        launchedAt: server['OS-SRV-USG:launched_at'],
      };
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

export async function portsByServer(cloud: LabCloud): Promise<Map<string, LabPort[]>> {
  const { ports } = await cloud.read<{ ports: { id: string; device_id: string }[] }>(
    'network',
    '/v2.0/ports',
  );
  return Map.groupBy(ports, port => port.device_id);
}

/** All compute hosts, by name. */
export async function hosts(cloud: LabCloud): Promise<LabHost[]> {
  const { hypervisors } = await cloud.read<{ hypervisors: { id: string; hypervisor_hostname: string }[] }>(
    'compute',
    '/os-hypervisors/detail',
  );
  const found: LabHost[] = [];
  for (const { id, hypervisor_hostname: name } of hypervisors) {
    const { inventories } = await cloud.read<{ inventories: { VCPU: { total: number } } }>(
      'placement',
      `/resource_providers/${id}/inventories`,
    );
    found.push({ name, vcpus: inventories.VCPU.total });
  }
  return found.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

interface NovaServer {
  readonly id: string;
  readonly name: string;
  readonly user_id: string;
  readonly tenant_id: string;
  readonly created: string;
  readonly flavor: { vcpus: number; ram: number; disk: number; original_name: string };
  /** Empty string for a server that boots from a volume. */
  readonly image: { id: string } | '';
  readonly 'OS-EXT-SRV-ATTR:host': string | null;
  readonly 'OS-EXT-SRV-ATTR:instance_name': string;
  readonly 'OS-EXT-AZ:availability_zone': string;
  readonly 'OS-SRV-USG:launched_at': string | null;
}
