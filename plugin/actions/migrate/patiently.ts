import { CloudUnreachableError, OpenStackError } from '../../openstack/errors.ts';
import type { ActionContext } from '../action-type.ts';
import { ActionFailedError } from '../errors.ts';

/** No answer, or one that says no more than that the service is in trouble: what was asked for may have been done. */
export function isOutage(error: unknown): error is Error {
  return (
    error instanceof CloudUnreachableError ||
    (error instanceof OpenStackError && (error.status >= 500 || error.status === 429))
  );
}

/**
 * Asks until Nova answers: a migration goes on while Nova's API does not, so an outage must not end the watch over it.
 * Throws what the call throws, or `ActionFailedError` after `outageSeconds`.
 */
export async function patiently<T>(context: ActionContext, call: () => Promise<T>): Promise<T> {
  const { clock, settings } = context;
  const since = clock.now();
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isOutage(error)) throw error;
      const seconds = Math.round((clock.now() - since) / 1000);
      if (seconds >= settings.outageSeconds) {
        throw new ActionFailedError(
          `Nova has not answered for ${seconds} s (${error.message}); whether the migration goes on is not known`,
          { cause: error },
        );
      }
      context.report({ percent: undefined, message: `Waiting for Nova: ${error.message}` });
      await clock.sleep(settings.pollSeconds * 1000);
    }
  }
}
