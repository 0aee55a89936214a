import type { ScoringEngineEntry } from './catalogue.ts';
import type { ApiContext } from './context.ts';
import type { Listing } from './paging.ts';
import { listFromMemory } from './paging.ts';
import { readRoutes } from './reading.ts';
import type { Route } from './request.ts';
import { scoringEngineView } from './views/scoring-engine.ts';

export function scoringEngineRoutes({ catalogue, maximumLimit }: ApiContext): readonly Route[] {
  const listing: Listing<ScoringEngineEntry> = {
    plural: 'scoring_engines',
    resource: 'ScoringEngine',
    sortKeys: {
      id: 'id',
      uuid: 'uuid',
      name: 'name',
      description: ({ engine }) => engine.description,
      metainfo: ({ engine }) => engine.metainfo,
      created_at: 'createdAt',
      updated_at: 'updatedAt',
      deleted_at: () => null,
    },
    view: (entry, { baseUrl }, isDetailed) => scoringEngineView(entry, baseUrl, isDetailed),
    markerOf: ({ uuid }) => uuid,
    readMarker: marker => (marker === '' ? undefined : marker),
  };
  return readRoutes({
    listing,
    rule: 'scoring_engine',
    maximumLimit,
    list: list => listFromMemory(listing, list, catalogue.scoringEngines),
    find: identifier => catalogue.scoringEngine(identifier),
  });
}
