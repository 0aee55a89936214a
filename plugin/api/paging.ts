import { UnknownMarkerError } from '../../db/errors.ts';
import type { ListQuery } from '../lifecycle/repositories.ts';
import { ApiError, invalidInput, notFound } from './errors.ts';
import type { ApiRequest, Reply } from './request.ts';

/** Query arguments of every list. */
export const PAGE_ARGUMENTS = ['limit', 'marker', 'sort_key', 'sort_dir'];

type SortValue = string | number | boolean | null;

export interface Listing<Row> {
  /** Plural, as the key in the answer and in the path: `action_plans`. */
  readonly plural: string;
  /** For messages: `ActionPlan`. */
  readonly resource: string;
  /** By the wire's names: a field that the database sorts by, or what to sort by here. */
  readonly sortKeys: Readonly<Record<string, (keyof Row & string) | ((row: Row) => SortValue)>>;
  readonly view: (row: Row, request: ApiRequest, isDetailed: boolean) => object;
  /** What the next page begins after. */
  readonly markerOf: (row: Row) => string;
  /** Throws what becomes 400 when the marker has no right form; undefined: from the beginning. */
  readonly readMarker?: (marker: string) => string | undefined;
}

interface Page {
  readonly limit: number;
  readonly marker: string | undefined;
  readonly sortKey: string;
  readonly sortDirection: 'asc' | 'desc';
}

export interface ListRequest {
  readonly request: ApiRequest;
  readonly isDetailed: boolean;
  readonly maximumLimit: number;
}

/** A page of what the database holds. */
export async function listFromDatabase<Row>(
  listing: Listing<Row>,
  { request, isDetailed, maximumLimit }: ListRequest,
  source: {
    readonly where: NonNullable<ListQuery<Row>['where']>;
    readonly list: (query: ListQuery<Row>) => Promise<Row[]>;
  },
): Promise<Reply> {
  const page = readPage(listing, request, maximumLimit);
  const { where, list } = source;
  const sortKey = listing.sortKeys[page.sortKey]!;
  const includeDeleted = request.showDeleted;
  if (typeof sortKey === 'function') {
    const rows = await list({ where, includeDeleted });
    return pageReply(listing, { request, isDetailed, page }, slice(listing, rows, page));
  }
  const { limit, marker, sortDirection } = page;
  const query = { where, limit, sortKey, sortDirection, includeDeleted };
  try {
    const rows = await list(marker === undefined ? query : { ...query, marker });
    return pageReply(listing, { request, isDetailed, page }, rows);
  } catch (error) {
    if (error instanceof UnknownMarkerError) throw notFound(listing.resource, marker!);
    throw error;
  }
}

/** A page of rows that are all at hand. */
export function listFromMemory<Row>(
  listing: Listing<Row>,
  { request, isDetailed, maximumLimit }: ListRequest,
  rows: readonly Row[],
): Reply {
  const page = readPage(listing, request, maximumLimit);
  return pageReply(listing, { request, isDetailed, page }, slice(listing, rows, page));
}

function readPage<Row>(listing: Listing<Row>, { query }: ApiRequest, maximumLimit: number): Page {
  const { marker, sort_key: sortKey = 'id', sort_dir: sortDirection = 'asc' } = query;
  const limit = query['limit']?.trim();
  if (limit !== undefined && !/^[+-]?\d+$/.test(limit)) {
    throw invalidInput('limit', limit, 'unable to convert to int.');
  }
  if (limit !== undefined && Number(limit) <= 0)
    throw new ApiError('invalid_input', 'Limit must be positive');
  const readMarker = listing.readMarker ?? (text => text);
  const readerMarker = marker === undefined ? undefined : readMarker(marker);
  if (!Object.hasOwn(listing.sortKeys, sortKey)) {
    throw new ApiError('invalid_input', `Invalid sort key: ${sortKey}`);
  }
  if (sortDirection !== 'asc' && sortDirection !== 'desc') {
    throw new ApiError(
      'invalid_input',
      `Invalid sort direction: ${sortDirection}. Acceptable values are 'asc' or 'desc'`,
    );
  }
  return {
    limit: Math.min(Number(limit ?? maximumLimit), maximumLimit),
    marker: readerMarker,
    sortKey,
    sortDirection,
  };
}

/** Rows with equal values stay in the order in which they come. */
function slice<Row>(listing: Listing<Row>, rows: readonly Row[], page: Page): Row[] {
  const key = listing.sortKeys[page.sortKey]!;
  const valueOf = typeof key === 'function' ? key : (row: Row) => row[key] as SortValue;
  const sign = page.sortDirection === 'asc' ? 1 : -1;
  const sorted = rows.toSorted((one, other) => sign * compare(valueOf(one), valueOf(other)));
  if (page.marker === undefined) return sorted.slice(0, page.limit);
  const last = sorted.findIndex(row => listing.markerOf(row) === page.marker);
  if (last === -1) throw notFound(listing.resource, page.marker);
  return sorted.slice(last + 1, last + 1 + page.limit);
}

/** Null comes before everything, as in the database. */
function compare(one: SortValue, other: SortValue): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? -1 : 1;
  return one < other ? -1 : 1;
}

function pageReply<Row>(
  listing: Listing<Row>,
  { request, isDetailed, page }: { request: ApiRequest; isDetailed: boolean; page: Page },
  rows: readonly Row[],
): Reply {
  const body: Record<string, unknown> = {
    [listing.plural]: rows.map(row => listing.view(row, request, isDetailed)),
  };
  const last = rows.at(-1);
  if (last !== undefined && rows.length === page.limit) {
    const args = new URLSearchParams({
      sort_key: page.sortKey,
      sort_dir: page.sortDirection,
      limit: String(page.limit),
      marker: listing.markerOf(last),
    });
    for (const [name, value] of Object.entries(request.query)) {
      if (!PAGE_ARGUMENTS.includes(name)) args.set(name, value);
    }
    body['next'] = `${request.baseUrl}/v1/${listing.plural}${isDetailed ? '/detail' : ''}?${args.toString()}`;
  }
  return { body };
}
