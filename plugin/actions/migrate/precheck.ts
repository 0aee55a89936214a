import type { Server } from '../../openstack/nova.ts';
import { PROCEED } from '../action-type.ts';
import type { ActionContext, Precheck } from '../action-type.ts';
import { STATUSES } from './move.ts';
import type { MigrateParameters } from './parameters.ts';
import { hasEnded } from './records.ts';

/**
 * Skips when there is nothing to move any more; fails when Nova would refuse the migration, or accept it and let it
 * hang (a source host that is down).
 */
export async function precheckMigration(p: MigrateParameters, context: ActionContext): Promise<Precheck> {
  const { cloud, callSignal } = context;
  const server = await cloud.nova.getServer(p.resource_id, callSignal);
  const name = p.resource_name ?? server?.name ?? p.resource_id;
  if (server === undefined || server.status === 'DELETED' || server.status === 'SOFT_DELETED') {
    return skip(`the instance ${name} does not exist any more`);
  }
  if (server.hostName !== p.source_node) {
    return skip(
      `the instance ${name} is on ${server.hostName ?? 'no host'} and not on ${p.source_node} any more`,
    );
  }
  const why =
    unready(p, server, name) ??
    (await inFlight(p, name, context)) ??
    (await unusable(p.source_node, 'source', context)) ??
    (await unusableTarget(p, context));
  return why === undefined ? PROCEED : { outcome: 'fail', why };
}

function skip(why: string): Precheck {
  return { outcome: 'skip', why };
}

function unready(p: MigrateParameters, server: Server, name: string): string | undefined {
  const statuses = STATUSES[p.migration_type];
  if (!statuses.includes(server.status)) {
    return `The instance ${name} is ${server.status}; a ${p.migration_type} migration needs ${statuses.join(' or ')}`;
  }
  if (server.locked) return `The instance ${name} is locked`;
  if (server.taskState !== undefined) return `Nova is busy with the instance ${name}: ${server.taskState}`;
  return undefined;
}

async function inFlight(
  p: MigrateParameters,
  name: string,
  { cloud, callSignal }: ActionContext,
): Promise<string | undefined> {
  const records = await cloud.nova.listMigrations({ serverId: p.resource_id }, callSignal);
  const record = records.find(({ status }) => !hasEnded(status));
  if (record === undefined) return undefined;
  const to = record.targetHostName ?? 'another host';
  return `Nova's migration ${record.id} of the instance ${name} to ${to} has not ended: it is ${record.status}`;
}

async function unusableTarget(p: MigrateParameters, context: ActionContext): Promise<string | undefined> {
  const target = p.destination_node ?? undefined;
  if (target === undefined) return undefined;
  if (target === p.source_node) return `The destination host ${target} is the source host`;
  return unusable(target, 'destination', context);
}

async function unusable(
  host: string,
  role: 'source' | 'destination',
  { cloud, callSignal }: ActionContext,
): Promise<string | undefined> {
  const services = await cloud.nova.listServices({ binary: 'nova-compute', host }, callSignal);
  const service = services.find(candidate => candidate.host === host);
  if (service === undefined) return `The ${role} host ${host} does not exist: it has no nova-compute service`;
  if (role === 'destination' && service.status !== 'enabled') {
    const reason = service.disabledReason === undefined ? '' : ` (${service.disabledReason})`;
    return `The destination host ${host} is ${service.status}${reason}`;
  }
  return service.up ? undefined : `The ${role} host ${host} is down`;
}
