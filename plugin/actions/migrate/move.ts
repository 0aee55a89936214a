import type { Server } from '../../openstack/nova.ts';
import type { ActionContext } from '../action-type.ts';
import { ActionFailedError } from '../errors.ts';
import type { MigrateParameters } from './parameters.ts';
import { patiently } from './patiently.ts';
import { lastRequestId } from './before.ts';
import type { Before } from './before.ts';

/** Statuses from which, and in which, Nova migrates that way. */
export const STATUSES: Readonly<Record<MigrateParameters['migration_type'], readonly string[]>> = {
  live: ['ACTIVE', 'PAUSED'],
  cold: ['ACTIVE', 'SHUTOFF'],
};

/** One instance on its way from one host to another. */
export interface Move {
  readonly serverId: string;
  /** For sentences. */
  readonly name: string;
  readonly source: string;
  /** Undefined: Nova's scheduler chooses. */
  readonly target: string | undefined;
  /** The statuses in which the server may arrive. */
  readonly arrivesAs: readonly string[];
  /** Epoch milliseconds. */
  readonly beganAt: number;
  readonly before: Before;
  /** Tells this move's migration record from older ones. */
  isOurs(record: { readonly id: number }): boolean;
}

/** To be called just before Nova is asked to migrate. */
export async function beginMove(p: MigrateParameters, context: ActionContext): Promise<Move> {
  const { nova } = context.cloud;
  const server = await nova.getServer(p.resource_id, context.callSignal);
  if (server === undefined) throw goneError(p.resource_name ?? p.resource_id);
  const records = await nova.listMigrations({ serverId: p.resource_id }, context.callSignal);
  const before = {
    lastMigrationId: Math.max(0, ...records.map(record => record.id)),
    lastRequestId: await lastRequestId(p.resource_id, context),
    status: server.status,
  };
  return moveOf(p, server, context, before);
}

/** The move that was about to begin when the service was interrupted. Throws when the instance is gone. */
export async function findMove(p: MigrateParameters, context: ActionContext, before: Before): Promise<Move> {
  const server = await patiently(context, () =>
    context.cloud.nova.getServer(p.resource_id, context.callSignal),
  );
  if (server === undefined) throw goneError(p.resource_name ?? p.resource_id);
  return moveOf(p, server, context, before);
}

/** Whether the server is where it was to go, as it was, and at rest. */
export function hasArrived(move: Move, server: Server): boolean {
  if (server.hostName === undefined || !isAtRest(server)) return false;
  const there = server.hostName === (move.target ?? server.hostName) && server.hostName !== move.source;
  return there && move.arrivesAs.includes(server.status);
}

export function isAtRest(server: Server): boolean {
  return server.taskState === undefined && ['ACTIVE', 'PAUSED', 'SHUTOFF'].includes(server.status);
}

/** `web-1 from compute-1 to compute-2` */
export function routeOf({ name, source, target }: Move): string {
  return `${name} from ${source} to ${target ?? "a host of Nova's choice"}`;
}

/** `ACTIVE on compute-1`, with Nova's fault if there is one. */
export function whereabouts({ status, hostName, fault, taskState }: Server): string {
  const busy = taskState === undefined ? '' : ` (${taskState})`;
  return `${status}${busy} on ${hostName ?? 'no host'}${fault === undefined ? '' : `, fault: ${fault}`}`;
}

export function goneError(name: string): ActionFailedError {
  return new ActionFailedError(`The instance ${name} does not exist any more`);
}

function moveOf(p: MigrateParameters, server: Server, { clock }: ActionContext, before: Before): Move {
  // One that was running must not end up paused; one that was paused may have been resumed meanwhile.
  const mustRun = before.status === 'ACTIVE' && p.migration_type === 'live';
  return {
    serverId: p.resource_id,
    name: p.resource_name ?? server.name,
    source: p.source_node,
    target: p.destination_node ?? undefined,
    arrivesAs: mustRun ? ['ACTIVE'] : STATUSES[p.migration_type],
    beganAt: clock.now(),
    before,
    isOurs: record => record.id > before.lastMigrationId,
  };
}
