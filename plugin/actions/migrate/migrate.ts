import type { ActionContext, ActionType } from '../action-type.ts';
import { PROCEED } from '../action-type.ts';
import { ActionFailedError } from '../errors.ts';
import { migrateCold, resumeCold } from './cold.ts';
import { migrateLive, resumeLive } from './live.ts';
import { beginMove } from './move.ts';
import { migrateParameters } from './parameters.ts';
import type { MigrateParameters } from './parameters.ts';
import { precheckMigration } from './precheck.ts';
import { beforeSchema } from './before.ts';

/** Moves an instance to another host, running (`live`) or shut down meanwhile (`cold`), and makes sure it arrived. */
export const migrate: ActionType<MigrateParameters> = {
  name: 'migrate',
  description: 'Moving a VM instance from source_node to destination_node',
  parameters: migrateParameters,

  effect: p => ({
    kind: 'move',
    instanceId: p.resource_id,
    sourceHost: p.source_node,
    targetHost: p.destination_node ?? undefined,
  }),

  precheck: precheckMigration,

  async execute(p, context) {
    const move = await beginMove(p, context);
    await (p.migration_type === 'live' ? migrateLive(move, context) : migrateCold(move, context));
  },

  async revert(p, context) {
    const back = await wayBack(p, context);
    if (back === undefined) return;
    const check = await precheckMigration(back, context);
    if (check !== PROCEED) {
      throw new ActionFailedError('why' in check ? check.why : 'The way back is not open');
    }
    await migrate.execute(back, context);
  },

  async resume(p, context, intent) {
    // It is kept before each request: without it, there was none.
    const before = beforeSchema.safeParse(intent);
    if (!before.success) return false;
    const resume = p.migration_type === 'live' ? resumeLive : resumeCold;
    return resume(p, context, before.data);
  },
};

/** Undefined when there is nothing to move back. */
async function wayBack(p: MigrateParameters, context: ActionContext): Promise<MigrateParameters | undefined> {
  const server = await context.cloud.nova.getServer(p.resource_id, context.callSignal);
  if (server?.hostName === undefined || server.hostName === p.source_node) return undefined;
  return { ...p, source_node: server.hostName, destination_node: p.source_node };
}
