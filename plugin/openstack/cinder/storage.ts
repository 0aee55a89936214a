import { z } from 'zod';
import { listAll } from '../paging.ts';
import type { Session } from '../session.ts';

/** A cinder-volume service. */
export interface CinderBackend {
  /** `host@backend`. */
  readonly name: string;
  readonly zone: string;
  readonly enabled: boolean;
  readonly up: boolean;
}

export interface CinderPool {
  /** `host@backend#pool`. */
  readonly name: string;
  /** What volume types name it by in `volume_backend_name`. */
  readonly backendLabel: string | undefined;
  readonly totalGiB: number | undefined;
  readonly freeGiB: number | undefined;
  readonly provisionedGiB: number | undefined;
  readonly allocatedGiB: number | undefined;
  readonly maximumOverSubscription: number | undefined;
}

export interface CinderVolumeType {
  readonly id: string;
  readonly name: string;
  /** Undefined: it may be on any backend. */
  readonly backendLabel: string | undefined;
}

export interface CinderStoredVolume {
  readonly id: string;
  readonly name: string;
  readonly sizeGiB: number;
  readonly status: string;
  readonly projectId: string;
  readonly volumeType: string | undefined;
  /** `host@backend#pool`; undefined when it is nowhere yet. */
  readonly host: string | undefined;
  readonly serverIds: readonly string[];
  readonly multiattach: boolean;
  readonly bootable: boolean;
  readonly snapshotId: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: string;
}

export function listBackends(session: Session, signal: AbortSignal): Promise<CinderBackend[]> {
  return listAll(session, {
    service: 'volumev3',
    path: '/os-services',
    query: { binary: 'cinder-volume' },
    collection: 'services',
    item: BACKEND,
    signal,
  });
}

export function listPools(session: Session, signal: AbortSignal): Promise<CinderPool[]> {
  return listAll(session, {
    service: 'volumev3',
    path: '/scheduler-stats/get_pools',
    query: { detail: 'true' },
    collection: 'pools',
    item: POOL,
    signal,
  });
}

/** Public and private ones. */
export function listVolumeTypes(session: Session, signal: AbortSignal): Promise<CinderVolumeType[]> {
  return listAll(session, {
    service: 'volumev3',
    path: '/types',
    query: { is_public: 'None' },
    collection: 'volume_types',
    item: VOLUME_TYPE,
    signal,
  });
}

/** The volumes of all projects. */
export function listVolumes(session: Session, signal: AbortSignal): Promise<CinderStoredVolume[]> {
  return listAll(session, {
    service: 'volumev3',
    path: '/volumes/detail',
    query: { all_tenants: 'True' },
    collection: 'volumes',
    item: VOLUME,
    signal,
  });
}

const BACKEND = z
  .object({ host: z.string(), zone: z.string(), status: z.string(), state: z.string() })
  .transform((wire): CinderBackend => ({
    name: wire.host,
    zone: wire.zone,
    enabled: wire.status === 'enabled',
    up: wire.state === 'up',
  }));

/** Drivers that cannot tell say `infinite` or `unknown`. */
const AMOUNT = z.number().optional().catch(undefined);

const POOL = z
  .object({
    name: z.string(),
    capabilities: z.object({
      volume_backend_name: z.string().optional().catch(undefined),
      total_capacity_gb: AMOUNT,
      free_capacity_gb: AMOUNT,
      provisioned_capacity_gb: AMOUNT,
      allocated_capacity_gb: AMOUNT,
      max_over_subscription_ratio: z.coerce.number().optional().catch(undefined),
    }),
  })
  .transform(({ name, capabilities }): CinderPool => ({
    name,
    backendLabel: capabilities.volume_backend_name,
    totalGiB: capabilities.total_capacity_gb,
    freeGiB: capabilities.free_capacity_gb,
    provisionedGiB: capabilities.provisioned_capacity_gb,
    allocatedGiB: capabilities.allocated_capacity_gb,
    maximumOverSubscription: capabilities.max_over_subscription_ratio,
  }));

const VOLUME_TYPE = z
  .object({
    id: z.string(),
    name: z.string(),
    extra_specs: z.record(z.string(), z.coerce.string()).default({}),
  })
  .transform((wire): CinderVolumeType => ({
    id: wire.id,
    name: wire.name,
    backendLabel: wire.extra_specs['volume_backend_name'],
  }));

const VOLUME = z
  .object({
    id: z.string(),
    name: z.string().nullish(),
    size: z.number(),
    status: z.string(),
    'os-vol-tenant-attr:tenant_id': z.string().default(''),
    'os-vol-host-attr:host': z.string().nullish(),
    volume_type: z.string().nullish(),
    attachments: z.array(z.object({ server_id: z.string() })).default([]),
    multiattach: z.boolean().default(false),
    bootable: z.union([z.boolean(), z.string()]).default(false),
    snapshot_id: z.string().nullish(),
    metadata: z.record(z.string(), z.coerce.string()).default({}),
    created_at: z.string(),
  })
  .transform((wire): CinderStoredVolume => ({
    id: wire.id,
    name: wire.name ?? '',
    sizeGiB: wire.size,
    status: wire.status,
    projectId: wire['os-vol-tenant-attr:tenant_id'],
    volumeType: wire.volume_type ?? undefined,
    host: wire['os-vol-host-attr:host'] ?? undefined,
    serverIds: wire.attachments.map(({ server_id }) => server_id),
    multiattach: wire.multiattach,
    bootable: String(wire.bootable) === 'true',
    snapshotId: wire.snapshot_id ?? undefined,
    metadata: wire.metadata,
    createdAt: wire.created_at,
  }));
