import { MicroversionError, OpenStackError } from '../../openstack/errors.ts';
import { listServerActions, listServerEvents } from '../../openstack/nova/server-events.ts';
import type { ActionContext } from '../action-type.ts';
import type { Move } from './move.ts';
import { whereabouts } from './move.ts';
import { isOutage } from './patiently.ts';

/** What Nova said of the failure of the last `action` on the server, and where the server is now. */
export async function explainFailure(
  move: Move,
  action: 'live-migration' | 'migrate',
  { cloud, callSignal }: ActionContext,
): Promise<string> {
  try {
    const server = await cloud.nova.getServer(move.serverId, callSignal);
    const place = server === undefined ? 'the instance is gone' : `the instance is ${whereabouts(server)}`;
    const actions = await listServerActions(cloud.session, move.serverId, callSignal);
    const last = actions.find(candidate => candidate.action === action);
    if (last === undefined) return place;
    const { requestId } = last;
    const events = await listServerEvents(cloud.session, { serverId: move.serverId, requestId }, callSignal);
    const details = events.flatMap(event => event.details ?? []);
    return [...new Set(details), place].join('; ');
  } catch (error) {
    // The failure itself is known; its reason only adds to the sentence.
    const expected = isOutage(error) || error instanceof OpenStackError || error instanceof MicroversionError;
    if (!expected) throw error;
    return `Nova does not say why (${error.message})`;
  }
}
