import type { ActionContext } from '../action-type.ts';
import { askedSince } from './before.ts';
import { goneError, hasArrived, routeOf } from './move.ts';
import type { Move } from './move.ts';
import { patiently } from './patiently.ts';

/** Nova's names for a way to migrate: of its record, and of what was asked of the server. */
export interface Kind {
  readonly record: 'live-migration' | 'migration';
  readonly action: 'live-migration' | 'migrate';
}

export const LIVE: Kind = { record: 'live-migration', action: 'live-migration' };
export const COLD: Kind = { record: 'migration', action: 'migrate' };

/** What Nova shows of a request whose answer is not known. */
export type Trace = 'begun' | 'arrived' | 'nothing';

/**
 * Looks for what was asked before an interruption. Nova notes a request as it takes it, but the migration's record only
 * later, and the request itself may have been on its way: so nothing is `nothing` only after `acceptanceSeconds`.
 */
export async function findTrace(move: Move, kind: Kind, context: ActionContext): Promise<Trace> {
  const { clock, settings, cloud, callSignal } = context;
  const deadline = clock.now() + settings.acceptanceSeconds * 1000;
  for (;;) {
    const records = await patiently(context, () =>
      cloud.nova.listMigrations({ serverId: move.serverId }, callSignal),
    );
    if (records.some(record => record.type === kind.record && move.isOurs(record))) return 'begun';
    const asked = await askedSince(move.before, move.serverId, context);
    if (asked.some(({ action }) => action === kind.action)) return 'begun';
    const server = await patiently(context, () => cloud.nova.getServer(move.serverId, callSignal));
    if (server === undefined) throw goneError(move.name);
    if (hasArrived(move, server)) return 'arrived';
    if (clock.now() >= deadline) return 'nothing';
    const message = `Looking for the migration of ${routeOf(move)} that was asked for before an interruption`;
    context.report({ percent: undefined, message });
    await clock.sleep(settings.pollSeconds * 1000);
  }
}
