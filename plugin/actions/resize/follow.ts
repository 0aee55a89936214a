import { OpenStackError } from '../../openstack/errors.ts';
import type { Server } from '../../openstack/nova.ts';
import type { ActionContext } from '../action-type.ts';
import { confirmResize } from '../confirm-resize.ts';
import { ActionCancelledError, ActionFailedError } from '../errors.ts';
import { askedSince } from '../migrate/before.ts';
import { explainFailure } from '../migrate/explain.ts';
import { goneError, isAtRest, whereabouts } from '../migrate/move.ts';
import { isOutage, patiently } from '../migrate/patiently.ts';
import { hasEnded } from '../migrate/records.ts';
import { changeOf, isDone } from './resizing.ts';
import type { Intent, Resizing } from './resizing.ts';

/**
 * Asks Nova to begin, once. When its answer is lost, Nova's records must tell whether it has begun, and what is returned is the sentence
 * to fail with when they tell nothing.
 */
export async function begin(
  change: { readonly serverId: string; readonly flavorId: string; readonly intent: Intent },
  context: ActionContext,
): Promise<string | undefined> {
  const { intent } = change;
  await context.intend(intent);
  try {
    await context.cloud.nova.resize(change, context.callSignal);
    return undefined;
  } catch (error) {
    if (isOutage(error)) return `The resize of ${changeOf(intent)} did not begin: ${error.message}`;
    if (!(error instanceof OpenStackError)) throw error;
    const said = error.apiMessage === '' ? `status ${error.status}` : error.apiMessage;
    throw new ActionFailedError(`Nova refused the resize of ${changeOf(intent)}: ${said}`, { cause: error });
  }
}

/** Follows a resize to its end; confirms it, or takes it back when the action was cancelled. Throws as `ActionType.execute`. */
export async function follow(resizing: Resizing, context: ActionContext): Promise<void> {
  const { intent } = resizing;
  const server = await waitForNova(resizing, context);
  if (server.status === 'VERIFY_RESIZE') {
    if (context.signal.aborted) {
      throw new ActionCancelledError(`Cancelled: ${await takeBack(resizing, context)}.`);
    }
    await confirm(resizing, context);
  }
  const seconds = Math.round((context.clock.now() - resizing.beganAt) / 1000);
  context.report({ percent: 100, message: `${intent.name} is ${intent.flavorName} after ${seconds} s` });
}

/**
 * Whether Nova has taken the request that was interrupted. Nova notes it as it takes it, but it may have been on its way: so it counts as
 * never sent only after `acceptanceSeconds`.
 */
export async function wasBegun(resizing: Resizing, context: ActionContext): Promise<boolean> {
  const { clock, settings } = context;
  const deadline = clock.now() + settings.acceptanceSeconds * 1000;
  for (;;) {
    if (isDone(resizing, await look(resizing, context))) return true;
    if ((await recordOf(resizing, context)) !== undefined) return true;
    const asked = await askedSince(resizing.intent, resizing.serverId, context);
    if (asked.some(({ action }) => action === 'resize')) return true;
    if (clock.now() >= deadline) return false;
    await clock.sleep(settings.pollSeconds * 1000);
  }
}

/** Until the server is in VERIFY_RESIZE, or has its flavor for good already as in clouds that confirm by themselves. */
async function waitForNova(resizing: Resizing, context: ActionContext): Promise<Server> {
  const { clock, settings } = context;
  for (;;) {
    const server = await look(resizing, context);
    if (server.status === 'VERIFY_RESIZE' && server.taskState === undefined) return server;
    if (isDone(resizing, server)) return server;
    const seconds = (clock.now() - resizing.beganAt) / 1000;
    if (server.status === 'ERROR' || (isAtRest(server) && (await hasGivenUp(resizing, seconds, context)))) {
      throw await failure(resizing, context);
    }
    if (seconds >= settings.migrationTimeoutSeconds) {
      throw new ActionFailedError(
        `The resize of ${changeOf(resizing.intent)} has not ended after ${Math.round(seconds)} s: the instance is ` +
          `${whereabouts(server)}; it goes on unwatched`,
      );
    }
    const message = `Resize of ${changeOf(resizing.intent)}: ${whereabouts(server)}`;
    context.report({ percent: undefined, message });
    await clock.sleep(settings.pollSeconds * 1000);
  }
}

/** The server rests with its old flavor: Nova's record has ended, or there is still none after a while. */
async function hasGivenUp(resizing: Resizing, seconds: number, context: ActionContext): Promise<boolean> {
  const record = await recordOf(resizing, context);
  return record === undefined ? seconds >= context.settings.graceSeconds : hasEnded(record.status);
}

async function failure(resizing: Resizing, context: ActionContext): Promise<Error> {
  const { intent, serverId, doubt } = resizing;
  if (doubt !== undefined && (await recordOf(resizing, context)) === undefined)
    return new ActionFailedError(doubt);
  const why = await explainFailure({ serverId }, 'resize', context);
  return new ActionFailedError(`Nova's resize of ${changeOf(intent)} failed: ${why}`);
}

/** What Nova refuses to confirm or does not carry out is taken back. */
async function confirm(resizing: Resizing, context: ActionContext): Promise<void> {
  const why = await confirmResize(resizing.serverId, context, async () => {
    const server = await look(resizing, context);
    const rests = server.status !== 'VERIFY_RESIZE' && server.taskState === undefined;
    return {
      isDone: isDone(resizing, server),
      why: rests ? `the instance is ${whereabouts(server)}` : undefined,
    };
  });
  if (why === undefined) return;
  const back = await takeBack(resizing, context);
  throw new ActionFailedError(
    `The resize of ${changeOf(resizing.intent)} was not confirmed (${why}); ${back}`,
    {
      phase: 'post_condition',
    },
  );
}

/** What became of the way back, as the end of a sentence. */
async function takeBack(resizing: Resizing, context: ActionContext): Promise<string> {
  const { cloud, callSignal, clock, settings } = context;
  const { name, oldFlavorName } = resizing.intent;
  try {
    await cloud.nova.revertResize(resizing.serverId, callSignal);
  } catch (error) {
    if (!isOutage(error) && !(error instanceof OpenStackError)) throw error;
    return `Nova did not take it back to ${oldFlavorName}: ${error.message}`;
  }
  const deadline = clock.now() + settings.graceSeconds * 1000;
  for (;;) {
    await clock.sleep(settings.pollSeconds * 1000);
    const server = await look(resizing, context);
    if (server.flavor.name === oldFlavorName && isAtRest(server)) return `${name} is ${oldFlavorName} again`;
    if (clock.now() >= deadline)
      return `Nova is taking it back to ${oldFlavorName}: it is ${whereabouts(server)}`;
  }
}

async function look({ serverId, intent }: Resizing, context: ActionContext): Promise<Server> {
  const { cloud, callSignal } = context;
  const server = await patiently(context, () => cloud.nova.getServer(serverId, callSignal));
  if (server === undefined) throw goneError(intent.name);
  return server;
}

async function recordOf(
  { serverId, intent }: Resizing,
  context: ActionContext,
): Promise<{ readonly status: string } | undefined> {
  const { cloud, callSignal } = context;
  const records = await patiently(context, () => cloud.nova.listMigrations({ serverId }, callSignal));
  return records.find(({ id, type }) => type === 'resize' && id > intent.lastMigrationId);
}
