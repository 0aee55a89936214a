import type { CinderVolume } from '../cinder.ts';
import type { Cloud } from '../cloud.ts';
import { isAtLeast } from '../microversion.ts';
import type { Server } from '../nova.ts';
import { rootVolumeOf } from './read-devices.ts';

type Properties = Readonly<Record<string, string>>;

export interface ImageKnowledge {
  /** By image id, from Glance; empty when Nova tells the properties itself. */
  readonly images: ReadonlyMap<string, Properties>;
  readonly warnings: readonly string[];
}

/** From 2.98 on Nova shows the properties that an instance was built with; an older one is helped out by Glance. */
const NOVA_TELLS = '2.98';

export async function readImages(
  cloud: Cloud,
  servers: readonly Server[],
  novaMicroversion: string,
  signal: AbortSignal,
): Promise<ImageKnowledge> {
  const needed = servers.some(server => server.imageId !== undefined);
  if (!needed || isAtLeast(novaMicroversion, NOVA_TELLS)) return { images: new Map(), warnings: [] };
  try {
    const images = await cloud.glance.listImages(signal);
    const warning = `Nova ${novaMicroversion} does not show image properties: the images' present ones are taken`;
    return {
      images: new Map(images.map(image => [image.id, image.properties])),
      warnings: [warning],
    };
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    return { images: new Map(), warnings: [`the image properties of the instances are not known: ${why}`] };
  }
}

export function imagePropertiesOf(
  server: Server,
  images: ReadonlyMap<string, Properties>,
  volumes: ReadonlyMap<string, CinderVolume>,
): Properties {
  const properties =
    server.imageId === undefined
      ? rootVolumeOf(server, volumes)?.imageProperties
      : (server.imageProperties ?? images.get(server.imageId));
  return Object.fromEntries(Object.entries(properties ?? {}).filter(([key]) => matters(key)));
}

/** Those that Nova schedules by, not checksums, owners and formats. */
function matters(key: string): boolean {
  return (
    (/^(hw_|os_|img_|trait\d*:|capabilities:)/.test(key) && !/^os_(hash_|hidden$)/.test(key)) ||
    ['architecture', 'hypervisor_type', 'vm_mode'].includes(key)
  );
}
