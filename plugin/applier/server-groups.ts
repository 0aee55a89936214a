import type { Cloud } from '../openstack/cloud.ts';

/** The ids of the server groups of each instance that is in one. */
export async function readServerGroups(
  cloud: Cloud,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const groupIds = new Map<string, string[]>();
  for (const { id, memberIds } of await cloud.nova.listServerGroups(signal)) {
    for (const member of memberIds) groupIds.set(member, [...(groupIds.get(member) ?? []), id]);
  }
  return groupIds;
}
