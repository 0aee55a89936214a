import type { ServiceRecord } from '../lifecycle/repositories.ts';
import type { ApiContext } from './context.ts';
import { invalidInput, notFound } from './errors.ts';
import type { Listing } from './paging.ts';
import { listFromMemory } from './paging.ts';
import { readRoutes } from './reading.ts';
import type { Route } from './request.ts';
import { serviceStatus, serviceView } from './views/service.ts';

export function serviceRoutes({
  serviceDownSeconds: downSeconds = 90,
  maximumLimit,
  repositories,
}: ApiContext): readonly Route[] {
  const { services } = repositories;
  const listing: Listing<ServiceRecord> = {
    plural: 'services',
    resource: 'Service',
    sortKeys: {
      id: 'id',
      name: 'name',
      host: 'host',
      status: service => serviceStatus(service, downSeconds),
      last_seen_up: 'lastSeenAt',
      created_at: 'createdAt',
      updated_at: 'updatedAt',
      deleted_at: () => null,
    },
    view: (service, { baseUrl }, isDetailed) => serviceView(service, { baseUrl, downSeconds, isDetailed }),
    markerOf: ({ id }) => String(id),
    readMarker: marker => {
      if (!/^\d+$/.test(marker)) throw invalidInput('marker', marker, 'unable to convert to int.');
      return marker;
    },
  };
  return readRoutes({
    listing,
    rule: 'service',
    maximumLimit,
    list: async list => listFromMemory(listing, list, await services.list()),
    find: async identifier => {
      const rows = await services.list();
      const wanted = identifier.toLowerCase();
      const found = rows.find(({ id, name }) => String(id) === identifier || name.toLowerCase() === wanted);
      if (found === undefined) throw notFound('Service', identifier);
      return found;
    },
  });
}
