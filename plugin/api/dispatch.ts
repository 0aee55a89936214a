import type { Express, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { ApiError } from './errors.ts';
import { exchangeOf, send, toApiRequest } from './exchange.ts';
import type { PolicyFile } from './policy/policy-file.ts';
import type { Route } from './request.ts';

/** Serves the routes below `/v1`; a path answers 405 to the methods that it does not have, HEAD and OPTIONS among them. */
export function serveRoutes(
  app: Express,
  routes: readonly Route[],
  tools: { readonly policy: PolicyFile; readonly logger: Logger },
): void {
  const byPath = Map.groupBy(routes, route => route.path);
  for (const [path, ofPath] of byPath) {
    const methods = new Map(ofPath.map(route => [route.method as string, route]));
    const fetchTarget = routes.find(route => route.path === itemPath(path))?.target;
    app.all(`/v1${path}`, dispatcher(methods, { ...tools, fetchTarget }));
  }
}

/** `/action_plans/:id` of `/action_plans/:id/start`: who may start a plan can depend on the plan. */
function itemPath(path: string): string {
  return path.split('/').slice(0, 3).join('/');
}

function dispatcher(
  methods: ReadonlyMap<string, Route>,
  {
    policy,
    logger,
    fetchTarget,
  }: { readonly policy: PolicyFile; readonly logger: Logger; readonly fetchTarget: Route['target'] },
): RequestHandler {
  const allowed = [...methods.keys()].toSorted().join(', ');
  return async (request, response) => {
    const route = methods.get(request.method);
    if (route === undefined) {
      response.setHeader('Allow', allowed);
      throw new ApiError(
        'method_not_allowed',
        `The method ${request.method} is not allowed for this resource.`,
      );
    }
    const { owner, requestId } = exchangeOf(response);
    const apiRequest = toApiRequest(request, response);
    if (route.rule !== undefined) {
      const target = fetchTarget === undefined ? undefined : () => fetchTarget(apiRequest);
      await policy.current().authorize(route.rule, owner!, target);
    }
    const unknown = Object.keys(apiRequest.query).find(name => !(route.query ?? []).includes(name));
    if (unknown !== undefined) throw new ApiError('invalid_input', `Unknown argument: "${unknown}"`);
    const reply = await route.handle(apiRequest);
    if (route.method !== 'GET') {
      const { method, path } = request;
      logger.info({ requestId, userId: owner!.userId, method, path, status: reply.status ?? 200 }, 'changed');
    }
    send(response, reply);
  };
}
