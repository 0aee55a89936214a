import { z } from 'zod';
import { OpenStackError } from '../../openstack/errors.ts';
import { listServerActions } from '../../openstack/nova/server-events.ts';
import type { ServerAction } from '../../openstack/nova/server-events.ts';
import type { ActionContext } from '../action-type.ts';
import { isOutage, patiently } from './patiently.ts';

/** How the server's past looked just before Nova was asked: whatever is newer is ours. Nobody's clock is needed. */
export const beforeSchema = z.object({
  /** 0: there was none. */
  lastMigrationId: z.number(),
  /** Of the last thing asked of the server; null: nothing was, or it cannot be told. */
  lastRequestId: z.string().nullable(),
  status: z.string(),
});

export type Before = Readonly<z.infer<typeof beforeSchema>>;

/** Of the last thing that was asked of the server. */
export async function lastRequestId(serverId: string, context: ActionContext): Promise<string | null> {
  return (await serverActions(serverId, context))[0]?.requestId ?? null;
}

/** What was asked of the server since then. */
export async function askedSince(
  { lastRequestId: last }: Before,
  serverId: string,
  context: ActionContext,
): Promise<readonly ServerAction[]> {
  const asked = await serverActions(serverId, context);
  const index = asked.findIndex(({ requestId }) => requestId === last);
  return index === -1 ? asked : asked.slice(0, index);
}

/** Newest first; none when Nova does not let us see them. */
async function serverActions(serverId: string, context: ActionContext): Promise<readonly ServerAction[]> {
  const { cloud, callSignal } = context;
  try {
    return await patiently(context, () => listServerActions(cloud.session, serverId, callSignal));
  } catch (error) {
    if (error instanceof OpenStackError && !isOutage(error)) return [];
    throw error;
  }
}
