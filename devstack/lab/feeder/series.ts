import { diskColumns, hostColumns, instanceColumns, interfaceColumns } from './columns.ts';
import type { Columns, GuestLoad } from './columns.ts';
import type { LabHost, LabPort, LabServer } from './inventory.ts';

/** A Gnocchi resource and the values of its metrics, as Ceilometer would name and type them. */
export interface Series {
  readonly type: 'instance' | 'instance_disk' | 'instance_network_interface' | 'nova_compute';
  /** Any name: Gnocchi hashes what is no UUID. */
  readonly id: string;
  /** Fixed when the resource is created. */
  readonly owner: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly columns: Columns;
}

/** Of the guest itself, its disk and each of its ports. */
export function serverSeries(server: LabServer, ports: readonly LabPort[], load: GuestLoad): Series[] {
  const owner = { user_id: server.userId, project_id: server.projectId };
  return [
    {
      type: 'instance',
      id: server.id,
      owner,
      attributes: {
        display_name: server.name,
        host: server.hostName,
        flavor_id: server.flavorId,
        flavor_name: server.flavorName,
        image_ref: server.imageId,
        availability_zone: server.zone,
        created_at: server.createdAt,
        launched_at: server.launchedAt,
      },
      columns: instanceColumns(server, load),
    },
    {
      type: 'instance_disk',
      id: `${server.id}-vda`,
      owner,
      attributes: { name: 'vda', instance_id: server.id },
      columns: diskColumns(load),
    },
    ...ports.map((port): Series => {
      const tap = `tap${port.id.slice(0, 11)}`;
      return {
        type: 'instance_network_interface',
        id: `${server.libvirtName}-${server.id}-${tap}`,
        owner,
        attributes: { name: tap, instance_id: server.id },
        columns: interfaceColumns(load),
      };
    }),
  ];
}

/** Of a host, from the guests that are on it; `count` is the number of points. */
export function hostSeries(
  host: LabHost,
  guests: readonly { readonly server: LabServer; readonly load: GuestLoad }[],
  count: number,
): Series {
  const own = guests.filter(({ server }) => server.hostName === host.name);
  return {
    type: 'nova_compute',
    id: hostResourceId(host.name),
    owner: {},
    attributes: { host_name: host.name },
    columns: hostColumns(
      { vcpus: host.vcpus, count },
      own.map(({ server, load }) => ({ size: server, load })),
    ),
  };
}

/** Ceilometer's name for a host: compute service's host and hypervisor. */
export function hostResourceId(hostName: string): string {
  return `${hostName}_${hostName}`;
}
