import type { Express, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { ApiError } from './errors.ts';
import { exchangeOf, queryOf, send, toApiRequest } from './exchange.ts';
import type { PolicyFile } from './policy/policy-file.ts';
import type { Route } from './request.ts';

interface Tools {
  readonly policy: PolicyFile;
  /** Those whom a rule refuses may see what is their project's own. */
  readonly hasProjectView: boolean;
  readonly logger: Logger;
}

/** Serves the routes below `/v1`; a path answers 405 to the methods that it does not have, HEAD and OPTIONS among them. */
export function serveRoutes(app: Express, routes: readonly Route[], tools: Tools): void {
  const byPath = Map.groupBy(routes, route => route.path);
  for (const [path, ofPath] of byPath) {
    const methods = new Map(ofPath.map(route => [route.method as string, route]));
    const fetchTarget = routes.find(route => route.path === itemPath(path))?.target;
    app.all(`/v1${path}`, dispatcher(methods, { ...tools, fetchTarget, path: `/v1${path}` }));
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
    hasProjectView,
    logger,
    fetchTarget,
    path,
  }: Tools & { readonly fetchTarget: Route['target']; readonly path: string },
): RequestHandler {
  const allowed = [...methods.keys()].toSorted().join(', ');
  return async (request, response) => {
    exchangeOf(response).route = path;
    const route = methods.get(request.method);
    if (route === undefined) throw methodNotAllowed(request, response, allowed);
    const { owner, requestId } = exchangeOf(response);
    const apiRequest = toApiRequest(request, response);
    const decide = async (): Promise<string | undefined> => {
      if (route.rule === undefined) return undefined;
      const target = fetchTarget === undefined ? undefined : () => fetchTarget(apiRequest);
      return policy.current().scopeOf(route, owner!, { fetchTarget: target, hasProjectView });
    };
    const projectId = await decide();
    requireKnown(apiRequest.query, route.query);
    const reply =
      projectId === undefined
        ? await route.handle(apiRequest)
        : await route.handleOwn!(projectId, apiRequest);
    if (route.method !== 'GET') {
      const { method, path: concrete } = request;
      logger.info(
        { requestId, userId: owner?.userId, method, path: concrete, status: reply.status ?? 200 },
        'changed',
      );
    }
    send(response, reply);
  };
}

/** What everybody may read at the root of the server. */
export function serveRoot(app: Express, body: (baseUrl: string) => object): void {
  app.all('/', (request, response) => {
    exchangeOf(response).route = '/';
    if (request.method !== 'GET') throw methodNotAllowed(request, response, 'GET');
    requireKnown(queryOf(request));
    send(response, { body: body(exchangeOf(response).baseUrl) });
  });
}

function requireKnown(query: Readonly<Record<string, string>>, known: readonly string[] = []): void {
  const unknown = Object.keys(query).find(name => !known.includes(name));
  if (unknown !== undefined) throw new ApiError('invalid_input', `Unknown argument: "${unknown}"`);
}

export function methodNotAllowed({ method }: Request, response: Response, allowed: string): ApiError {
  response.setHeader('Allow', allowed);
  return new ApiError('method_not_allowed', `The method ${method} is not allowed for this resource.`);
}
