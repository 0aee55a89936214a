import { missingArgument, notFound } from './errors.ts';
import type { Listing, ListRequest } from './paging.ts';
import { PAGE_ARGUMENTS, listFromMemory } from './paging.ts';
import type { ApiRequest, Reply, Route } from './request.ts';

export interface Reading<Row> {
  readonly listing: Listing<Row>;
  /** What its policy rules begin with: `audit_template`. */
  readonly rule: string;
  /** Query arguments besides those of every list. */
  readonly filters?: readonly string[];
  readonly maximumLimit: number;
  readonly list: (list: ListRequest) => Promise<Reply> | Reply;
  /** Throws what becomes 404. */
  readonly find: (identifier: string, request: ApiRequest) => Promise<Row> | Row;
  /** All rows that concern the project alone, without what is not its business; undefined: it has none of these. */
  readonly own?: (projectId: string, request: ApiRequest) => Promise<readonly Row[]>;
}

/** The three routes that every resource has: list, detailed list, and one by its identifier, which is the parameter `id`. */
export function readRoutes<Row>({
  listing,
  rule,
  filters = [],
  maximumLimit,
  list,
  find,
  own,
}: Reading<Row>): readonly Route[] {
  const path = `/${listing.plural}`;
  const query = [...PAGE_ARGUMENTS, ...filters];
  const ownList = (isDetailed: boolean): Pick<Route, 'handleOwn'> =>
    own === undefined
      ? {}
      : {
          handleOwn: async (projectId, request) =>
            listFromMemory(listing, { request, isDetailed, maximumLimit }, await own(projectId, request)),
        };
  const ownItem: Pick<Route, 'handleOwn'> =
    own === undefined
      ? {}
      : {
          handleOwn: async (projectId, request) => {
            const identifier = request.params['id']!;
            const rows = await own(projectId, request);
            const found = rows.find(row => listing.markerOf(row) === identifier.toLowerCase());
            // what others have is as unknown as what nobody has
            if (found === undefined) throw notFound(listing.resource, identifier);
            return { body: listing.view(found, request, true) };
          },
        };
  const sortKeys = Object.keys(listing.sortKeys);
  return [
    {
      method: 'GET',
      path,
      rule: `${rule}:get_all`,
      query,
      sortKeys,
      ...ownList(false),
      handle: request => list({ request, isDetailed: false, maximumLimit }),
    },
    {
      method: 'GET',
      path: `${path}/detail`,
      rule: `${rule}:detail`,
      query,
      sortKeys,
      ...ownList(true),
      handle: request => list({ request, isDetailed: true, maximumLimit }),
    },
    {
      method: 'GET',
      path: `${path}/:id`,
      rule: `${rule}:get`,
      target: async request => ({
        ...listing.view(await find(request.params['id']!, request), request, true),
      }),
      ...ownItem,
      handle: async request => ({
        body: listing.view(await find(request.params['id']!, request), request, true),
      }),
    },
  ];
}

/** DELETE or PATCH on the whole collection. */
export function missingIdentifier(plural: string, rule: string, argument: string): readonly Route[] {
  return (['PATCH', 'DELETE'] as const).map(method => ({
    method,
    path: `/${plural}`,
    rule: `${rule}:${method === 'PATCH' ? 'update' : 'delete'}`,
    handle: () => {
      throw missingArgument(argument);
    },
  }));
}
