import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { ErrorRequestHandler, Express } from 'express';
import type { CallFault } from '../world/faults.ts';
import { Refusal } from '../world/refusal.ts';
import type { World } from '../world/world.ts';
import { CallFaults } from './call-faults.ts';
import type { SimulatorContext } from './context.ts';
import { Failure, PROJECT_ID } from './context.ts';
import { controlRoutes } from './control.ts';
import { cinderRoutes, cinderVersions, glanceRoutes, neutronRoutes } from './devices.ts';
import { gnocchiRoutes } from './gnocchi.ts';
import { CREDENTIALS, keystoneRoutes } from './keystone.ts';
import { novaRoutes } from './nova.ts';
import { novaRefusal } from './nova/failures.ts';
import { placementRoutes } from './placement.ts';
import { Tokens } from './tokens.ts';

export interface SimulatorOptions {
  readonly world: World;
  /** Epoch milliseconds; each call lets the world's time pass until then. */
  readonly now: () => number;
  /** Default 127.0.0.1, and any free port. */
  readonly host?: string;
  readonly port?: number;
  readonly callFaults?: readonly CallFault[];
}

export interface Simulator {
  readonly url: string;
  readonly faults: CallFaults;
  readonly tokens: Tokens;
  /** How to log in, in the variables that OpenStack's clients read. */
  readonly environment: Readonly<Record<string, string>>;
  /** Puts another service into the catalogue. */
  register(type: string, url: string): void;
  close(): Promise<void>;
}

/** The address is taken or not allowed: one sentence that names it. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';
  readonly code = 'simulator_cannot_listen';
}

const MAXIMUM_BODY = '16mb';

/** Serves Keystone, Nova, Placement, Gnocchi, Neutron, Cinder and Glance at one address. Throws `SimulatorError`. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { world, now } = options;
  const faults = new CallFaults(world.settings.seed, options.callFaults);
  const tokens = new Tokens(() => now() / 1000);
  let url = '';
  const guestServices = new Map<string, string>();
  const server = createServer(appOf({ world, tokens, faults, guestServices, url: () => url }, now));
  const [host, port] = [options.host ?? '127.0.0.1', options.port ?? 0];
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'something else listens there' : error.message;
      reject(new SimulatorError(`The simulator cannot listen on ${host}:${port}: ${why}.`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
  url = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    faults,
    tokens,
    environment: environmentOf(url),
    register: (type, at) => {
      guestServices.set(type, at);
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>(resolve => {
        server.close(() => resolve());
      });
    },
  };
}

function environmentOf(url: string): Record<string, string> {
  return {
    OS_AUTH_URL: `${url}/identity/v3`,
    OS_IDENTITY_API_VERSION: '3',
    OS_AUTH_TYPE: 'password',
    OS_USERNAME: CREDENTIALS.userName,
    OS_PASSWORD: CREDENTIALS.password,
    OS_PROJECT_NAME: CREDENTIALS.projectName,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: 'RegionOne',
    OS_INTERFACE: 'public',
  };
}

function appOf(context: SimulatorContext, now: () => number): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_request, _response, next) => {
    context.world.advanceTo(now() / 1000);
    next();
  });
  app.use(context.faults.handler);
  app.use(express.json({ limit: MAXIMUM_BODY }));
  app.use('/simulator', controlRoutes(context));
  app.use('/identity', keystoneRoutes(context));
  app.use('/compute/v2.1', novaRoutes(context));
  app.use('/placement', placementRoutes(context));
  app.use('/metric', gnocchiRoutes(context));
  app.use('/network', neutronRoutes(context));
  app.get('/volume/v3/', (_request, response) => {
    response.json(cinderVersions(context));
  });
  app.use(`/volume/v3/${PROJECT_ID}`, cinderRoutes(context));
  app.use('/image', glanceRoutes(context));
  app.use(() => {
    throw new Failure(404, {
      error: { code: 404, title: 'Not Found', message: 'The resource could not be found.' },
    });
  });
  app.use(errorReply);
  return app;
}

const errorReply: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  const known = error instanceof Refusal ? novaRefusal(error) : error;
  if (known instanceof Failure) {
    response.status(known.status).json(known.body);
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  const isMalformed = error instanceof SyntaxError;
  const code = isMalformed ? 400 : 500;
  response.status(code).json({ [isMalformed ? 'badRequest' : 'computeFault']: { code, message } });
};
