import { OpenStackError } from '../../openstack/errors.ts';
import type { ActionContext } from '../action-type.ts';
import { ActionFailedError } from '../errors.ts';
import { routeOf } from './move.ts';
import type { Move } from './move.ts';
import { isOutage } from './patiently.ts';

/**
 * Asks Nova to begin. Such a call is never sent twice; when its answer is lost, Nova's records must tell whether it
 * has begun, and what is returned is the doubt: the sentence to fail with when they tell nothing.
 */
export async function start(
  move: Move,
  kind: string,
  { intend }: Pick<ActionContext, 'intend'>,
  call: () => Promise<void>,
): Promise<string | undefined> {
  await intend(move.before);
  try {
    await call();
    return undefined;
  } catch (error) {
    if (isOutage(error)) return `The ${kind} of ${routeOf(move)} did not begin: ${error.message}`;
    if (!(error instanceof OpenStackError)) throw error;
    const said = error.apiMessage === '' ? `status ${error.status}` : error.apiMessage;
    throw new ActionFailedError(`Nova refused the ${kind} of ${routeOf(move)}: ${said}`, { cause: error });
  }
}
