import { randomUUID } from 'node:crypto';
import type { Audit } from '../lifecycle/audit.ts';
import { AUDIT_TRANSITIONS } from '../lifecycle/audit.ts';
import { statesBefore } from '../lifecycle/transition.ts';
import { patchAudit } from './audit-patch.ts';
import { readAudit } from './audit-body.ts';
import type { ApiContext } from './context.ts';
import { notFound, wrongState } from './errors.ts';
import { readJson, requireUuid } from './json-body.ts';
import { readPatch } from './json-patch.ts';
import type { Listing } from './paging.ts';
import { listFromDatabase } from './paging.ts';
import { missingIdentifier, readRoutes } from './reading.ts';
import type { ApiRequest, Route } from './request.ts';
import { auditView } from './views/audit.ts';

export function auditRoutes(context: ApiContext): readonly Route[] {
  const { catalogue, maximumLimit } = context;
  const { audits } = context.repositories;
  const listing: Listing<Audit> = {
    plural: 'audits',
    resource: 'Audit',
    sortKeys: {
      id: 'id',
      uuid: 'uuid',
      name: 'name',
      audit_type: 'auditType',
      state: 'state',
      parameters: 'parameters',
      interval: 'interval',
      goal_id: 'goalName',
      goal_name: 'goalName',
      goal_uuid: ({ goalName }) => catalogue.goalUuid(goalName),
      strategy_id: 'strategyName',
      strategy_name: 'strategyName',
      strategy_uuid: ({ strategyName }) => strategyName && catalogue.strategyUuid(strategyName),
      scope: 'scope',
      auto_trigger: 'autoTrigger',
      force: 'force',
      next_run_time: 'nextRunAt',
      hostname: 'hostname',
      start_time: 'startAt',
      end_time: 'endAt',
      status_message: 'statusMessage',
      created_at: 'createdAt',
      updated_at: 'updatedAt',
      deleted_at: 'deletedAt',
    },
    view: (audit, request, isDetailed) => auditView(audit, request, { catalogue, isDetailed }),
    markerOf: ({ uuid }) => uuid,
    readMarker: marker => requireUuid('marker', marker),
  };
  const find = async (identifier: string, { showDeleted }: ApiRequest): Promise<Audit> => {
    const found = await audits.findByIdentifier(identifier, { includeDeleted: showDeleted });
    if (found === undefined) throw notFound('Audit', identifier);
    return found;
  };

  return [
    ...readRoutes({
      listing,
      rule: 'audit',
      filters: ['goal', 'strategy'],
      maximumLimit,
      list: list =>
        listFromDatabase(listing, list, {
          where: catalogue.filter(list.request.query),
          list: query => audits.list(query),
        }),
      find,
    }),
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
