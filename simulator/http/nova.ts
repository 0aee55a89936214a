import { Router } from 'express';
import type { SimulatorContext } from './context.ts';
import type { Failure } from './context.ts';
import { newRequestId, requireToken } from './context.ts';
import { negotiate } from './microversion.ts';
import { novaFailure } from './nova/failures.ts';
import { hostRoutes } from './nova/hosts.ts';
import { migrationRoutes } from './nova/migrations.ts';
import { serverRoutes } from './nova/servers.ts';

/** Nova 2.1 to 2.100, as far as it is used. */
export function novaRoutes(context: SimulatorContext): Router {
  const router = Router();
  router.use((_request, response, next) => {
    newRequestId(response, ['x-openstack-request-id', 'x-compute-request-id']);
    next();
  });
  router.use(negotiate({ type: 'compute', minimum: [2, 1], maximum: [2, 100], refuse: versionRefusal }));
  router.get('/', (_request, response) => {
    const links = [{ rel: 'self', href: `${context.url()}/compute/v2.1/` }];
    const version = { id: 'v2.1', status: 'CURRENT', version: '2.100', min_version: '2.1' };
    response.json({ version: { ...version, updated: '2013-07-23T11:33:21Z', links } });
  });
  router.use(requireToken(context));
  router.use(serverRoutes(context), migrationRoutes(context), hostRoutes(context));
  router.use(() => {
    throw novaFailure(404, 'The resource could not be found.');
  });
  return router;
}

function versionRefusal(asked: string, why: 'unsupported' | 'malformed'): Failure {
  return why === 'malformed'
    ? novaFailure(
        400,
        `API Version String ${asked} is of invalid format. Must be of format MajorNum.MinorNum.`,
      )
    : novaFailure(406, `Version ${asked} is not supported by the API. Minimum is 2.1 and maximum is 2.100.`);
}
