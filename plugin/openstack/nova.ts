import { findFlavor } from './nova/flavors.ts';
import { listAggregates, listHypervisors, listServices, updateService } from './nova/hosts.ts';
import type { ServiceChange } from './nova/hosts.ts';
import {
  abortLiveMigration,
  forceCompleteLiveMigration,
  listLiveMigrations,
  listMigrations,
} from './nova/migrations.ts';
import type { MigrationFilter } from './nova/migrations.ts';
import { coldMigrate, confirmResize, liveMigrate, resize, revertResize } from './nova/server-actions.ts';
import type { MigrationTarget } from './nova/server-actions.ts';
import { listServerGroups } from './nova/server-groups.ts';
import { getServer, listServers } from './nova/servers.ts';
import type { Session } from './session.ts';

export type { NovaAggregate, NovaHypervisor, NovaService, ServiceChange } from './nova/hosts.ts';
export type { LiveMigrationProgress, Migration, MigrationFilter } from './nova/migrations.ts';
export type { MigrationTarget } from './nova/server-actions.ts';
export type { NovaServerGroup } from './nova/server-groups.ts';
export type { Server, ServerFlavor, ServerList } from './nova/servers.ts';

interface LiveMigrationId {
  readonly serverId: string;
  readonly migrationId: number;
}

/** Nova's API, as far as it is used; each function says more where it is defined. */
export function createNova(session: Session) {
  return {
    listServers: (options: { readonly host?: string }, signal: AbortSignal) =>
      listServers(session, options, signal),
    getServer: (serverId: string, signal: AbortSignal) => getServer(session, serverId, signal),
    listHypervisors: (signal: AbortSignal) => listHypervisors(session, signal),
    listServices: (filter: { readonly binary?: string; readonly host?: string }, signal: AbortSignal) =>
      listServices(session, filter, signal),
    updateService: (change: ServiceChange, signal: AbortSignal) => updateService(session, change, signal),
    listAggregates: (signal: AbortSignal) => listAggregates(session, signal),
    listServerGroups: (signal: AbortSignal) => listServerGroups(session, signal),
    listMigrations: (filter: MigrationFilter, signal: AbortSignal) => listMigrations(session, filter, signal),
    listLiveMigrations: (serverId: string, signal: AbortSignal) =>
      listLiveMigrations(session, serverId, signal),
    abortLiveMigration: (migration: LiveMigrationId, signal: AbortSignal) =>
      abortLiveMigration(session, migration, signal),
    forceCompleteLiveMigration: (migration: LiveMigrationId, signal: AbortSignal) =>
      forceCompleteLiveMigration(session, migration, signal),
    liveMigrate: (target: MigrationTarget, signal: AbortSignal) => liveMigrate(session, target, signal),
    coldMigrate: (target: MigrationTarget, signal: AbortSignal) => coldMigrate(session, target, signal),
    findFlavor: (identifier: string, signal: AbortSignal) => findFlavor(session, identifier, signal),
    resize: (change: { readonly serverId: string; readonly flavorId: string }, signal: AbortSignal) =>
      resize(session, change, signal),
    confirmResize: (serverId: string, signal: AbortSignal) => confirmResize(session, serverId, signal),
    revertResize: (serverId: string, signal: AbortSignal) => revertResize(session, serverId, signal),
  };
}

export type Nova = ReturnType<typeof createNova>;
