import type { GoalEntry } from './catalogue.ts';
import type { ApiContext } from './context.ts';
import type { Listing } from './paging.ts';
import { listFromMemory } from './paging.ts';
import { readRoutes } from './reading.ts';
import type { Route } from './request.ts';
import { goalView } from './views/goal.ts';

export function goalRoutes({ catalogue, maximumLimit }: ApiContext): readonly Route[] {
  const listing: Listing<GoalEntry> = {
    plural: 'goals',
    resource: 'Goal',
    sortKeys: {
      id: 'id',
      uuid: 'uuid',
      name: 'name',
      display_name: ({ goal }) => goal.displayName,
      created_at: 'createdAt',
      updated_at: 'updatedAt',
      efficacy_specification: ({ goal }) => JSON.stringify(goal.indicators),
      deleted_at: () => null,
    },
    view: (entry, { baseUrl }, isDetailed) => goalView(entry, baseUrl, isDetailed),
    markerOf: ({ uuid }) => uuid,
    readMarker: marker => (marker === '' ? undefined : marker),
  };
  return readRoutes({
    listing,
    rule: 'goal',
    maximumLimit,
    list: list => listFromMemory(listing, list, catalogue.goals),
    find: identifier => catalogue.goal(identifier),
  });
}
