import type { Request } from 'express';
import { many, one } from './context.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Query of the page after this one; undefined on the last. */
  readonly next: string | undefined;
}

/**
 * The page that `limit` and `marker` ask for. `unknownMarker` is what the service throws for a marker that it does not know;
 * `largest` is its own limit of a page.
 */
export function pageOf<Item>(
  all: readonly Item[],
  request: Request,
  options: {
    readonly largest: number;
    readonly idOf: (item: Item) => string;
    readonly unknownMarker: (marker: string) => Error;
  },
): Page<Item> {
  const { query } = request;
  const asked = Number(one(query['limit']) ?? options.largest);
  const limit = Number.isInteger(asked) && asked > 0 ? Math.min(asked, options.largest) : options.largest;
  const marker = one(query['marker']);
  let start = 0;
  if (marker !== undefined) {
    const at = all.findIndex(item => options.idOf(item) === marker);
    if (at < 0) throw options.unknownMarker(marker);
    start = at + 1;
  }
  const items = all.slice(start, start + limit);
  const last = items.at(-1);
  if (last === undefined || start + limit >= all.length) return { items, next: undefined };
  const next = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (key !== 'marker') for (const each of many(value)) next.append(key, each);
  }
  next.append('marker', options.idOf(last));
  return { items, next: next.toString() };
}
