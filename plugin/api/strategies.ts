import type { StrategyEntry } from './catalogue.ts';
import type { ApiContext } from './context.ts';
import type { Listing } from './paging.ts';
import { listFromMemory } from './paging.ts';
import { parametersSpec } from './parameters.ts';
import { readRoutes } from './reading.ts';
import type { Route } from './request.ts';
import { strategyState } from './strategy-state.ts';
import { strategyView } from './views/strategy.ts';

export function strategyRoutes({ catalogue, requirements, maximumLimit }: ApiContext): readonly Route[] {
  const listing: Listing<StrategyEntry> = {
    plural: 'strategies',
    resource: 'Strategy',
    sortKeys: {
      id: 'id',
      uuid: 'uuid',
      name: 'name',
      display_name: ({ strategy }) => strategy.displayName,
      goal_id: ({ strategy }) => strategy.goal,
      goal_name: ({ strategy }) => strategy.goal,
      goal_uuid: ({ strategy }) => catalogue.goalUuid(strategy.goal),
      parameters_spec: ({ strategy }) => JSON.stringify(parametersSpec(strategy)),
      created_at: 'createdAt',
      updated_at: 'updatedAt',
      deleted_at: () => null,
    },
    view: (entry, { baseUrl }, isDetailed) =>
      strategyView(entry, { baseUrl, goalUuid: catalogue.goalUuid(entry.strategy.goal), isDetailed }),
    markerOf: ({ uuid }) => uuid,
    readMarker: marker => (marker === '' ? undefined : marker),
  };
  return [
    ...readRoutes({
      listing,
      rule: 'strategy',
      filters: ['goal'],
      maximumLimit,
      list: list => {
        const { goal } = list.request.query;
        const name = goal === undefined ? undefined : catalogue.goalName(goal);
        const chosen =
          goal === undefined
            ? catalogue.strategies
            : catalogue.strategies.filter(({ strategy }) => strategy.goal === name);
        return listFromMemory(listing, list, chosen);
      },
      find: identifier => catalogue.strategy(identifier),
    }),
    {
      method: 'GET',
      path: '/strategies/:id/state',
      rule: 'strategy:state',
      handle: async ({ params, signal }) => ({
        body: await strategyState(catalogue.strategy(params['id']!).strategy, requirements, signal),
      }),
    },
  ];
}
