import { z } from 'zod';

import { chooseMicroversion } from '../microversion.ts';
import { listAll } from '../paging.ts';
import type { Session } from '../session.ts';

export const MIGRATION_MICROVERSION = {
  needed: '2.59',
  best: '2.59',
  purpose: 'listing migrations page by page',
} as const;
export const ABORT_MICROVERSIONS = {
  needed: '2.24',
  best: '2.65',
  purpose: 'aborting a live migration',
} as const;

/** Nova's record of a migration. */
export interface Migration {
  /** Integer; the server's migrations are addressed by it. */
  readonly id: number;
  readonly uuid: string | undefined;
  readonly serverId: string;
  readonly sourceHostName: string | undefined;
  /** Undefined until the scheduler has chosen. */
  readonly targetHostName: string | undefined;
  /** `live-migration`, `migration`, `resize` or `evacuation`. */
  readonly type: string;
  /** `accepted`, `queued`, `preparing`, `running`, `post-migrating`, `completed`, `error`, `cancelled` … */
  readonly status: string;
  readonly createdAt: string;
  readonly updatedAt: string | undefined;
}

/** A live migration that is under way. Bytes are undefined until the hypervisor tells them. */
export interface LiveMigrationProgress {
  readonly id: number;
  readonly status: string;
  readonly sourceHostName: string | undefined;
  readonly targetHostName: string | undefined;
  readonly memoryTotalBytes: number | undefined;
  readonly memoryRemainingBytes: number | undefined;
  readonly memoryProcessedBytes: number | undefined;
  readonly diskTotalBytes: number | undefined;
  readonly diskRemainingBytes: number | undefined;
  readonly diskProcessedBytes: number | undefined;
  readonly createdAt: string;
  readonly updatedAt: string | undefined;
}

export interface MigrationFilter {
  readonly serverId?: string;
  readonly status?: string;
  /** Source or target. */
  readonly hostName?: string;
  /** ISO instant: only records changed since. */
  readonly changedSince?: string;
}

/** Newest first. */
export function listMigrations(
  session: Session,
  filter: MigrationFilter,
  signal: AbortSignal,
): Promise<Migration[]> {
  return listAll(session, {
    service: 'compute',
    path: '/os-migrations',
    query: {
      instance_uuid: filter.serverId,
      status: filter.status,
      host: filter.hostName,
      'changes-since': filter.changedSince,
    },
    microversion: MIGRATION_MICROVERSION.needed,
    purpose: MIGRATION_MICROVERSION.purpose,
    collection: 'migrations',
    item: MIGRATION,
    signal,
  });
}

/** The live migrations of a server that have not ended; empty just after the start, before Nova has written the record. */
export async function listLiveMigrations(
  session: Session,
  serverId: string,
  signal: AbortSignal,
): Promise<LiveMigrationProgress[]> {
  const { body } = await session.request({
    service: 'compute',
    method: 'GET',
    path: `/servers/${encodeURIComponent(serverId)}/migrations`,
    microversion: '2.23',
    purpose: 'the progress of live migrations',
    schema: z.object({ migrations: z.array(PROGRESS) }),
    signal,
  });
  return body.migrations;
}

/**
 * Cancels a live migration; the server stays where it is. `OpenStackError` 400 or 404: it has ended already, or is too
 * far to be cancelled. From 2.65 on, also one that waits for its turn.
 */
export async function abortLiveMigration(
  session: Session,
  migration: { readonly serverId: string; readonly migrationId: number },
  signal: AbortSignal,
): Promise<void> {
  const choice = ABORT_MICROVERSIONS;
  const microversion = await chooseMicroversion(session, 'compute', choice, signal);
  await session.request({
    service: 'compute',
    method: 'DELETE',
    path: pathOf(migration),
    microversion,
    purpose: choice.purpose,
    // Sent again it could say 404 for what the first one did.
    idempotent: false,
    signal,
  });
}

/** Pauses the guest, or switches to post-copy, so that a live migration that lags behind comes to its end. */
export async function forceCompleteLiveMigration(
  session: Session,
  migration: { readonly serverId: string; readonly migrationId: number },
  signal: AbortSignal,
): Promise<void> {
  await session.request({
    service: 'compute',
    method: 'POST',
    path: `${pathOf(migration)}/action`,
    body: { force_complete: null },
    microversion: '2.22',
    purpose: 'forcing a live migration to complete',
    signal,
  });
}

function pathOf(migration: { readonly serverId: string; readonly migrationId: number }): string {
  return `/servers/${encodeURIComponent(migration.serverId)}/migrations/${migration.migrationId}`;
}

const MIGRATION = z
  .object({
    id: z.number(),
    uuid: z.string().optional(),
    instance_uuid: z.string(),
    source_compute: z.string().nullish(),
    dest_compute: z.string().nullish(),
    migration_type: z.string(),
    status: z.string(),
    created_at: z.string(),
    updated_at: z.string().nullish(),
  })
  .transform((wire): Migration => ({
    id: wire.id,
    uuid: wire.uuid,
    serverId: wire.instance_uuid,
    sourceHostName: wire.source_compute ?? undefined,
    targetHostName: wire.dest_compute ?? undefined,
    type: wire.migration_type,
    status: wire.status,
    createdAt: utc(wire.created_at),
    updatedAt: wire.updated_at ? utc(wire.updated_at) : undefined,
  }));

const COUNT = z.number().nullish();

const PROGRESS = z
  .object({
    id: z.number(),
    status: z.string(),
    source_compute: z.string().nullish(),
    dest_compute: z.string().nullish(),
    memory_total_bytes: COUNT,
    memory_remaining_bytes: COUNT,
    memory_processed_bytes: COUNT,
    disk_total_bytes: COUNT,
    disk_remaining_bytes: COUNT,
    disk_processed_bytes: COUNT,
    created_at: z.string(),
    updated_at: z.string().nullish(),
  })
  .transform((wire): LiveMigrationProgress => ({
    id: wire.id,
    status: wire.status,
    sourceHostName: wire.source_compute ?? undefined,
    targetHostName: wire.dest_compute ?? undefined,
    memoryTotalBytes: wire.memory_total_bytes ?? undefined,
    memoryRemainingBytes: wire.memory_remaining_bytes ?? undefined,
    memoryProcessedBytes: wire.memory_processed_bytes ?? undefined,
    diskTotalBytes: wire.disk_total_bytes ?? undefined,
    diskRemainingBytes: wire.disk_remaining_bytes ?? undefined,
    diskProcessedBytes: wire.disk_processed_bytes ?? undefined,
    createdAt: utc(wire.created_at),
    updatedAt: wire.updated_at ? utc(wire.updated_at) : undefined,
  }));

/** Nova writes these instants without a zone; they are UTC. */
function utc(instant: string): string {
  return /(Z|[+-]\d\d:?\d\d)$/.test(instant) ? instant : `${instant}Z`;
}
