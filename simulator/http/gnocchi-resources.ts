import type { Guest } from '../world/inventory.ts';
import type { METRICS, Series, Span } from '../world/measures.ts';
import { guestSeries, hostSeries } from '../world/measures.ts';
import { uuidOf } from '../world/random.ts';
import type { World } from '../world/world.ts';

/** A resource of Gnocchi's, as Ceilometer names them. */
export interface Resource {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly of:
    { readonly kind: 'guest'; readonly guest: Guest } | { readonly kind: 'host'; readonly name: string };
}

export function resourcesOf(world: World, type: keyof typeof METRICS): Resource[] {
  if (type === 'nova_compute') return [...world.hosts.keys()].map(hostResource);
  const guests = [...world.guests.values()];
  switch (type) {
    case 'instance':
      return guests.map(guest => guestResource(guest, guest.id, guest.id, {}));
    case 'instance_disk':
      return guests.map(guest => deviceResource(guest, 'vda'));
    case 'instance_network_interface':
      return guests.map(guest => deviceResource(guest, `tap${guest.portId.slice(0, 11)}`));
  }
}

export function seriesOf(world: World, { of }: Resource, metric: string, span: Span): Series | undefined {
  return of.kind === 'guest'
    ? guestSeries(world, of.guest, metric, span)
    : hostSeries(world, of.name, metric, span);
}

function hostResource(name: string): Resource {
  const original = `${name}_${name}`;
  const id = uuidOf(`gnocchi/${original}`);
  return {
    id,
    attributes: { id, original_resource_id: original, host_name: name, type: 'nova_compute' },
    of: { kind: 'host', name },
  };
}

function deviceResource(guest: Guest, device: string): Resource {
  const original = `${guest.id}-${device}`;
  return guestResource(guest, uuidOf(`gnocchi/${original}`), original, {
    instance_id: guest.id,
    name: device,
  });
}

function guestResource(guest: Guest, id: string, original: string, more: Record<string, string>): Resource {
  const attributes = {
    id,
    original_resource_id: original,
    project_id: guest.projectId,
    display_name: guest.name,
    host: guest.hostName,
    ...more,
  };
  return { id, attributes, of: { kind: 'guest', guest } };
}
