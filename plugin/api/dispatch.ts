import type { Express, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { ApiError } from './errors.ts';
import { exchangeOf, send, toApiRequest } from './exchange.ts';
import { authorize } from './policy.ts';
import type { Route } from './request.ts';

/** Serves the routes below `/v1`; a path answers 405 to the methods that it does not have, HEAD and OPTIONS among them. */
export function serveRoutes(app: Express, routes: readonly Route[], logger: Logger): void {
  const byPath = Map.groupBy(routes, route => route.path);
  for (const [path, ofPath] of byPath) {
    const methods = new Map(ofPath.map(route => [route.method as string, route]));
    app.all(`/v1${path}`, dispatcher(methods, logger));
  }
}

function dispatcher(methods: ReadonlyMap<string, Route>, logger: Logger): RequestHandler {
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
    if (route.rule !== undefined) authorize(route.rule, owner!);
    const apiRequest = toApiRequest(request, response);
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
