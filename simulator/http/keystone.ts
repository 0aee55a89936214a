import { Router } from 'express';
import { z } from 'zod';
import type { SimulatorContext } from './context.ts';
import { DOMAIN, Failure, newRequestId, PROJECT_ID, REGION, USER_ID } from './context.ts';
import type { SimulatedToken } from './tokens.ts';

/** The one user that the simulated cloud has. */
export const CREDENTIALS = { userName: 'admin', password: 'simulator', projectName: 'admin' } as const;

const PATHS: readonly (readonly [type: string, name: string, path: string])[] = [
  ['identity', 'keystone', '/identity/v3'],
  ['compute', 'nova', '/compute/v2.1'],
  ['placement', 'placement', '/placement'],
  ['metric', 'gnocchi', '/metric'],
  ['network', 'neutron', '/network'],
  ['volumev3', 'cinderv3', `/volume/v3/${PROJECT_ID}`],
  ['image', 'glance', '/image'],
];

const LOGIN = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.array(z.string()),
      password: z
        .object({
          user: z.object({ id: z.string().optional(), name: z.string().optional(), password: z.string() }),
        })
        .optional(),
    }),
    scope: z.unknown().optional(),
  }),
});

/** Keystone v3: logging in, and telling whose token it is. */
export function keystoneRoutes(context: SimulatorContext): Router {
  const router = Router();
  const { tokens } = context;
  router.use((_request, response, next) => {
    newRequestId(response, ['x-openstack-request-id']);
    response.setHeader('Vary', 'X-Auth-Token');
    next();
  });
  router.get('/v3', (_request, response) => {
    const links = [{ rel: 'self', href: `${context.url()}/identity/v3/` }];
    response.json({ version: { id: 'v3.14', status: 'stable', updated: '2020-04-07T00:00:00Z', links } });
  });
  router.post('/v3/auth/tokens', (request, response) => {
    const login = LOGIN.safeParse(request.body);
    if (!login.success) throw failure(400, 'Bad Request', 'Invalid input for login: it is malformed');
    const user = login.data.auth.identity.password?.user;
    const isKnown = user?.name === CREDENTIALS.userName || user?.id === USER_ID;
    if (!isKnown || user?.password !== CREDENTIALS.password) {
      throw failure(401, 'Unauthorized', 'The request you have made requires authentication.');
    }
    const token = tokens.issue(CREDENTIALS.projectName);
    response.setHeader('X-Subject-Token', token.id);
    response.status(201).json({ token: { ...bodyOf(token), catalog: catalogue(context) } });
  });
  router.get('/v3/auth/tokens', (request, response) => {
    if (!tokens.isValid(request.get('x-auth-token'))) {
      throw failure(401, 'Unauthorized', 'The request you have made requires authentication.');
    }
    const token = tokens.find(request.get('x-subject-token'));
    if (token === undefined) throw failure(404, 'Not Found', 'Could not recognize Fernet token');
    response.setHeader('X-Subject-Token', token.id);
    const isWithout = request.query['nocatalog'] !== undefined;
    response.json({
      token: { ...bodyOf(token), ...(isWithout ? {} : { catalog: catalogue(context) }) },
    });
  });
  router.get('/v3/role_assignments', (request, response) => {
    if (!tokens.isValid(request.get('x-auth-token'))) {
      throw failure(401, 'Unauthorized', 'The request you have made requires authentication.');
    }
    const project = { domain: DOMAIN, id: PROJECT_ID, name: CREDENTIALS.projectName };
    const user = { domain: DOMAIN, id: USER_ID, name: CREDENTIALS.userName };
    response.json({
      role_assignments: [{ role: { id: 'role-admin', name: 'admin' }, user, scope: { project }, links: {} }],
      links: { next: null, self: request.originalUrl, previous: null },
    });
  });
  return router;
}

function failure(code: number, title: string, message: string): Failure {
  return new Failure(code, { error: { code, message, title } });
}

function bodyOf({ issuedAt, expiresAt, projectName }: SimulatedToken): object {
  const instant = (at: number) => new Date(at * 1000).toISOString().replace('Z', '000Z');
  return {
    methods: ['password'],
    user: { domain: DOMAIN, id: USER_ID, name: CREDENTIALS.userName, password_expires_at: null },
    audit_ids: ['Flfz9FtRQbec5HDqwUVR5Q'],
    expires_at: instant(expiresAt),
    issued_at: instant(issuedAt),
    project: { domain: DOMAIN, id: PROJECT_ID, name: projectName },
    is_domain: false,
    roles: ['manager', 'admin', 'reader', 'member'].map(name => ({ id: `role-${name}`, name })),
  };
}

function catalogue({ url, guestServices }: SimulatorContext): object[] {
  const own = PATHS.map(([type, name, path]) => [type, name, url() + path] as const);
  const others = [...guestServices].map(([type, at]) => [type, type, at] as const);
  return [...own, ...others].map(([type, name, at]) => ({
    id: `service-${type}`,
    type,
    name,
    endpoints: ['public', 'internal', 'admin'].map(kind => ({
      id: `${type}-${kind}`,
      interface: kind,
      region_id: REGION,
      region: REGION,
      url: at,
    })),
  }));
}
