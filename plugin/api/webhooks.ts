import type { Audit } from '../lifecycle/audit.ts';
import type { ApiContext } from './context.ts';
import { ApiError, missingArgument, notFound } from './errors.ts';
import { readJson } from './json-body.ts';
import type { Route } from './request.ts';
import type { ApiSettings } from './settings.ts';

/** States in which an EVENT audit waits for its event. */
const TRIGGERABLE = ['PENDING', 'SUCCEEDED'];

/** Lets an alarm run an EVENT audit. What it has to say is not looked at, but it must be JSON. */
export function webhookRoutes(
  context: ApiContext,
  { publicWebhooks }: Pick<ApiSettings, 'publicWebhooks'>,
): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/webhooks/:id',
      ...(publicWebhooks ? {} : { rule: 'webhook:trigger' }),
      handle: async request => {
        readJson(request, 'body');
        const identifier = request.params['id']!;
        const audit = await triggerEvent(identifier, context);
        context.audits.trigger(audit.uuid);
        return { status: 202 };
      },
    },
    {
      method: 'POST',
      path: '/webhooks',
      rule: 'webhook:trigger',
      handle: () => {
        throw missingArgument('audit_ident');
      },
    },
  ];
}

/** Throws what becomes 400 or 404. */
async function triggerEvent(
  identifier: string,
  { repositories: { audits }, clock }: ApiContext,
): Promise<Audit> {
  const audit = await audits.findByIdentifier(identifier);
  if (audit === undefined) throw notFound('Audit', identifier);
  const { uuid, auditType, state } = audit;
  if (auditType !== 'EVENT') throw new ApiError('wrong_state', `Audit type ${auditType} is disallowed.`);
  if (!TRIGGERABLE.includes(state)) throw disallowed(state);
  const nextRunAt = new Date(clock.now()).toISOString();
  const triggered = await audits.update(uuid, { nextRunAt }, { state });
  if (triggered !== undefined) return triggered;
  const now = await audits.find(uuid);
  throw now === undefined ? notFound('Audit', identifier) : disallowed(now.state);
}

function disallowed(state: string): ApiError {
  return new ApiError('wrong_state', `Audit state ${state} is disallowed.`);
}
