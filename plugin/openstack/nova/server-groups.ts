import { z } from 'zod';

import { UnexpectedReplyError } from '../errors.ts';
import { chooseMicroversion, isAtLeast } from '../microversion.ts';
import type { Session } from '../session.ts';

export interface NovaServerGroup {
  readonly id: string;
  readonly name: string;
  /** `affinity`, `anti-affinity`, `soft-affinity`, `soft-anti-affinity`. */
  readonly policy: string;
  readonly maxServersPerHost: number;
  readonly memberIds: readonly string[];
}

export const SERVER_GROUP_MICROVERSIONS = {
  needed: '2.15',
  best: '2.64',
  purpose: 'listing server groups with soft policies',
} as const;

/** Nova's limit of a page unless the operator sets a lower one; then pages are shorter and more. */
const PAGE_SIZE = 1000;
/** So far pages overlap: a group that is deleted meanwhile moves the later ones by one place. */
const OVERLAP = 10;

/** The groups of all projects. This list has no marker and no links, only an offset. */
export async function listServerGroups(session: Session, signal: AbortSignal): Promise<NovaServerGroup[]> {
  const choice = SERVER_GROUP_MICROVERSIONS;
  const microversion = await chooseMicroversion(session, 'compute', choice, signal);
  const schema = isAtLeast(microversion, '2.64') ? MODERN_GROUP : OLD_GROUP;
  const groups = new Map<string, NovaServerGroup>();
  for (let offset = 0; ;) {
    const { body } = await session.request({
      service: 'compute',
      method: 'GET',
      path: '/os-server-groups',
      query: { all_projects: 'True', limit: PAGE_SIZE, offset },
      microversion,
      purpose: choice.purpose,
      schema: z.object({ server_groups: z.array(schema) }),
      signal,
    });
    const before = groups.size;
    for (const group of body.server_groups) groups.set(group.id, group);
    const read = body.server_groups.length;
    if (groups.size === before || read <= OVERLAP) return [...groups.values()];
    offset += read - OVERLAP;
    if (offset > 1_000_000) throw new UnexpectedReplyError('the pages of GET /os-server-groups never end');
  }
}

const COMMON = { id: z.string(), name: z.string(), members: z.array(z.string()).default([]) };

const MODERN_GROUP = z
  .object({
    ...COMMON,
    policy: z.string(),
    rules: z.object({ max_server_per_host: z.coerce.number().optional() }).default({}),
  })
  .transform((wire): NovaServerGroup => ({
    id: wire.id,
    name: wire.name,
    policy: wire.policy,
    maxServersPerHost: wire.rules.max_server_per_host ?? 1,
    memberIds: wire.members,
  }));

const OLD_GROUP = z
  .object({ ...COMMON, policies: z.array(z.string()) })
  .transform((wire): NovaServerGroup => ({
    id: wire.id,
    name: wire.name,
    policy: wire.policies[0] ?? '',
    maxServersPerHost: 1,
    memberIds: wire.members,
  }));
