import { missingArgument } from './errors.ts';
import type { Listing, ListRequest } from './paging.ts';
import { PAGE_ARGUMENTS } from './paging.ts';
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
}

/** The three routes that every resource has: list, detailed list, and one by its identifier, which is the parameter `id`. */
export function readRoutes<Row>({
  listing,
  rule,
  filters = [],
  maximumLimit,
  list,
  find,
}: Reading<Row>): readonly Route[] {
  const path = `/${listing.plural}`;
  const query = [...PAGE_ARGUMENTS, ...filters];
  const sortKeys = Object.keys(listing.sortKeys);
  return [
    {
      method: 'GET',
      path,
      rule: `${rule}:get_all`,
      query,
      sortKeys,
      handle: request => list({ request, isDetailed: false, maximumLimit }),
    },
    {
      method: 'GET',
      path: `${path}/detail`,
      rule: `${rule}:detail`,
      query,
      sortKeys,
      handle: request => list({ request, isDetailed: true, maximumLimit }),
    },
    {
      method: 'GET',
      path: `${path}/:id`,
      rule: `${rule}:get`,
      target: async request => ({
        ...listing.view(await find(request.params['id']!, request), request, true),
      }),
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
