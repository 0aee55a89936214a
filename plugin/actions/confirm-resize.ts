import { OpenStackError } from '../openstack/errors.ts';
import type { ActionContext } from './action-type.ts';
import { isOutage } from './migrate/patiently.ts';

/**
 * Confirms the server in VERIFY_RESIZE and waits until `look` says that it is done; a confirmation whose answer is lost is sent again.
 * Undefined when it is done, else why not: Nova's refusal, or what `look` saw last when the time was over.
 */
export async function confirmResize(
  serverId: string,
  { cloud, callSignal, clock, settings }: ActionContext,
  look: () => Promise<{ readonly isDone: boolean; readonly why?: string | undefined }>,
): Promise<string | undefined> {
  const deadline = clock.now() + settings.graceSeconds * 1000;
  let heard: 'no' | 'yes' | 'refused' = 'no';
  let why = `Nova has not done it after ${settings.graceSeconds} s`;
  do {
    if (heard === 'no') {
      try {
        await cloud.nova.confirmResize(serverId, callSignal);
        heard = 'yes';
      } catch (error) {
        if (!isOutage(error) && !(error instanceof OpenStackError)) throw error;
        if (!isOutage(error)) heard = 'refused';
        why = error.message;
      }
    }
    await clock.sleep(settings.pollSeconds * 1000);
    const seen = await look();
    if (seen.isDone) return undefined;
    why = seen.why ?? why;
  } while (heard !== 'refused' && clock.now() < deadline);
  return why;
}
