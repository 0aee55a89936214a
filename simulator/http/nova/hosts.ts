import { Router } from 'express';
import { z } from 'zod';
import type { Guest, Host } from '../../world/inventory.ts';
import { uuidOf } from '../../world/random.ts';
import type { SimulatorContext } from '../context.ts';
import { instantOf, one, PROJECT_ID, USER_ID } from '../context.ts';
import { minorOf } from '../microversion.ts';
import { pageOf } from '../paging.ts';
import { novaFailure } from './failures.ts';

const LARGEST_PAGE = 1000;
const CHANGE = z.object({
  status: z.enum(['enabled', 'disabled']).optional(),
  disabled_reason: z.string().optional(),
});

/** Hypervisors, compute services, aggregates and server groups. */
export function hostRoutes(context: SimulatorContext): Router {
  const router = Router();
  const { world } = context;

  router.get('/os-hypervisors/detail', (request, response) => {
    const minor = minorOf(response);
    requireUuids(minor);
    const all = [...world.hosts.values()].filter(host => !host.cellDown);
    const { items, next } = pageOf(all, request, {
      largest: LARGEST_PAGE,
      idOf: ({ id }) => id,
      unknownMarker: marker => novaFailure(400, `marker [${marker}] not found`),
    });
    const href = `${context.url()}/compute/v2.1/os-hypervisors/detail?${next}`;
    response.json({
      hypervisors: items.map(host => hypervisorView(host, minor)),
      ...(next === undefined ? {} : { hypervisors_links: [{ rel: 'next', href }] }),
    });
  });

  router.get('/os-services', (request, response) => {
    const minor = minorOf(response);
    requireUuids(minor);
    const binary = one(request.query['binary']);
    const name = one(request.query['host']);
    const hosts = [...world.hosts.values()].filter(
      host => (binary ?? 'nova-compute') === 'nova-compute' && (name === undefined || host.name === name),
    );
    const silent = minor >= 69 ? hosts.filter(host => host.cellDown) : [];
    response.json({
      services: [
        ...silent.map(host => ({ binary: 'nova-compute', host: host.name, status: 'UNKNOWN' })),
        ...hosts.filter(host => !host.cellDown).map(serviceView),
      ],
    });
  });

  router.put('/os-services/:id', (request, response) => {
    requireUuids(minorOf(response));
    const change = CHANGE.safeParse(request.body);
    if (!change.success) throw novaFailure(400, 'Invalid input for field/attribute status.');
    const { status, disabled_reason: reason } = change.data;
    if (status === undefined)
      throw novaFailure(400, 'No updates were requested. Fields status, forced_down should be specified.');
    response.json({ service: serviceView(world.setService(request.params.id, status, reason)) });
  });

  router.get('/os-aggregates', (_request, response) => {
    response.json({ aggregates: [] });
  });

  router.get('/os-server-groups', (request, response) => {
    const minor = minorOf(response);
    const groups = Map.groupBy(
      [...world.guests.values()].filter(guest => guest.antiAffinity !== undefined),
      guest => guest.antiAffinity ?? '',
    );
    const all = [...groups].map(([name, members]) => groupView(name, members, minor));
    const offset = Number(one(request.query['offset']) ?? 0);
    const limit = Math.min(Number(one(request.query['limit']) ?? LARGEST_PAGE), LARGEST_PAGE);
    response.json({ server_groups: all.slice(offset, offset + limit) });
  });
  return router;

  function groupView(name: string, members: readonly Guest[], minor: number): object {
    return {
      id: uuidOf(`${world.settings.seed}/group/${name}`),
      name,
      ...(minor >= 64
        ? { policy: 'anti-affinity', rules: {} }
        : { policies: ['anti-affinity'], metadata: {} }),
      members: members.map(({ id }) => id),
      ...(minor >= 13 ? { project_id: PROJECT_ID, user_id: USER_ID } : {}),
    };
  }

  function serviceView(host: Host): object {
    return {
      binary: 'nova-compute',
      host: host.name,
      id: host.serviceId,
      zone: host.zone,
      status: host.enabled ? 'enabled' : 'disabled',
      state: world.isUp(host) ? 'up' : 'down',
      updated_at: instantOf(host.alive ? world.nowAt : host.aliveChangedAt),
      disabled_reason: host.disabledReason,
      forced_down: false,
    };
  }

  function hypervisorView(host: Host, minor: number): object {
    const room = world.allocations.roomOf(host);
    return {
      id: host.id,
      hypervisor_hostname: host.name,
      state: world.isUp(host) ? 'up' : 'down',
      status: host.enabled ? 'enabled' : 'disabled',
      hypervisor_type: 'QEMU',
      hypervisor_version: 8_002_002,
      host_ip: '127.0.0.1',
      service: { id: host.serviceId, host: host.name, disabled_reason: host.disabledReason },
      ...(minor >= 88
        ? {}
        : {
            vcpus: host.vcpus,
            memory_mb: host.memoryMiB,
            local_gb: host.diskGiB,
            vcpus_used: room.VCPU.used,
            memory_mb_used: room.MEMORY_MB.used + room.MEMORY_MB.reserved,
            local_gb_used: room.DISK_GB.used,
            cpu_info: {
              arch: 'x86_64',
              model: 'Cascadelake-Server',
              vendor: 'Intel',
              features: ['pge', 'clflush'],
              topology: { cores: host.vcpus, threads: 1, sockets: 1 },
            },
          }),
    };
  }
}

/** Before 2.53 hosts have numbers, which nobody here uses. */
function requireUuids(minor: number): void {
  if (minor < 53)
    throw novaFailure(400, 'Only microversions from 2.53 on are simulated for hosts and services');
}
