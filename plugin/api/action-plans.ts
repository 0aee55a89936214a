import type { ActionPlan } from '../lifecycle/action-plan.ts';
import { ACTION_PLAN_TRANSITIONS } from '../lifecycle/action-plan.ts';
import { statesBefore } from '../lifecycle/transition.ts';
import type { ApiContext } from './context.ts';
import { notFound, wrongState } from './errors.ts';
import { readJson, requireUuid } from './json-body.ts';
import { readPatch } from './json-patch.ts';
import { ownPlans } from './own-rows.ts';
import type { Listing } from './paging.ts';
import { listFromDatabase } from './paging.ts';
import { patchActionPlan, startActionPlan } from './plan-changes.ts';
import { missingIdentifier, readRoutes } from './reading.ts';
import type { ApiRequest, Route } from './request.ts';
import { actionPlanView } from './views/action-plan.ts';

export function actionPlanRoutes(context: ApiContext): readonly Route[] {
  const { catalogue, maximumLimit } = context;
  const { actionPlans } = context.repositories;
  const listing: Listing<ActionPlan> = {
    plural: 'action_plans',
    resource: 'ActionPlan',
    sortKeys: {
      id: 'id',
      uuid: 'uuid',
      audit_id: 'auditUuid',
      audit_uuid: 'auditUuid',
      strategy_id: 'strategyName',
      strategy_name: 'strategyName',
      strategy_uuid: ({ strategyName }) => catalogue.strategyUuid(strategyName),
      state: 'state',
      global_efficacy: 'globalEfficacy',
      hostname: 'hostname',
      status_message: 'statusMessage',
      created_at: 'createdAt',
      updated_at: 'updatedAt',
      deleted_at: 'deletedAt',
    },
    view: (plan, request, isDetailed) => actionPlanView(plan, request, { catalogue, isDetailed }),
    markerOf: ({ uuid }) => uuid,
    readMarker: marker => requireUuid('marker', marker),
  };
  const find = async (identifier: string, { showDeleted }: ApiRequest): Promise<ActionPlan> => {
    const uuid = requireUuid('action_plan_uuid', identifier);
    const found = await actionPlans.find(uuid, { includeDeleted: showDeleted });
    if (found === undefined) throw notFound('ActionPlan', identifier);
    return found;
  };

  return [
    ...readRoutes({
      listing,
      rule: 'action_plan',
      filters: ['audit_uuid', 'strategy'],
      maximumLimit,
      list: list => {
        const { audit_uuid: auditUuid, strategy } = list.request.query;
        const where = {
          ...catalogue.filter(strategy === undefined ? {} : { strategy }),
          ...(auditUuid === undefined ? {} : { auditUuid: requireUuid('audit_uuid', auditUuid) }),
        };
        return listFromDatabase(listing, list, { where, list: query => actionPlans.list(query) });
      },
      find,
      own: (projectId, request) => ownPlans(projectId, request, context),
    }),
    {
      method: 'POST',
      path: '/action_plans/:id/start',
      rule: 'action_plan:start',
      handle: async request => {
        const { uuid } = await find(request.params['id']!, request);
        return { body: listing.view(await startActionPlan(uuid, context), request, true) };
      },
    },
    {
      method: 'PATCH',
      path: '/action_plans/:id',
      rule: 'action_plan:update',
      handle: async request => {
        const operations = readPatch(readJson(request, 'patch'));
        const plan = await find(request.params['id']!, request);
        return { body: listing.view(await patchActionPlan(plan, operations, context), request, true) };
      },
    },
    {
      method: 'DELETE',
      path: '/action_plans/:id',
      rule: 'action_plan:delete',
      handle: async request => {
        const { uuid } = await find(request.params['id']!, request);
        if (await actionPlans.softDelete(uuid, statesBefore(ACTION_PLAN_TRANSITIONS, 'DELETED'))) {
          return { status: 204 };
        }
        const now = await actionPlans.find(uuid);
        throw now === undefined ? notFound('ActionPlan', uuid) : wrongState('delete', now.state);
      },
    },
    ...missingIdentifier('action_plans', 'action_plan', 'action_plan_uuid'),
  ];
}
