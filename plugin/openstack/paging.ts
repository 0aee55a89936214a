import { z } from 'zod';

import { OpenStackError, UnexpectedReplyError } from './errors.ts';
import { issueOf } from './reply-body.ts';
import type { QueryValue, RequestOptions, Session } from './session.ts';
import { SERVICES } from './services.ts';

export interface ListOptions<Item> extends Pick<
  RequestOptions<unknown>,
  'service' | 'path' | 'query' | 'microversion' | 'purpose' | 'signal'
> {
  /** The key of the reply that holds the items: `servers`. */
  readonly collection: string;
  /** What is kept of each item; the rest of a page is let go before the next is read. */
  readonly item: z.ZodType<Item>;
}

/** How often a list is begun again because the item that a page would go on after has been deleted meanwhile. */
const RESTARTS = 3;

/**
 * Every item of a list, whatever the number of pages. Pages go on after the last item seen, not at an offset, so what
 * comes and goes meanwhile moves nothing else in or out of sight; an item that is seen twice is kept once, by its `id`.
 * Throws `UnexpectedReplyError` when an item is malformed.
 */
export async function listAll<Item>(session: Session, options: ListOptions<Item>): Promise<Item[]> {
  for (let attempt = 0; attempt <= RESTARTS; attempt += 1) {
    const items = await readPages(session, options);
    if (items !== undefined) return items;
  }
  throw new UnexpectedReplyError(
    `the pages of GET ${options.path} change too fast: ${RESTARTS + 1} times the item that a page goes on after was gone`,
  );
}

/** Undefined when the item that a page goes on after is gone. */
async function readPages<Item>(session: Session, options: ListOptions<Item>): Promise<Item[] | undefined> {
  const items = new Map<unknown, Item>();
  const seen = new Set<string>();
  let query = options.query;
  for (;;) {
    const body = await readPage(session, { ...options, query }, seen.size > 0);
    if (body === undefined) return undefined;
    const page = body[options.collection];
    if (!Array.isArray(page)) {
      throw new UnexpectedReplyError(
        `${SERVICES[options.service].name}'s answer to GET ${options.path} has no list of ${options.collection}`,
      );
    }
    for (const wire of page as readonly unknown[]) items.set(idOf(wire), itemOf(wire, options));
    const next = nextHref(body, options.collection);
    if (next === undefined || page.length === 0) return [...items.values()];
    if (seen.has(next)) throw new UnexpectedReplyError(`the pages of GET ${options.path} never end`);
    seen.add(next);
    query = queryOf(next);
  }
}

function itemOf<Item>(wire: unknown, options: ListOptions<Item>): Item {
  const parsed = options.item.safeParse(wire);
  if (parsed.success) return parsed.data;
  throw new UnexpectedReplyError(
    `${SERVICES[options.service].name}'s list of ${options.collection} is not understood: ${issueOf(parsed.error)}`,
  );
}

/** A page after the first is refused for one reason: its marker does not exist. The services word that differently. */
async function readPage(
  session: Session,
  options: ListOptions<unknown>,
  isLater: boolean,
): Promise<z.infer<typeof PAGE> | undefined> {
  const { service, path, query, microversion, purpose, signal } = options;
  try {
    const { body } = await session.request({
      service,
      method: 'GET',
      path,
      query,
      microversion,
      purpose,
      schema: PAGE,
      signal,
    });
    return body;
  } catch (error) {
    const refused = error instanceof OpenStackError && [400, 404].includes(error.status);
    if (isLater && refused) return undefined;
    throw error;
  }
}

/** An item without id stands for itself. */
function idOf(item: unknown): unknown {
  const id: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'id') : undefined;
  return id ?? item;
}

const PAGE = z.record(z.string(), z.unknown());
const LINKS = z.array(z.object({ rel: z.string(), href: z.string() }));
const KEYSTONE_LINKS = z.object({ next: z.string().nullish() });

/** Nova, Neutron, Cinder: `servers_links`; Keystone: `links.next`; Glance: `next`. */
function nextHref(body: z.infer<typeof PAGE>, collection: string): string | undefined {
  const links = LINKS.safeParse(body[`${collection}_links`]);
  if (links.success) return links.data.find(link => link.rel === 'next')?.href;
  const keystone = KEYSTONE_LINKS.safeParse(body['links']);
  if (keystone.success) return keystone.data.next ?? undefined;
  return typeof body['next'] === 'string' ? body['next'] : undefined;
}

/** Only the query of the link is taken: behind a proxy its host can be one that cannot be reached from here. */
function queryOf(href: string): Record<string, QueryValue> {
  const parameters = new URL(href, 'http://localhost').searchParams;
  return Object.fromEntries([...new Set(parameters.keys())].map(key => [key, parameters.getAll(key)]));
}
