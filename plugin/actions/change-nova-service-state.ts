import { z } from 'zod';
import type { NovaService } from '../openstack/nova.ts';
import { PROCEED } from './action-type.ts';
import type { ActionContext, ActionType } from './action-type.ts';
import { ActionFailedError } from './errors.ts';

const parameters = z.strictObject({
  /** UUID of the service, or its host's name. */
  resource_id: z.string().min(1),
  /** Name of the host. */
  resource_name: z.string().min(1).optional(),
  /** Watcher's form allows `up` and `down` too, which no API can bring about. */
  state: z.enum(['up', 'down', 'enabled', 'disabled']),
  disabled_reason: z.string().min(1).optional(),
});

type Parameters = z.infer<typeof parameters>;

/** Watcher's own reasons begin with `watcher_`. */
const DEFAULT_REASON = 'watcher_disabled';

/** Lets a host take new instances, or not; those that it has run on. */
export const changeNovaServiceState: ActionType<Parameters> = {
  name: 'change_nova_service_state',
  description:
    'Disables or enables the nova-compute service. A disabled nova-compute service can not be selected by the nova ' +
    'for future deployment of new server.',
  parameters,
  effect: p => ({ kind: 'service', host: hostOf(p) }),

  async precheck(p, context) {
    if (p.state === 'up' || p.state === 'down') {
      return { outcome: 'fail', why: `The state ${p.state} cannot be set, only enabled and disabled` };
    }
    const service = await findService(p, context);
    if (service === undefined) return { outcome: 'skip', why: missing(p) };
    if (service.status === p.state) {
      return { outcome: 'skip', why: `the nova-compute service on ${service.host} is ${p.state} already` };
    }
    if (service.id === undefined) {
      return {
        outcome: 'fail',
        why: `The nova-compute service on ${service.host} is in a cell that is down`,
      };
    }
    return PROCEED;
  },

  async execute(p, context) {
    const { cloud, callSignal } = context;
    const service = await findService(p, context);
    if (service?.id === undefined) throw new ActionFailedError(missing(p));
    const status = p.state === 'disabled' ? 'disabled' : 'enabled';
    const disabledReason = p.disabled_reason ?? DEFAULT_REASON;
    await context.intend({ status });
    await cloud.nova.updateService({ serviceId: service.id, status, disabledReason }, callSignal);
    const now = (await findService(p, context))?.status;
    if (now !== status) {
      throw new ActionFailedError(
        `The nova-compute service on ${service.host} is ${now ?? 'gone'} and not ${status}`,
        { phase: 'post_condition' },
      );
    }
    context.report({ percent: 100, message: `The nova-compute service on ${service.host} is ${status}` });
  },

  async revert(p, context) {
    await changeNovaServiceState.execute(
      { ...p, state: p.state === 'disabled' ? 'enabled' : 'disabled' },
      context,
    );
  },

  async resume(p, context) {
    return (await findService(p, context))?.status === p.state;
  },
};

function hostOf(p: Parameters): string {
  return p.resource_name ?? p.resource_id;
}

function missing(p: Parameters): string {
  return `the host ${hostOf(p)} has no nova-compute service`;
}

async function findService(
  p: Parameters,
  { cloud, callSignal }: ActionContext,
): Promise<NovaService | undefined> {
  const services = await cloud.nova.listServices({ binary: 'nova-compute' }, callSignal);
  return services.find(({ host }) => host === hostOf(p)) ?? services.find(({ id }) => id === p.resource_id);
}
