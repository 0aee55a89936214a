import type { ClusterContents, ClusterModel } from '../../../cluster/cluster-model.ts';
import type { Host } from '../../../cluster/host.ts';
import type { Instance } from '../../../cluster/instance.ts';

export interface Doubts {
  /** Hosts by name whose nova-compute is in a cell that does not answer. */
  readonly silentHostNames: readonly string[];
  /** Servers in such a cell. */
  readonly unknownIds: ReadonlySet<string>;
  /** Hosts by name whose servers are not all known, and why. */
  readonly incompleteHosts: ReadonlyMap<string, string>;
}

/** A larger share of hosts that are gone at once is a fault of the view, not of the hosts. */
const LARGEST_VANISHED_SHARE = 0.1;
const SILENT = 'its cell does not answer';

/**
 * Freezes every host of which the view is incomplete, and says so in the warnings. What was known of hosts and
 * instances in a cell that does not answer is kept from `previous`, frozen, so that nothing takes them for gone.
 */
export function freezeDoubtful(
  contents: ClusterContents,
  doubts: Doubts,
  previous: ClusterModel | undefined,
): ClusterContents {
  const kept = keepSilent(contents, doubts, previous);
  const reasons = new Map(doubts.incompleteHosts);
  for (const name of doubts.silentHostNames) reasons.set(name, SILENT);
  const vanished = vanishedHosts(kept.hosts, previous);
  const all = reasonToFreezeAll(kept, doubts, vanished, previous);
  const hosts = kept.hosts.map(host => {
    const frozen = all ?? host.frozen ?? reasons.get(host.name);
    return frozen === host.frozen ? host : { ...host, frozen };
  });
  return {
    ...contents,
    hosts,
    instances: kept.instances,
    warnings: [
      ...contents.warnings,
      ...silentWarnings(doubts),
      ...vanishedWarnings(vanished),
      ...(all === undefined ? frozenWarnings(hosts, doubts) : [`nothing can be planned: ${all}`]),
    ],
  };
}

interface Kept {
  readonly hosts: readonly Host[];
  readonly instances: readonly Instance[];
}

function keepSilent(contents: Kept, doubts: Doubts, previous: ClusterModel | undefined): Kept {
  const present = new Set(contents.hosts.map(host => host.name));
  const hosts = doubts.silentHostNames
    .filter(name => !present.has(name))
    .map(name => previous?.hostByName.get(name))
    .filter(host => host !== undefined);
  const silentIds = new Set(
    doubts.silentHostNames.map(name => previous?.hostByName.get(name)?.id).filter(id => id !== undefined),
  );
  const seen = new Set(contents.instances.map(instance => instance.id));
  const instances = (previous?.instances ?? []).filter(
    instance =>
      !seen.has(instance.id) &&
      (doubts.unknownIds.has(instance.id) ||
        (instance.hostId !== undefined && silentIds.has(instance.hostId))),
  );
  return {
    hosts: [...contents.hosts, ...hosts.map(silentHost)],
    instances: [...contents.instances, ...instances.map(unknownInstance)],
  };
}

function silentHost(host: Host): Host {
  return { ...host, up: false, frozen: SILENT };
}

function unknownInstance(instance: Instance): Instance {
  return { ...instance, state: 'unknown', taskState: undefined };
}

function vanishedHosts(hosts: readonly Host[], previous: ClusterModel | undefined): readonly Host[] {
  const present = new Set(hosts.map(host => host.id));
  return (previous?.hosts ?? []).filter(host => !present.has(host.id));
}

/** Undefined: what is doubtful is known, and the rest can be planned. */
function reasonToFreezeAll(
  kept: Kept,
  doubts: Doubts,
  vanished: readonly Host[],
  previous: ClusterModel | undefined,
): string | undefined {
  const before = previous?.hosts.length ?? 0;
  if (vanished.length > before * LARGEST_VANISHED_SHARE) {
    return `${vanished.length} of ${before} hosts have vanished since ${previous?.takenAt ?? ''}`;
  }
  const frozenHosts = new Set(
    kept.hosts.filter(host => doubts.silentHostNames.includes(host.name)).map(host => host.id),
  );
  const placed = new Map(kept.instances.map(instance => [instance.id, instance.hostId]));
  const homeless = [...doubts.unknownIds].filter(id => {
    const hostId = placed.get(id);
    return hostId === undefined || !frozenHosts.has(hostId);
  });
  // With its cell's hosts known, a server that was never seen before is on one of these, which are frozen.
  if (homeless.length === 0 || doubts.silentHostNames.length > 0) return undefined;
  return `${homeless.length} servers are in a cell that does not answer, and which hosts are in it is not known`;
}

function silentWarnings(doubts: Doubts): string[] {
  const names = doubts.silentHostNames;
  if (names.length === 0) return [];
  return [
    `a cell does not answer: ${names.length} hosts (${listed(names)}) and ` +
      `${doubts.unknownIds.size} servers are frozen`,
  ];
}

function vanishedWarnings(vanished: readonly Host[]): string[] {
  if (vanished.length === 0) return [];
  return [`hosts that were there before have vanished: ${listed(vanished.map(host => host.name))}`];
}

function frozenWarnings(hosts: readonly Host[], doubts: Doubts): string[] {
  const silent = new Set(doubts.silentHostNames);
  return hosts
    .filter(host => host.frozen !== undefined && !silent.has(host.name))
    .map(host => `host ${host.name} is frozen: ${host.frozen}`);
}

function listed(names: readonly string[]): string {
  const shown = [...names].sort().slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
