import type { ActionPlan } from '../lifecycle/action-plan.ts';
import type { Action } from '../lifecycle/action.ts';
import type { ClusterModel } from '../../cluster/cluster-model.ts';
import type { ApiContext } from './context.ts';
import { ApiError } from './errors.ts';
import { requireUuid } from './json-body.ts';
import type { ApiOptions } from './options.ts';
import type { ApiRequest } from './request.ts';

/** Plans that are looked through, the newest: what anybody may ask for must not read the whole history. */
const MAXIMUM_PLANS = 200;
/** Parameters that say what is done to an instance and not where. */
const SHOWN_PARAMETERS = ['resource_id', 'resource_name', 'migration_type', 'flavor'];

/** Collecting the cloud is much work: members make the service do it once a minute at most. */
const FRESH_MILLISECONDS = 60_000;

type Context = Pick<ApiContext, 'repositories' | 'memberPicture' | 'catalogue'>;

/** The same picture again for a minute. */
export function pictureForMembers({
  clusterPicture,
  clock,
}: Pick<ApiOptions, 'clusterPicture' | 'clock'>): ApiOptions['clusterPicture'] {
  let kept: { readonly model: ClusterModel; readonly at: number } | undefined;
  return {
    async take(signal) {
      if (kept !== undefined && Math.abs(clock.now() - kept.at) < FRESH_MILLISECONDS) return kept.model;
      const model = await clusterPicture.take(signal);
      kept = { model, at: clock.now() };
      return model;
    },
  };
}

/** Actions on the project's own instances, without what concerns others: hosts, reasons, neighbours. */
export async function ownActions(
  projectId: string,
  request: ApiRequest,
  context: Context,
): Promise<readonly Action[]> {
  const { action_plan_uuid: plan, audit_uuid: audit } = request.query;
  const planUuid = plan === undefined ? undefined : requireUuid('action_plan_uuid', plan);
  const where = audit === undefined ? {} : { auditUuid: requireUuid('audit_uuid', audit) };
  const found = await look(projectId, request, context, where);
  const wanted = found.actions.filter(action => planUuid === undefined || action.actionPlanUuid === planUuid);
  const visible = new Set(wanted.map(({ uuid }) => uuid));
  return wanted.map(action => ({
    ...action,
    inputParameters: Object.fromEntries(
      Object.entries(action.inputParameters).filter(([name]) => SHOWN_PARAMETERS.includes(name)),
    ),
    parents: action.parents.filter(parent => visible.has(parent)),
    reason: null,
    statusMessage: null,
  }));
}

/** Plans all of whose actions are on the project's own instances, without figures of the whole cloud. */
export async function ownPlans(
  projectId: string,
  request: ApiRequest,
  context: Context,
): Promise<readonly ActionPlan[]> {
  const { audit_uuid: audit, strategy } = request.query;
  const { plans, all, actions } = await look(projectId, request, context, {
    ...(strategy === undefined ? {} : { strategyName: context.catalogue.filter({ strategy }).strategyName }),
    ...(audit === undefined ? {} : { auditUuid: requireUuid('audit_uuid', audit) }),
  });
  const total = Map.groupBy(all, ({ actionPlanUuid }) => actionPlanUuid);
  const own = Map.groupBy(actions, ({ actionPlanUuid }) => actionPlanUuid);
  return plans
    .filter(({ uuid }) => own.has(uuid) && own.get(uuid)!.length === total.get(uuid)!.length)
    .map(plan => ({
      ...plan,
      efficacyIndicators: [],
      globalEfficacy: [],
      hostname: null,
      statusMessage: null,
    }));
}

/** UUIDs of the instances that the project has now. Throws what becomes 503. */
async function instancesOf(
  projectId: string,
  { signal }: ApiRequest,
  { memberPicture }: Context,
): Promise<ReadonlySet<string>> {
  try {
    const { instances } = await memberPicture.take(signal);
    return new Set(
      instances.filter(instance => instance.projectId === projectId).map(({ id }) => id.toLowerCase()),
    );
  } catch (error) {
    throw new ApiError('cloud_unavailable', 'The cloud cannot be looked at now.', { cause: error });
  }
}

async function look(
  projectId: string,
  request: ApiRequest,
  context: Context,
  where: { readonly auditUuid?: string; readonly strategyName?: string | readonly string[] | undefined },
): Promise<{
  readonly plans: readonly ActionPlan[];
  readonly all: readonly Action[];
  readonly actions: readonly Action[];
}> {
  const { actionPlans, actions } = context.repositories;
  const instances = await instancesOf(projectId, request, context);
  if (instances.size === 0) return { plans: [], all: [], actions: [] };
  const plans = await actionPlans.list({ where, sortKey: 'id', sortDirection: 'desc', limit: MAXIMUM_PLANS });
  const all = await actions.list({ where: { actionPlanUuid: plans.map(({ uuid }) => uuid) } });
  const isOwn = ({ inputParameters }: Action): boolean => {
    const resource = inputParameters['resource_id'];
    return typeof resource === 'string' && instances.has(resource.toLowerCase());
  };
  return { plans, all, actions: all.filter(isOwn) };
}
