import { Router } from 'express';
import type { Request } from 'express';
import { z } from 'zod';
import type { Guest } from '../../world/inventory.ts';
import type { SimulatorContext } from '../context.ts';
import { one } from '../context.ts';
import { minorOf } from '../microversion.ts';
import { pageOf } from '../paging.ts';
import { novaFailure } from './failures.ts';
import { serverView, unknownView } from './server-view.ts';

const LARGEST_PAGE = 1000;
const UNKNOWN_CELLS = 69;

const HOST = z.object({ host: z.string().nullish() }).nullable();
const ACTION = z
  .object({
    'os-migrateLive': z.object({ host: z.string().nullable(), block_migration: z.unknown() }),
    migrate: HOST,
    resize: z.object({ flavorRef: z.string() }),
    confirmResize: z.null(),
    revertResize: z.null(),
  })
  .partial()
  .strict();

/** Servers, and what is done to them. */
export function serverRoutes(context: SimulatorContext): Router {
  const router = Router();
  const { world } = context;

  router.get('/servers/detail', (request, response) => {
    const minor = minorOf(response);
    const isSilent = (guest: Guest) => world.hosts.get(guest.hostName)?.cellDown === true;
    const all = [...world.guests.values()].sort(
      (a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1),
    );
    const wanted = all.filter(guest => !isSilent(guest) && matches(guest, request));
    const { items, next } = pageOf(wanted, request, {
      largest: LARGEST_PAGE,
      idOf: ({ id }) => id,
      unknownMarker: marker => novaFailure(400, `marker [${marker}] not found`),
    });
    // With a filter, a limit or a marker Nova leaves out what is in a cell that is down, without a word.
    const isPlain = Object.keys(request.query).every(key => key === 'all_tenants');
    const unknown = isPlain && minor >= UNKNOWN_CELLS ? all.filter(isSilent) : [];
    const href = `${context.url()}/compute/v2.1/servers/detail?${next}`;
    response.json({
      servers: [...unknown.map(unknownView), ...items.map(guest => serverView(world, guest, minor))],
      ...(next === undefined ? {} : { servers_links: [{ rel: 'next', href }] }),
    });
  });

  router.get('/servers/:id', (request, response) => {
    const guest = guestOf(request.params.id);
    const minor = minorOf(response);
    const isSilent = world.hosts.get(guest.hostName)?.cellDown === true;
    if (isSilent && minor < UNKNOWN_CELLS) throw novaFailure(500, 'Unexpected API Error.');
    response.json({ server: isSilent ? unknownView(guest) : serverView(world, guest, minor) });
  });

  router.delete('/servers/:id', (request, response) => {
    world.remove(guestOf(request.params.id).id);
    response.status(204).end();
  });

  router.post('/servers/:id/action', (request, response) => {
    const { id } = request.params;
    const parsed = ACTION.safeParse(request.body);
    const action = parsed.data;
    if (action === undefined || Object.keys(action).length !== 1) {
      throw novaFailure(400, 'There is no such action, or its body is malformed');
    }
    const requestId = String(response.getHeader('x-openstack-request-id'));
    const minor = minorOf(response);
    if (action['os-migrateLive'] !== undefined) {
      if (minor < 30)
        throw novaFailure(400, 'Only microversions from 2.30 on are simulated for os-migrateLive');
      world.liveMigrate(id, action['os-migrateLive'].host ?? undefined, requestId);
    } else if (action.migrate !== undefined) {
      const hostName = minor >= 56 ? (action.migrate?.host ?? undefined) : undefined;
      world.coldMigrate(id, { hostName }, requestId);
    } else if (action.resize !== undefined) {
      world.coldMigrate(id, { flavor: flavorOf(action.resize.flavorRef) }, requestId);
    } else if (action.confirmResize !== undefined) {
      world.confirmResize(id);
      response.status(204).end();
      return;
    } else world.revertResize(id);
    response.status(202).end();
  });

  router.get('/flavors/detail', (_request, response) => {
    const flavors = flavorList().map(({ id, name, vcpus, memoryMiB, diskGiB }) => {
      return { id, name, vcpus, ram: memoryMiB, disk: diskGiB, swap: '', 'OS-FLV-EXT-DATA:ephemeral': 0 };
    });
    response.json({ flavors });
  });
  return router;

  function guestOf(id: string): Guest {
    const guest = world.guests.get(id);
    if (guest === undefined) throw novaFailure(404, `Instance ${id} could not be found.`);
    return guest;
  }

  function flavorList() {
    return [...new Map([...world.guests.values()].map(({ flavor }) => [flavor.id, flavor])).values()];
  }

  function flavorOf(id: string) {
    const flavor = flavorList().find(each => each.id === id);
    if (flavor === undefined) throw novaFailure(400, `Flavor ${id} could not be found.`);
    return flavor;
  }
}

function matches(guest: Guest, { query }: Request): boolean {
  const host = one(query['host']);
  const name = one(query['name']);
  return (host === undefined || guest.hostName === host) && (name === undefined || guest.name.includes(name));
}
