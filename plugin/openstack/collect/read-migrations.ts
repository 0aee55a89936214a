import type { MigrationInFlight } from '../../../cluster/instance.ts';
import type { Cloud } from '../cloud.ts';
import { mapLimited } from '../in-parallel.ts';
import type { Migration, Server } from '../nova.ts';

/** The states in which a migration has ended; `finished` has not: both hosts wait for it to be confirmed or reverted. */
const ENDED = new Set(['completed', 'error', 'failed', 'cancelled', 'confirmed', 'reverted', 'done']);
/** A record under way is written every few seconds, and this bears a wrong clock. */
const RECENT_MILLISECONDS = 60 * 60 * 1000;
const WIDTH = 4;

export function readRecentMigrations(cloud: Cloud, now: number, signal: AbortSignal): Promise<Migration[]> {
  const changedSince = new Date(now - RECENT_MILLISECONDS).toISOString();
  return cloud.nova.listMigrations({ changedSince }, signal);
}

/**
 * The migrations under way. Nova cannot list these: of the recent records those that have not ended are taken, and a
 * server that is busy migrating, or waits to be confirmed, without a recent record is asked for its own.
 */
export async function migrationsInFlight(
  cloud: Cloud,
  read: { readonly recent: readonly Migration[]; readonly servers: readonly Server[] },
  signal: AbortSignal,
): Promise<MigrationInFlight[]> {
  const inFlight = new Map<string, Migration>();
  // Newest first: a server has one migration at a time, an older record was left behind by a crash.
  for (const migration of read.recent) {
    if (!ENDED.has(migration.status) && !inFlight.has(migration.serverId)) {
      inFlight.set(migration.serverId, migration);
    }
  }
  const waiting = read.servers.filter(server => isMigrating(server) && !inFlight.has(server.id));
  await mapLimited(waiting, WIDTH, async server => {
    const [newest] = await cloud.nova.listMigrations({ serverId: server.id }, signal);
    if (newest !== undefined && !ENDED.has(newest.status)) inFlight.set(server.id, newest);
  });
  return [...inFlight.values()].map(migration => ({
    instanceId: migration.serverId,
    sourceHostName: migration.sourceHostName,
    targetHostName: migration.targetHostName,
    type: migration.type,
    status: migration.status,
  }));
}

function isMigrating(server: Server): boolean {
  return server.vmState === 'resized' || /^(migrating|resize_|rebuild)/.test(server.taskState ?? '');
}
