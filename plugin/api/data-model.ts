import type { ClusterModel } from '../../cluster/cluster-model.ts';
import { applyScope } from '../../cluster/scope/apply-scope.ts';
import { parseScope } from '../../cluster/scope/parse-scope.ts';
import type { ApiContext } from './context.ts';
import { ApiError, notFound } from './errors.ts';
import { requireUuid } from './json-body.ts';
import { SINCE } from './microversions.ts';
import type { ApiRequest, Route } from './request.ts';
import { dataModelView, ownDataModelView } from './views/data-model.ts';

/** The picture of the cloud that audits decide on, whole or as one of them may see it. */
export function dataModelRoutes(context: ApiContext): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/data_model',
      rule: 'data_model:get_all',
      query: ['data_model_type', 'audit_uuid'],
      handleOwn: async (projectId, request) => {
        requireVersion(request);
        requireCompute(request);
        const cluster = await collect(request, { clusterPicture: context.memberPicture });
        return { body: ownDataModelView(cluster, projectId, request.minor) };
      },
      handle: async request => {
        requireVersion(request);
        const scope = await scopeOf(request, context);
        requireCompute(request);
        const cluster = await collect(request, context);
        return { body: dataModelView(applyScope(cluster, parseScope(scope)).model, request.minor) };
      },
    },
  ];
}

function requireVersion({ minor }: ApiRequest): void {
  if (minor < SINCE.dataModel) throw new ApiError('not_acceptable', 'Request not acceptable.');
}

function requireCompute({ query: { data_model_type: type = 'compute' } }: ApiRequest): void {
  if (type !== 'compute') throw new ApiError('not_found', `The ${type} data model could not be found`);
}

/** Of the audit that is asked for; everything without one. */
async function scopeOf({ query }: ApiRequest, { repositories }: ApiContext): Promise<readonly unknown[]> {
  const identifier = query['audit_uuid'];
  if (identifier === undefined) return [];
  const audit = await repositories.audits.find(requireUuid('audit_uuid', identifier));
  if (audit === undefined) throw notFound('Audit', identifier);
  return audit.scope;
}

async function collect(
  { signal }: ApiRequest,
  { clusterPicture }: Pick<ApiContext, 'clusterPicture'>,
): Promise<ClusterModel> {
  try {
    return await clusterPicture.take(signal);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? `: ${error.message}` : '';
    throw new ApiError('cloud_unavailable', `The cloud cannot be looked at now${why}`, { cause: error });
  }
}
