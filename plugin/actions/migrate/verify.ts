import type { ActionContext } from '../action-type.ts';
import { ActionFailedError } from '../errors.ts';
import { goneError, hasArrived, routeOf, whereabouts } from './move.ts';
import type { Move } from './move.ts';
import { patiently } from './patiently.ts';

/** Resolves when the server is at rest on its target. Nova may take a moment after it calls the migration completed. */
export async function verifyArrival(move: Move, context: ActionContext): Promise<void> {
  const { clock, settings, cloud, callSignal } = context;
  const deadline = clock.now() + settings.graceSeconds * 1000;
  for (;;) {
    const server = await patiently(context, () => cloud.nova.getServer(move.serverId, callSignal));
    if (server === undefined) throw goneError(move.name);
    if (hasArrived(move, server)) {
      const seconds = Math.round((clock.now() - move.beganAt) / 1000);
      context.report({ percent: 100, message: `${move.name} is on ${server.hostName} after ${seconds} s` });
      return;
    }
    if (server.status === 'ERROR' || clock.now() >= deadline) {
      throw new ActionFailedError(
        `Nova calls the migration of ${routeOf(move)} completed, but the instance is ${whereabouts(server)}`,
        { phase: 'post_condition' },
      );
    }
    await clock.sleep(settings.pollSeconds * 1000);
  }
}
