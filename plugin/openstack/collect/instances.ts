import type { Host } from '../../../cluster/host.ts';
import type { Instance, ServerGroup, ServerGroupPolicy } from '../../../cluster/instance.ts';
import { requestedResources } from '../../../cluster/requested-resources.ts';
import { isAtLeast } from '../microversion.ts';
import type { NovaServerGroup, Server } from '../nova.ts';
import { imagePropertiesOf } from './image-properties.ts';
import type { ImageKnowledge } from './image-properties.ts';
import { volumesOf } from './read-devices.ts';
import type { Devices } from './read-devices.ts';

export interface InstanceSources extends Pick<Devices, 'ports' | 'volumes'> {
  readonly servers: readonly Server[];
  readonly hosts: readonly Host[];
  readonly groups: readonly ServerGroup[];
  readonly images: ImageKnowledge['images'];
  readonly novaMicroversion: string;
}

/** Before, Nova does not tell a zone that was asked for from one that was chosen. */
const PINNED_ZONE = '2.96';

export function instancesOf(sources: InstanceSources): {
  readonly instances: Instance[];
  readonly warnings: string[];
} {
  const { servers, hosts, groups, novaMicroversion } = sources;
  const hostIdByName = new Map(hosts.map(host => [host.name, host.id]));
  const groupIds = groupIdsByMember(groups);
  const zones = new Set(hosts.map(host => host.zone));
  const tellsPin = isAtLeast(novaMicroversion, PINNED_ZONE);

  const instances = servers.map((server): Instance => {
    const bootedFromVolume = server.imageId === undefined;
    const flavor = { ...server.flavor, extraSpecs: server.flavor.extraSpecs ?? {} };
    return {
      id: server.id,
      name: server.name,
      hostId: server.hostName === undefined ? undefined : hostIdByName.get(server.hostName),
      projectId: server.projectId,
      state: server.vmState,
      taskState: server.taskState,
      flavor,
      resources: requestedResources(flavor, { bootedFromVolume }),
      // Where Nova is too old to tell, nothing is moved out of its zone.
      pinnedZone: tellsPin ? (server.pinnedZone ?? undefined) : zones.size > 1 ? server.zone : undefined,
      locked: server.locked,
      metadata: server.metadata,
      tags: server.tags,
      imageProperties: imagePropertiesOf(server, sources.images, sources.volumes),
      serverGroupIds: groupIds.get(server.id) ?? [],
      bootedFromVolume,
      volumes: volumesOf(server, sources.volumes),
      ports: sources.ports.get(server.id) ?? [],
      createdAt: server.createdAt,
      excluded: exclusionOf(server.metadata),
    };
  });
  return { instances, warnings: warningsOf(sources, tellsPin || zones.size <= 1) };
}

/** Watcher's key by which an instance is left alone: `optimize=False`. */
function exclusionOf(metadata: Readonly<Record<string, string>>): string | undefined {
  const optimize = metadata['optimize'];
  const isExcluded = optimize !== undefined && /^(false|0|no|off)$/i.test(optimize.trim());
  return isExcluded ? `its metadata says optimize=${optimize}` : undefined;
}

export function serverGroupsOf(groups: readonly NovaServerGroup[]): {
  readonly groups: ServerGroup[];
  readonly warnings: string[];
} {
  const known: ServerGroup[] = [];
  const warnings: string[] = [];
  for (const { id, name, policy, maxServersPerHost, memberIds } of groups) {
    if (isPolicy(policy)) known.push({ id, name, policy, maxServersPerHost, memberIds });
    else warnings.push(`server group ${name} has the unknown policy "${policy}" and is not heeded`);
  }
  return { groups: known, warnings };
}

function isPolicy(policy: string): policy is ServerGroupPolicy {
  return ['affinity', 'anti-affinity', 'soft-affinity', 'soft-anti-affinity'].includes(policy);
}

function groupIdsByMember(groups: readonly ServerGroup[]): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const group of groups) {
    for (const memberId of group.memberIds) {
      const known = ids.get(memberId);
      if (known === undefined) ids.set(memberId, [group.id]);
      else known.push(group.id);
    }
  }
  return ids;
}

function warningsOf(sources: InstanceSources, pinIsKnown: boolean): string[] {
  const { servers, novaMicroversion } = sources;
  const warnings: string[] = [];
  if (!pinIsKnown && servers.length > 0) {
    warnings.push(
      `Nova ${novaMicroversion} does not show pinned zones (that needs ${PINNED_ZONE}): ` +
        'every instance is taken as pinned to its zone',
    );
  }
  const hidden = servers.filter(server => server.flavor.extraSpecs === undefined).length;
  if (hidden > 0) warnings.push(`Nova's policy hides the extra specs of the flavors of ${hidden} instances`);
  return warnings;
}
