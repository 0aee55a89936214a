import { randomUUID } from 'node:crypto';
import type { Audit } from '../lifecycle/audit.ts';
import { AUDIT_TRANSITIONS } from '../lifecycle/audit.ts';
import { statesBefore } from '../lifecycle/transition.ts';
import { patchAudit } from './audit-patch.ts';
import { readAudit } from './audit-body.ts';
import type { ApiContext } from './context.ts';
import { notFound, wrongState } from './errors.ts';
import { goalReading } from './goal-reading.ts';
import { readJson } from './json-body.ts';
import { readPatch } from './json-patch.ts';
import { missingIdentifier } from './reading.ts';
import type { Route } from './request.ts';
import { auditView } from './views/audit.ts';

export function auditRoutes(context: ApiContext): readonly Route[] {
  const { catalogue } = context;
  const { audits } = context.repositories;
  const { listing, find, routes } = goalReading<Audit>(context, {
    plural: 'audits',
    resource: 'Audit',
    rule: 'audit',
    repository: audits,
    sortKeys: {
      audit_type: 'auditType',
      state: 'state',
      parameters: 'parameters',
      interval: 'interval',
      auto_trigger: 'autoTrigger',
      force: 'force',
      next_run_time: 'nextRunAt',
      hostname: 'hostname',
      start_time: 'startAt',
      end_time: 'endAt',
      status_message: 'statusMessage',
    },
    view: (audit, request, isDetailed) => auditView(audit, request, { catalogue, isDetailed }),
  });

  return [
    ...routes,
    {
      method: 'POST',
      path: '/audits',
      rule: 'audit:create',
      handle: async request => {
        const audit = await audits.create({ uuid: randomUUID(), ...(await readAudit(request, context)) });
        context.audits.trigger(audit.uuid);
        return {
          status: 201,
          body: listing.view(audit, request, true),
          location: `${request.baseUrl}/v1/audits/${audit.uuid}`,
        };
      },
    },
    {
      method: 'PATCH',
      path: '/audits/:id',
      rule: 'audit:update',
      handle: async request => {
        const operations = readPatch(readJson(request, 'patch'));
        const audit = await find(request.params['id']!, request);
        return {
          body: listing.view(
            await patchAudit(audit, operations, { context, minor: request.minor }),
            request,
            true,
          ),
        };
      },
    },
    {
      method: 'DELETE',
      path: '/audits/:id',
      rule: 'audit:delete',
      handle: async request => {
        const identifier = request.params['id']!;
        const { uuid } = await find(identifier, request);
        if (await audits.softDelete(uuid, statesBefore(AUDIT_TRANSITIONS, 'DELETED'))) return { status: 204 };
        const now = await audits.find(uuid);
        throw now === undefined ? notFound('Audit', identifier) : wrongState('delete', now.state);
      },
    },
    ...missingIdentifier('audits', 'audit', 'audit'),
  ];
}
