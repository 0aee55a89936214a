import { z } from 'zod';

import { listBackends, listPools, listVolumes, listVolumeTypes } from './cinder/storage.ts';
import { listAll } from './paging.ts';
import type { Session } from './session.ts';

export interface CinderVolume {
  readonly id: string;
  readonly sizeGiB: number;
  readonly multiattach: boolean;
  readonly bootable: boolean;
  readonly attachments: readonly { readonly serverId: string; readonly device: string | undefined }[];
  /** Of the image that it was made from: what Nova takes for the image's when it boots from the volume. */
  readonly imageProperties: Readonly<Record<string, string>>;
}

/** The volumes of all projects that are attached to a server. */
export function listAttachedVolumes(session: Session, signal: AbortSignal): Promise<CinderVolume[]> {
  return listAll(session, {
    service: 'volumev3',
    path: '/volumes/detail',
    query: { all_tenants: 'True', status: 'in-use' },
    collection: 'volumes',
    item: VOLUME,
    signal,
  });
}

export function createCinder(session: Session) {
  return {
    listAttachedVolumes: (signal: AbortSignal) => listAttachedVolumes(session, signal),
    listBackends: (signal: AbortSignal) => listBackends(session, signal),
    listPools: (signal: AbortSignal) => listPools(session, signal),
    listVolumeTypes: (signal: AbortSignal) => listVolumeTypes(session, signal),
    listVolumes: (signal: AbortSignal) => listVolumes(session, signal),
  };
}

export type Cinder = ReturnType<typeof createCinder>;

const VOLUME = z
  .object({
    id: z.string(),
    size: z.number(),
    multiattach: z.boolean().default(false),
    bootable: z.union([z.boolean(), z.string()]).default(false),
    attachments: z.array(z.object({ server_id: z.string(), device: z.string().nullish() })).default([]),
    volume_image_metadata: z.record(z.string(), z.coerce.string()).default({}),
  })
  .transform((wire): CinderVolume => ({
    id: wire.id,
    sizeGiB: wire.size,
    multiattach: wire.multiattach,
    bootable: String(wire.bootable) === 'true',
    attachments: wire.attachments.map(({ server_id, device }) => ({
      serverId: server_id,
      device: device ?? undefined,
    })),
    imageProperties: wire.volume_image_metadata,
  }));
