import type { ApiContext } from './context.ts';
import { notFound } from './errors.ts';
import type { Listing } from './paging.ts';
import { listFromMemory } from './paging.ts';
import { readRoutes } from './reading.ts';
import type { Route } from './request.ts';

/** No strategy of this service scores with an engine, so there is none. */
export function scoringEngineRoutes({ maximumLimit }: ApiContext): readonly Route[] {
  const listing: Listing<never> = {
    plural: 'scoring_engines',
    resource: 'ScoringEngine',
    sortKeys: Object.fromEntries(
      ['id', 'uuid', 'name', 'description', 'metainfo'].map(key => [key, () => null]),
    ),
    view: () => ({}),
    markerOf: () => '',
    readMarker: marker => fail(marker),
  };
  return readRoutes({
    listing,
    rule: 'scoring_engine',
    maximumLimit,
    list: list => listFromMemory(listing, list, []),
    find: fail,
  });
}

function fail(identifier: string): never {
  throw notFound('ScoringEngine', identifier);
}
