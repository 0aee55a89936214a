import type { ListQuery } from '../lifecycle/repositories.ts';
import type { ApiContext } from './context.ts';
import { notFound } from './errors.ts';
import { requireUuid } from './json-body.ts';
import type { Listing } from './paging.ts';
import { listFromDatabase } from './paging.ts';
import { readRoutes } from './reading.ts';
import type { ApiRequest, Route } from './request.ts';

/** What audits and their templates have in common. */
interface OfGoal {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly goalName: string;
  readonly strategyName: string | null;
  readonly scope: unknown;
  readonly createdAt: string;
  readonly updatedAt: string | null;
  readonly deletedAt: string | null;
}

export interface GoalReading<Row> {
  readonly listing: Listing<Row>;
  /** By UUID, name or id; throws what becomes 404. */
  readonly find: (identifier: string, request: ApiRequest) => Promise<Row>;
  readonly routes: readonly Route[];
}

/** Lists that can be filtered and sorted by goal and strategy, and single rows by UUID, name or id. */
export function goalReading<Row extends OfGoal>(
  { catalogue, maximumLimit }: ApiContext,
  resource: Pick<Listing<Row>, 'plural' | 'resource' | 'sortKeys' | 'view'> & {
    readonly rule: string;
    readonly repository: {
      list(query: ListQuery<Row>): Promise<Row[]>;
      findByIdentifier(
        identifier: string,
        options: { readonly includeDeleted: boolean },
      ): Promise<Row | undefined>;
    };
  },
): GoalReading<Row> {
  const { repository, rule, ...own } = resource;
  const listing: Listing<Row> = {
    ...own,
    sortKeys: {
      id: 'id',
      uuid: 'uuid',
      name: 'name',
      goal_id: 'goalName',
      goal_name: 'goalName',
      goal_uuid: ({ goalName }) => catalogue.goalUuid(goalName),
      strategy_id: 'strategyName',
      strategy_name: 'strategyName',
      strategy_uuid: ({ strategyName }) => strategyName && catalogue.strategyUuid(strategyName),
      scope: 'scope',
      created_at: 'createdAt',
      updated_at: 'updatedAt',
      deleted_at: 'deletedAt',
      ...own.sortKeys,
    },
    markerOf: ({ uuid }) => uuid,
    readMarker: marker => requireUuid('marker', marker),
  };
  const find: GoalReading<Row>['find'] = async (identifier, { showDeleted }) => {
    const found = await repository.findByIdentifier(identifier, { includeDeleted: showDeleted });
    if (found === undefined) throw notFound(listing.resource, identifier);
    return found;
  };
  const routes = readRoutes({
    listing,
    rule,
    filters: ['goal', 'strategy'],
    maximumLimit,
    list: list =>
      listFromDatabase(listing, list, {
        // a row of another shape than OfGoal's is no Row
        where: catalogue.filter(list.request.query) as NonNullable<ListQuery<Row>['where']>,
        list: query => repository.list(query),
      }),
    find,
  });
  return { listing, find, routes };
}
