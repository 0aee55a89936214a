import type { Action } from '../lifecycle/action.ts';
import { skipAction } from './action-skip.ts';
import type { ApiContext } from './context.ts';
import { ApiError, missingArgument, notFound } from './errors.ts';
import { readJson, requireUuid } from './json-body.ts';
import { readPatch } from './json-patch.ts';
import { SINCE } from './microversions.ts';
import { ownActions } from './own-rows.ts';
import type { Listing, ListRequest } from './paging.ts';
import { listFromDatabase } from './paging.ts';
import { readRoutes } from './reading.ts';
import type { ApiRequest, Reply, Route } from './request.ts';
import { actionView } from './views/action.ts';

export function actionRoutes(context: ApiContext): readonly Route[] {
  const { actionTypes, maximumLimit, repositories } = context;
  const { actions, actionPlans } = repositories;
  const listing: Listing<Action> = {
    plural: 'actions',
    resource: 'Action',
    sortKeys: {
      id: 'id',
      uuid: 'uuid',
      action_plan_id: 'actionPlanUuid',
      action_plan_uuid: 'actionPlanUuid',
      action_type: 'actionType',
      input_parameters: 'inputParameters',
      state: 'state',
      parents: 'parents',
      status_message: 'statusMessage',
      created_at: 'createdAt',
      updated_at: 'updatedAt',
      deleted_at: 'deletedAt',
    },
    view: (action, request, isDetailed) => actionView(action, request, { actionTypes, isDetailed }),
    markerOf: ({ uuid }) => uuid,
    readMarker: marker => requireUuid('marker', marker),
  };
  const find = async (identifier: string, { showDeleted }: ApiRequest): Promise<Action> => {
    const uuid = requireUuid('action_uuid', identifier);
    const found = await actions.find(uuid, { includeDeleted: showDeleted });
    if (found === undefined) throw notFound('Action', identifier);
    return found;
  };
  const list = async (page: ListRequest): Promise<Reply> =>
    listFromDatabase(listing, page, {
      where: { actionPlanUuid: await plansOf(page.request) },
      list: query => actions.list(query),
    });
  const plansOf = async ({ query, showDeleted }: ApiRequest): Promise<string | string[] | undefined> => {
    const { action_plan_uuid: planUuid, audit_uuid: auditUuid } = query;
    if (planUuid !== undefined && auditUuid !== undefined) {
      throw new ApiError('invalid_input', 'Filtering actions on both audit and action-plan is prohibited');
    }
    if (planUuid !== undefined) return requireUuid('action_plan_uuid', planUuid);
    if (auditUuid === undefined) return undefined;
    const where = { auditUuid: requireUuid('audit_uuid', auditUuid) };
    const plans = await actionPlans.list({ where, includeDeleted: showDeleted });
    return plans.map(({ uuid }) => uuid);
  };

  return [
    ...readRoutes({
      listing,
      rule: 'action',
      filters: ['action_plan_uuid', 'audit_uuid'],
      maximumLimit,
      list,
      find,
      own: (projectId, request) => ownActions(projectId, request, context),
    }),
    {
      method: 'PATCH',
      path: '/actions/:id',
      rule: 'action:update',
      handle: async request => {
        if (request.minor < SINCE.actionPatch) {
          throw new ApiError('not_supported', 'API microversion 1.5 or higher is required.');
        }
        const operations = readPatch(readJson(request, 'patch'));
        const action = await find(request.params['id']!, request);
        return { body: listing.view(await skipAction(action, operations, context), request, true) };
      },
    },
    {
      method: 'PATCH',
      path: '/actions',
      rule: 'action:update',
      handle: () => {
        throw missingArgument('action_uuid');
      },
    },
  ];
}
