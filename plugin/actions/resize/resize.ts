import { z } from 'zod';
import { PROCEED } from '../action-type.ts';
import type { ActionContext, ActionType, Precheck } from '../action-type.ts';
import { ActionFailedError } from '../errors.ts';
import { lastRequestId } from '../migrate/before.ts';
import { goneError } from '../migrate/move.ts';
import { hasEnded } from '../migrate/records.ts';
import { begin, follow, wasBegun } from './follow.ts';
import { intentSchema } from './resizing.ts';
import type { Intent } from './resizing.ts';

const UUID = /^[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}$/;

const parameters = z.strictObject({
  resource_id: z.string().regex(UUID, 'is not a UUID'),
  /** Id or name. */
  flavor: z.string().min(1),
});

type Parameters = z.infer<typeof parameters>;

/** Gives an instance another flavor and confirms it; Nova stops it meanwhile, and may choose another host for it. */
export const resize: ActionType<Parameters> = {
  name: 'resize',
  description: 'Resize a server with specified flavor.',
  parameters,
  effect: p => ({
    kind: 'move',
    instanceId: p.resource_id,
    sourceHost: undefined,
    targetHost: undefined,
  }),

  precheck,

  async execute(p, context) {
    const { nova } = context.cloud;
    const flavor = await nova.findFlavor(p.flavor, context.callSignal);
    if (flavor === undefined) throw new ActionFailedError(noFlavor(p));
    const intent = await intentOf(p, flavor.name, context);
    const doubt = await begin({ serverId: p.resource_id, flavorId: flavor.id, intent }, context);
    await follow({ serverId: p.resource_id, intent, doubt, beganAt: context.clock.now() }, context);
  },

  async resume(p, context, kept) {
    // It is kept before the request: without it, there was none.
    const intent = intentSchema.safeParse(kept);
    if (!intent.success) return false;
    const resizing = {
      serverId: p.resource_id,
      intent: intent.data,
      doubt: undefined,
      beganAt: context.clock.now(),
    };
    if (!(await wasBegun(resizing, context))) return false;
    await follow(resizing, context);
    return true;
  },
};

async function precheck(p: Parameters, context: ActionContext): Promise<Precheck> {
  const { cloud, callSignal } = context;
  const server = await cloud.nova.getServer(p.resource_id, callSignal);
  if (server === undefined || server.status === 'DELETED' || server.status === 'SOFT_DELETED') {
    return skip(`the instance ${server?.name ?? p.resource_id} does not exist any more`);
  }
  const { name, status } = server;
  const flavor = await cloud.nova.findFlavor(p.flavor, callSignal);
  if (flavor === undefined) return fail(noFlavor(p));
  if (status !== 'ACTIVE' && status !== 'SHUTOFF') {
    return fail(`The instance ${name} is ${status}; a resize needs ACTIVE or SHUTOFF`);
  }
  if (server.flavor.name === flavor.name)
    return skip(`the instance ${name} is of the flavor ${flavor.name} already`);
  if (server.locked) return fail(`The instance ${name} is locked`);
  if (server.taskState !== undefined)
    return fail(`Nova is busy with the instance ${name}: ${server.taskState}`);
  const records = await cloud.nova.listMigrations({ serverId: p.resource_id }, callSignal);
  const record = records.find(one => !hasEnded(one.status));
  if (record === undefined) return PROCEED;
  return fail(`Nova's migration ${record.id} of the instance ${name} has not ended: it is ${record.status}`);
}

async function intentOf(p: Parameters, flavorName: string, context: ActionContext): Promise<Intent> {
  const { nova } = context.cloud;
  const server = await nova.getServer(p.resource_id, context.callSignal);
  if (server === undefined) throw goneError(p.resource_id);
  const records = await nova.listMigrations({ serverId: p.resource_id }, context.callSignal);
  return {
    name: server.name,
    flavorName,
    oldFlavorName: server.flavor.name,
    lastMigrationId: Math.max(0, ...records.map(record => record.id)),
    lastRequestId: await lastRequestId(p.resource_id, context),
    status: server.status,
  };
}

function noFlavor({ flavor }: Parameters): string {
  return `The flavor ${flavor} does not exist`;
}

function skip(why: string): Precheck {
  return { outcome: 'skip', why };
}

function fail(why: string): Precheck {
  return { outcome: 'fail', why };
}
