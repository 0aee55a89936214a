import { Router } from 'express';
import type { Host } from '../world/inventory.ts';
import type { ResourceClass, Room } from '../world/room.ts';
import { capacityOf } from '../world/room.ts';
import type { SimulatorContext } from './context.ts';
import { Failure, newRequestId, one, requireToken } from './context.ts';
import { negotiate } from './microversion.ts';

const TRAITS = [
  'COMPUTE_NODE',
  'COMPUTE_DEVICE_TAGGING',
  'COMPUTE_IMAGE_TYPE_QCOW2',
  'COMPUTE_IMAGE_TYPE_RAW',
  'COMPUTE_NET_ATTACH_INTERFACE',
  'COMPUTE_TRUSTED_CERTS',
  'COMPUTE_VOLUME_ATTACH_WITH_TAG',
  'COMPUTE_VOLUME_EXTEND',
  'COMPUTE_VOLUME_MULTI_ATTACH',
  'HW_CPU_X86_AVX2',
];

/** Placement: room of all hosts in one call, and of one host. */
export function placementRoutes(context: SimulatorContext): Router {
  const router = Router();
  const { world } = context;
  router.use((_request, response, next) => {
    newRequestId(response, ['x-openstack-request-id']);
    next();
  });
  router.use(negotiate({ type: 'placement', minimum: [1, 0], maximum: [1, 39], refuse: refusal }));
  router.get('/', (_request, response) => {
    const links = [{ rel: 'self', href: '' }];
    const version = { id: 'v1.0', max_version: '1.39', min_version: '1.0', status: 'CURRENT', links };
    response.json({ versions: [version] });
  });
  router.use(requireToken(context));

  router.get('/allocation_candidates', (request, response) => {
    const wanted = wantedOf(one(request.query['resources']) ?? '');
    const hosts = [...world.hosts.values()].filter(host => {
      const room = world.allocations.roomOf(host);
      return wanted.every(([name, amount]) => capacityOf(room[name]) - room[name].used >= amount);
    });
    const resources = Object.fromEntries(wanted);
    response.json({
      allocation_requests: hosts.map(({ id }) => ({ allocations: { [id]: { resources } } })),
      provider_summaries: Object.fromEntries(hosts.map(host => [host.id, summaryOf(host)])),
    });
  });
  router.get('/resource_providers/:id/inventories', (request, response) => {
    const room = world.allocations.roomOf(hostOf(request.params.id));
    response.json({ resource_provider_generation: 1, inventories: mapOf(room, inventoryOf) });
  });
  router.get('/resource_providers/:id/usages', (request, response) => {
    const room = world.allocations.roomOf(hostOf(request.params.id));
    response.json({ resource_provider_generation: 1, usages: mapOf(room, ({ used }) => used) });
  });
  router.get('/resource_providers/:id/traits', (request, response) => {
    hostOf(request.params.id);
    response.json({ traits: TRAITS, resource_provider_generation: 1 });
  });
  router.use(() => {
    throw failure(404, 'Not Found', 'The resource could not be found.');
  });
  return router;

  function summaryOf(host: Host): object {
    const room = world.allocations.roomOf(host);
    return {
      resources: mapOf(room, each => ({ capacity: capacityOf(each), used: each.used })),
      traits: TRAITS,
      parent_provider_uuid: null,
      root_provider_uuid: host.id,
    };
  }

  function hostOf(id: string): Host {
    for (const host of world.hosts.values()) if (host.id === id) return host;
    throw failure(
      404,
      'Not Found',
      `The resource could not be found.\n\n No resource provider with uuid ${id} found: ` +
        `No resource provider with uuid ${id} found  `,
    );
  }
}

function failure(status: number, title: string, detail: string): Failure {
  return new Failure(status, { errors: [{ status, title, detail }] });
}

function refusal(asked: string, why: 'unsupported' | 'malformed'): Failure {
  if (why === 'malformed') return failure(400, 'Bad Request', `invalid version string: ${asked}`);
  const detail = `Invalid microversion: Unacceptable version header: ${asked}`;
  const error = { status: 406, title: 'Not Acceptable', detail, max_version: '1.39', min_version: '1.0' };
  return new Failure(406, { errors: [error] });
}

function wantedOf(text: string): readonly (readonly [ResourceClass, number])[] {
  return text.split(',').map(part => {
    const [name = '', amount = ''] = part.split(':');
    const isKnown = name === 'VCPU' || name === 'MEMORY_MB' || name === 'DISK_GB';
    if (isKnown && /^[1-9]\d*$/.test(amount)) return [name, Number(amount)] as const;
    throw failure(400, 'Bad Request', `Badly formed resources parameter. Got: ${text}.`);
  });
}

function inventoryOf({ total, reserved, allocationRatio }: Room): object {
  return { total, reserved, min_unit: 1, max_unit: total, step_size: 1, allocation_ratio: allocationRatio };
}

function mapOf<T>(room: Readonly<Record<ResourceClass, Room>>, view: (room: Room) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(room).map(([name, each]) => [name, view(each)]));
}
