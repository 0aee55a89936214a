import { OpenStackError } from '../../openstack/errors.ts';
import type { Server } from '../../openstack/nova.ts';
import type { ActionContext } from '../action-type.ts';
import { confirmResize } from '../confirm-resize.ts';
import { ActionCancelledError, ActionFailedError } from '../errors.ts';
import { explainFailure } from './explain.ts';
import { findMove, goneError, hasArrived, isAtRest, routeOf, whereabouts } from './move.ts';
import type { Move } from './move.ts';
import type { MigrateParameters } from './parameters.ts';
import { isOutage, patiently } from './patiently.ts';
import { hasEnded } from './records.ts';
import { start } from './start.ts';
import { COLD, findTrace } from './trace.ts';
import type { Before } from './before.ts';
import { verifyArrival } from './verify.ts';

export async function migrateCold(move: Move, context: ActionContext): Promise<void> {
  const { cloud, callSignal } = context;
  const target = { serverId: move.serverId, host: move.target };
  const doubt = await start(move, 'cold migration', context, () =>
    cloud.nova.coldMigrate(target, callSignal),
  );
  await finish(move, context, doubt);
}

/** As `ActionType.resume`. */
export async function resumeCold(
  p: MigrateParameters,
  context: ActionContext,
  before: Before,
): Promise<boolean> {
  const move = await findMove(p, context, before);
  const trace = await findTrace(move, COLD, context);
  if (trace === 'begun') await finish(move, context, undefined);
  return trace !== 'nothing';
}

/** The server waits in VERIFY_RESIZE, switched over to the target, until the migration is confirmed or reverted. */
async function finish(move: Move, context: ActionContext, doubt: string | undefined): Promise<void> {
  const moved = await waitForMove(move, context, doubt);
  if (moved.status !== 'VERIFY_RESIZE') return verifyArrival(move, context);
  if (context.signal.aborted) {
    const back = await revert(move, context);
    throw new ActionCancelledError(`Cancelled: ${back}.`);
  }
  if (move.target !== undefined && moved.hostName !== move.target) {
    const back = await revert(move, context);
    throw new ActionFailedError(
      `Nova moved ${move.name} to ${moved.hostName} and not to ${move.target}; ${back}`,
    );
  }
  await confirm(move, context);
  return verifyArrival(move, context);
}

/** Until the server is in VERIFY_RESIZE, or confirmed on its target already as some clouds do by themselves. */
async function waitForMove(move: Move, context: ActionContext, doubt: string | undefined): Promise<Server> {
  const { clock, settings } = context;
  for (;;) {
    const server = await look(move, context);
    if (server.status === 'VERIFY_RESIZE' && server.taskState === undefined) return server;
    if (hasArrived(move, server)) return server;
    const seconds = (clock.now() - move.beganAt) / 1000;
    if (server.status === 'ERROR' || isAtRest(server)) {
      const record = await lastRecord(move, context);
      const ended = record === undefined ? seconds >= settings.graceSeconds : hasEnded(record.status);
      if (server.status === 'ERROR' || ended)
        throw await failure(move, context, record === undefined ? doubt : undefined);
    }
    if (seconds >= settings.migrationTimeoutSeconds) {
      throw new ActionFailedError(
        `The cold migration of ${routeOf(move)} has not ended after ${Math.round(seconds)} s: the instance is ` +
          `${whereabouts(server)}; it goes on unwatched`,
      );
    }
    context.report({
      percent: undefined,
      message: `Cold migration of ${routeOf(move)}: ${whereabouts(server)}`,
    });
    await clock.sleep(settings.pollSeconds * 1000);
  }
}

async function failure(move: Move, context: ActionContext, doubt: string | undefined): Promise<Error> {
  if (doubt !== undefined) return new ActionFailedError(doubt);
  const why = await explainFailure(move, 'migrate', context);
  return new ActionFailedError(`Nova's cold migration of ${routeOf(move)} failed: ${why}`);
}

/** What Nova refuses to confirm or does not carry out is taken back. */
async function confirm(move: Move, context: ActionContext): Promise<void> {
  const why = await confirmResize(move.serverId, context, async () => {
    const { status } = await look(move, context);
    return { isDone: status !== 'VERIFY_RESIZE' };
  });
  if (why === undefined) return;
  const back = await revert(move, context);
  throw new ActionFailedError(`The cold migration of ${routeOf(move)} was not confirmed (${why}); ${back}`);
}

/** What became of the way back, as the end of a sentence. */
async function revert(move: Move, context: ActionContext): Promise<string> {
  const { cloud, callSignal, clock, settings } = context;
  try {
    await cloud.nova.revertResize(move.serverId, callSignal);
  } catch (error) {
    if (!isOutage(error) && !(error instanceof OpenStackError)) throw error;
    return `Nova did not take it back to ${move.source}: ${error.message}`;
  }
  const deadline = clock.now() + settings.graceSeconds * 1000;
  for (;;) {
    await clock.sleep(settings.pollSeconds * 1000);
    const server = await look(move, context);
    if (server.hostName === move.source && isAtRest(server)) {
      return `${move.name} was taken back to ${move.source}`;
    }
    if (clock.now() >= deadline)
      return `Nova is taking it back to ${move.source}: it is ${whereabouts(server)}`;
  }
}

async function look(move: Move, context: ActionContext): Promise<Server> {
  const { cloud, callSignal } = context;
  const server = await patiently(context, () => cloud.nova.getServer(move.serverId, callSignal));
  if (server === undefined) throw goneError(move.name);
  return server;
}

async function lastRecord(move: Move, context: ActionContext): Promise<{ status: string } | undefined> {
  const { cloud, callSignal } = context;
  const records = await patiently(context, () =>
    cloud.nova.listMigrations({ serverId: move.serverId }, callSignal),
  );
  return records.find(record => record.type === 'migration' && move.isOurs(record));
}
