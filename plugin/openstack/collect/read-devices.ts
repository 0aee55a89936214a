import type { Port, Volume } from '../../../cluster/instance.ts';
import type { CinderVolume } from '../cinder.ts';
import type { Cloud } from '../cloud.ts';
import type { Server } from '../nova.ts';
import type { Service } from '../services.ts';
import { SERVICES } from '../services.ts';

/** What Neutron and Cinder tell of the servers. */
export interface Devices {
  /** By server id. */
  readonly ports: ReadonlyMap<string, readonly Port[]>;
  /** By volume id. */
  readonly volumes: ReadonlyMap<string, CinderVolume>;
  readonly warnings: readonly string[];
}

/** Planning goes on without these services: they tell what a move costs, hardly whether it is possible. */
export async function readPorts(
  cloud: Cloud,
  signal: AbortSignal,
): Promise<Pick<Devices, 'ports' | 'warnings'>> {
  const { items, warnings } = await readIfPossible(cloud, 'network', 'ports', signal, () =>
    cloud.neutron.listServerPorts(signal),
  );
  const byServer = Map.groupBy(items, port => port.deviceId);
  const ports = new Map(
    [...byServer].map(([serverId, own]) => [
      serverId,
      own.map(({ id, networkId, vnicType }) => ({ id, networkId, vnicType })),
    ]),
  );
  return { ports, warnings };
}

export async function readVolumes(
  cloud: Cloud,
  signal: AbortSignal,
): Promise<Pick<Devices, 'volumes' | 'warnings'>> {
  const { items, warnings } = await readIfPossible(cloud, 'volumev3', 'volumes', signal, () =>
    cloud.cinder.listAttachedVolumes(signal),
  );
  return { volumes: new Map(items.map(volume => [volume.id, volume])), warnings };
}

export function volumesOf(server: Server, volumes: ReadonlyMap<string, CinderVolume>): Volume[] {
  return server.volumeIds.map(id => {
    const volume = volumes.get(id);
    return { id, sizeGiB: volume?.sizeGiB, multiattach: volume?.multiattach };
  });
}

/** The volume that the server boots from; undefined when it boots from an image or Cinder does not tell. */
export function rootVolumeOf(
  server: Server,
  volumes: ReadonlyMap<string, CinderVolume>,
): CinderVolume | undefined {
  if (server.imageId !== undefined) return undefined;
  return server.volumeIds
    .map(id => volumes.get(id))
    .find(volume =>
      volume?.attachments.some(
        attachment => attachment.serverId === server.id && attachment.device === server.rootDeviceName,
      ),
    );
}

async function readIfPossible<Item>(
  cloud: Cloud,
  service: Service,
  what: string,
  signal: AbortSignal,
  read: () => Promise<Item[]>,
): Promise<{ readonly items: readonly Item[]; readonly warnings: readonly string[] }> {
  const { name } = SERVICES[service];
  if (!(await cloud.session.hasService(service, signal))) {
    const warning = `the catalogue has no ${name} (${service}): the ${what} of the instances are not known`;
    return { items: [], warnings: [warning] };
  }
  try {
    return { items: await read(), warnings: [] };
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    return { items: [], warnings: [`the ${what} of the instances are not known: ${why}`] };
  }
}
