import type { ActionContext } from '../action-type.ts';
import { ActionCancelledError, ActionFailedError } from '../errors.ts';
import { explainFailure } from './explain.ts';
import { findMove, routeOf } from './move.ts';
import type { Move } from './move.ts';
import type { MigrateParameters } from './parameters.ts';
import { start } from './start.ts';
import { findTrace, LIVE } from './trace.ts';
import type { Before } from './before.ts';
import { verifyArrival } from './verify.ts';
import { watchLive } from './watch-live.ts';
import type { LiveEnd } from './watch-live.ts';

export async function migrateLive(move: Move, context: ActionContext): Promise<void> {
  const { cloud, callSignal } = context;
  const target = { serverId: move.serverId, host: move.target };
  const doubt = await start(move, 'live migration', context, () =>
    cloud.nova.liveMigrate(target, callSignal),
  );
  await conclude(move, context, await watchLive(move, context, doubt));
}

/** As `ActionType.resume`. */
export async function resumeLive(
  p: MigrateParameters,
  context: ActionContext,
  before: Before,
): Promise<boolean> {
  const move = await findMove(p, context, before);
  const trace = await findTrace(move, LIVE, context);
  if (trace === 'begun') await conclude(move, context, await watchLive(move, context, undefined));
  return trace !== 'nothing';
}

/** The record alone does not prove that the instance arrived, nor does the instance that the record is closed. */
async function conclude(move: Move, context: ActionContext, end: LiveEnd): Promise<void> {
  const { id, status } = end.record;
  if (status === 'completed') return verifyArrival(move, context);
  const { settings } = context;
  if (status === 'cancelled') {
    switch (end.interruption) {
      case 'cancelled':
        throw new ActionCancelledError(`Cancelled: ${move.name} stays on ${move.source}.`);
      case 'timed out':
        throw new ActionFailedError(
          `The live migration of ${routeOf(move)} was aborted after ${settings.migrationTimeoutSeconds} s`,
        );
      case 'stalled':
        throw new ActionFailedError(
          `The live migration of ${routeOf(move)} was aborted: it made no progress for ${settings.stallSeconds} s`,
        );
      case undefined:
        throw new ActionFailedError(`Somebody else cancelled Nova's migration ${id} of ${routeOf(move)}`);
    }
  }
  const why = await explainFailure(move, 'live-migration', context);
  throw new ActionFailedError(`Nova's migration ${id} of ${routeOf(move)} ended in ${status}: ${why}`);
}
