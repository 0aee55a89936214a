import { MicroversionError, OpenStackError } from '../../openstack/errors.ts';
import { listServerActions, listServerEvents } from '../../openstack/nova/server-events.ts';
import type { ActionContext } from '../action-type.ts';
import type { Move } from './move.ts';
import { whereabouts } from './move.ts';
import { isOutage } from './patiently.ts';

/** How often Nova is asked while it has not noted the end of every step: it does so just after it ends the migration. */
const LOOKS = 5;

/** What Nova said of the failure of the last `action` on the server, and where the server is now. */
export async function explainFailure(
  move: Pick<Move, 'serverId'>,
  action: 'live-migration' | 'migrate' | 'resize',
  context: ActionContext,
): Promise<string> {
  const { cloud, callSignal } = context;
  try {
    const details = await detailsOf(move, action, context);
    const server = await cloud.nova.getServer(move.serverId, callSignal);
    const place = server === undefined ? 'the instance is gone' : `the instance is ${whereabouts(server)}`;
    return [...new Set(details), place].join('; ');
  } catch (error) {
    // The failure itself is known; its reason only adds to the sentence.
    const expected = isOutage(error) || error instanceof OpenStackError || error instanceof MicroversionError;
    if (!expected) throw error;
    return `Nova does not say why (${error.message})`;
  }
}

async function detailsOf(
  move: Pick<Move, 'serverId'>,
  action: string,
  context: ActionContext,
): Promise<string[]> {
  const { cloud, callSignal, clock, settings } = context;
  const { session } = cloud;
  const { serverId } = move;
  const actions = await listServerActions(session, serverId, callSignal);
  const last = actions.find(candidate => candidate.action === action);
  if (last === undefined) return [];
  for (let look = 1; ; look += 1) {
    const events = await listServerEvents(session, { serverId, requestId: last.requestId }, callSignal);
    if (look === LOOKS || events.every(event => event.result !== undefined)) {
      return events.flatMap(event => event.details ?? []);
    }
    await clock.sleep(settings.pollSeconds * 1000);
  }
}
