import { Router } from 'express';
import type { Guest } from '../world/inventory.ts';
import { uuidOf } from '../world/random.ts';
import type { SimulatorContext } from './context.ts';
import { Failure, instantOf, many, newRequestId, PROJECT_ID, requireToken, zuluOf } from './context.ts';
import { pageOf } from './paging.ts';

export const NETWORK_ID = uuidOf('network/private');
export const IMAGE_ID = uuidOf('image/tiny');
const LARGEST_PAGE = 1000;
const GLANCE_DEFAULT_PAGE = 25;

/** Neutron, as far as the ports of servers. */
export function neutronRoutes(context: SimulatorContext): Router {
  const router = Router();
  router.get('/', (_request, response) => {
    response.json({ versions: [versionOf('v2.0', `${context.url()}/network/v2.0/`)] });
  });
  router.use(requireToken(context));
  router.get('/v2.0/ports', (request, response) => {
    newRequestId(response, ['x-openstack-request-id']);
    const fields = many(request.query['fields']);
    const all = guestsById(context, guest => guest.portId);
    const paging = {
      largest: LARGEST_PAGE,
      idOf: (guest: Guest) => guest.portId,
      unknownMarker: (marker: string) =>
        new Failure(404, {
          NeutronError: { type: 'PortNotFound', message: `Port ${marker} could not be found.`, detail: '' },
        }),
    };
    // Without a limit Neutron gives everything, whatever the marker.
    const isWhole = request.query['limit'] === undefined;
    const { items, next } = isWhole ? { items: all, next: undefined } : pageOf(all, request, paging);
    const ports = items.map(guest => {
      const port = Object.entries(portOf(guest));
      return Object.fromEntries(port.filter(([name]) => fields.length === 0 || fields.includes(name)));
    });
    const href = `${context.url()}/network/v2.0/ports?${next}`;
    response.json({ ports, ...(next === undefined ? {} : { ports_links: [{ rel: 'next', href }] }) });
  });
  return router;
}

/** Cinder, as far as the volumes of servers. */
export function cinderRoutes(context: SimulatorContext): Router {
  const router = Router({ mergeParams: true });
  router.use(requireToken(context));
  router.get('/volumes/detail', (request, response) => {
    newRequestId(response, ['x-openstack-request-id', 'x-compute-request-id']);
    const all = guestsById(context, guest => guest.volumeId ?? '').filter(
      guest => guest.volumeId !== undefined,
    );
    const { items, next } = pageOf(all, request, {
      largest: LARGEST_PAGE,
      idOf: guest => guest.volumeId ?? '',
      unknownMarker: marker =>
        new Failure(404, { itemNotFound: { code: 404, message: `Volume ${marker} could not be found.` } }),
    });
    const href = `${context.url()}/volume/v3/${PROJECT_ID}/volumes/detail?${next}`;
    response.json({
      volumes: items.map(volumeOf),
      ...(next === undefined ? {} : { volumes_links: [{ rel: 'next', href }] }),
    });
  });
  return router;
}

/** What `GET /volume/v3/` tells. */
export function cinderVersions({ url }: SimulatorContext): object {
  const version = { id: 'v3.0', status: 'CURRENT', version: '3.71', min_version: '3.0' };
  return { versions: [{ ...version, links: [{ rel: 'self', href: `${url()}/volume/v3/` }] }] };
}

/** Glance: the one image that everything was built from. */
export function glanceRoutes(context: SimulatorContext): Router {
  const router = Router();
  router.get('/', (_request, response) => {
    response.status(300).json({ versions: [versionOf('v2.17', `${context.url()}/image/v2/`)] });
  });
  router.use(requireToken(context));
  router.get('/v2/images', (request, response) => {
    newRequestId(response, ['x-openstack-request-id']);
    const createdAt = zuluOf(context.world.settings.startAt - context.world.settings.historySeconds);
    const image = {
      id: IMAGE_ID,
      name: 'tiny',
      status: 'active',
      visibility: 'public',
      disk_format: 'raw',
      container_format: 'bare',
      owner: PROJECT_ID,
      os_hidden: false,
      protected: false,
      min_ram: 0,
      min_disk: 0,
      size: 15,
      virtual_size: 15,
      tags: [],
      created_at: createdAt,
      updated_at: createdAt,
      self: `/v2/images/${IMAGE_ID}`,
      file: `/v2/images/${IMAGE_ID}/file`,
      schema: '/v2/schemas/image',
    };
    const { items, next } = pageOf([image], request, {
      largest: request.query['limit'] === undefined ? GLANCE_DEFAULT_PAGE : LARGEST_PAGE,
      idOf: ({ id }) => id,
      unknownMarker: marker => new Failure(404, { message: `No image found with ID ${marker}` }),
    });
    const following = next === undefined ? {} : { next: `/v2/images?${next}` };
    response.json({ images: items, first: '/v2/images', schema: '/v2/schemas/images', ...following });
  });
  return router;
}

function versionOf(id: string, href: string): object {
  return { id, status: 'CURRENT', links: [{ rel: 'self', href }] };
}

function guestsById({ world }: SimulatorContext, idOf: (guest: Guest) => string): Guest[] {
  return [...world.guests.values()].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

function portOf(guest: Guest): Record<string, unknown> {
  return {
    id: guest.portId,
    name: '',
    network_id: NETWORK_ID,
    tenant_id: guest.projectId,
    project_id: guest.projectId,
    device_id: guest.id,
    device_owner: 'compute:nova',
    status: 'ACTIVE',
    admin_state_up: true,
    'binding:vnic_type': 'normal',
    'binding:vif_type': 'ovs',
    'binding:host_id': guest.hostName,
  };
}

function volumeOf(guest: Guest): object {
  const { volumeId: id, createdAt } = guest;
  return {
    id,
    name: '',
    status: 'in-use',
    size: guest.volumeGiB,
    multiattach: false,
    bootable: 'true',
    encrypted: false,
    volume_type: 'files',
    created_at: instantOf(createdAt),
    'os-vol-tenant-attr:tenant_id': guest.projectId,
    attachments: [{ id, volume_id: id, server_id: guest.id, device: '/dev/vda', host_name: guest.hostName }],
    volume_image_metadata: { image_id: IMAGE_ID, image_name: 'tiny', disk_format: 'raw' },
  };
}
