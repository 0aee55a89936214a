import { randomUUID } from 'node:crypto';
import express from 'express';
import type { Express, RequestHandler } from 'express';
import { actionPlanRoutes } from './action-plans.ts';
import { actionRoutes } from './actions.ts';
import { auditTemplateRoutes } from './audit-templates.ts';
import { auditRoutes } from './audits.ts';
import { authenticate } from './auth.ts';
import { readCatalogue } from './catalogue.ts';
import type { ApiContext } from './context.ts';
import { dataModelRoutes } from './data-model.ts';
import { methodNotAllowed, serveRoot, serveRoutes } from './dispatch.ts';
import { errorReplies } from './error-replies.ts';
import { ApiError } from './errors.ts';
import { crossOrigin } from './cross-origin.ts';
import { baseUrlOf } from './forwarded.ts';
import { healthcheck } from './healthcheck.ts';
import { countRequests, metricsDocument } from './metrics-document.ts';
import { reportingOutages } from './identity-outage.ts';
import { readBodies } from './read-body.ts';
import { openApiDocument } from './openapi/document.ts';
import { beginExchange, canonicalUrl, exchangeOf, send } from './exchange.ts';
import { goalRoutes } from './goals.ts';
import {
  MAXIMUM_VERSION,
  MINIMUM_VERSION,
  SERVICE_TYPE,
  VersionRangeError,
  minorVersion,
} from './microversions.ts';
import type { ApiOptions } from './options.ts';
import { pictureForMembers } from './own-rows.ts';
import { PolicyFile } from './policy/policy-file.ts';
import type { Route } from './request.ts';
import { scoringEngineRoutes } from './scoring-engines.ts';
import { serviceRoutes } from './services.ts';
import type { ApiSettings } from './settings.ts';
import { DEFAULT_API_SETTINGS } from './settings.ts';
import { strategyRoutes } from './strategies.ts';
import { webhookRoutes } from './webhooks.ts';
import { TokenCache } from './token-cache.ts';
import { resourcesDocument, versionsDocument } from './versions.ts';

const DEFAULT_MAXIMUM_LIMIT = 1000;

/** Watcher's API. Gives the goals and strategies their UUIDs first; throws `DatabaseUnavailableError`. */
export async function createApi(options: ApiOptions): Promise<Express> {
  const { repositories, clock, logger, settings = DEFAULT_API_SETTINGS } = options;
  const catalogue = await readCatalogue(repositories.catalogue, options);
  const context = {
    ...options,
    catalogue,
    maximumLimit: options.maximumLimit ?? DEFAULT_MAXIMUM_LIMIT,
    memberPicture: pictureForMembers(options),
  };
  const policy = new PolicyFile({ ...settings.policy, now: () => clock.now(), logger });
  const cache = new TokenCache(reportingOutages(options.tokenValidator, logger), () => clock.now());
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.set('query parser', false);
  app.use(beginning(options.isBehindProxy ?? false));
  if (options.metrics !== undefined) app.use(countRequests(options.metrics));
  const cors = crossOrigin(settings.cors);
  if (cors !== undefined) app.use(cors);
  serveRoot(app, versionsDocument);
  const routes = routesOf(context, settings);
  servePublicDocuments(app, context, { settings, routes });
  app.use(authentication(cache, settings));
  app.use(versionNegotiation);
  for (const handler of readBodies(settings.limits)) app.use(handler);
  serveRoutes(app, routes, { policy, logger, hasProjectView: settings.policy.projectView });
  app.use(() => {
    throw new ApiError('no_route', 'The resource could not be found.');
  });
  app.use(errorReplies(logger, options.identityUrl));
  return app;
}

function routesOf(context: ApiContext, settings: ApiSettings): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/',
      handle: ({ baseUrl, minor }) => ({ body: resourcesDocument(baseUrl, minor) }),
    },
    ...goalRoutes(context),
    ...strategyRoutes(context),
    ...auditTemplateRoutes(context),
    ...auditRoutes(context),
    ...actionPlanRoutes(context),
    ...actionRoutes(context),
    ...webhookRoutes(context, settings),
    ...scoringEngineRoutes(context),
    ...serviceRoutes(context),
    ...dataModelRoutes(context),
  ];
}

/** For everybody who can reach the service: they name no user and hold no row. */
function servePublicDocuments(
  app: Express,
  { repositories, clock, metrics }: ApiContext,
  { settings, routes }: { readonly settings: ApiSettings; readonly routes: readonly Route[] },
): void {
  const askDatabase = () => repositories.services.list();
  const documents: Record<string, RequestHandler> = {
    '/healthcheck': healthcheck(settings.healthcheck, { askDatabase, now: () => clock.now() }),
    '/openapi.json': (request, response) => {
      if (request.method !== 'GET') throw methodNotAllowed(request, response, 'GET');
      send(response, { body: openApiDocument(routes, exchangeOf(response).baseUrl) });
    },
  };
  if (metrics !== undefined && settings.metrics.port === 0) documents['/metrics'] = metricsDocument(metrics);
  for (const [path, serve] of Object.entries(documents)) {
    app.all(path, (request, response, next) => {
      exchangeOf(response).route = path;
      return serve(request, response, next);
    });
  }
}

function beginning(isBehindProxy: boolean): RequestHandler {
  return (request, response, next) => {
    const requestId = `req-${randomUUID()}`;
    beginExchange(response, { requestId, baseUrl: '' });
    response.setHeader('X-Openstack-Request-Id', requestId);
    exchangeOf(response).baseUrl = baseUrlOf(request, isBehindProxy);
    request.url = canonicalUrl(request.url);
    next();
  };
}

function authentication(cache: TokenCache, { publicWebhooks }: ApiSettings): RequestHandler {
  return async (request, response, next) => {
    if (publicWebhooks && request.path.startsWith('/v1/webhooks/')) {
      next();
      return;
    }
    exchangeOf(response).owner = await authenticate(
      {
        token: request.get('x-auth-token') ?? request.get('x-storage-token'),
        serviceToken: request.get('x-service-token'),
      },
      cache,
    );
    next();
  };
}

const versionNegotiation: RequestHandler = (request, response, next) => {
  const announce = (): void => {
    response.vary('OpenStack-API-Version');
    response.setHeader('OpenStack-API-Minimum-Version', MINIMUM_VERSION);
    response.setHeader('OpenStack-API-Maximum-Version', MAXIMUM_VERSION);
  };
  try {
    const minor = minorVersion(request.get('openstack-api-version'));
    announce();
    response.setHeader('OpenStack-API-Version', `${SERVICE_TYPE} 1.${minor}`);
    exchangeOf(response).minor = minor;
  } catch (error) {
    if (error instanceof VersionRangeError) announce();
    throw error;
  }
  next();
};
