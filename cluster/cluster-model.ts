import type { Aggregate, Host } from './host.ts';
import type { Instance, MigrationInFlight, ServerGroup } from './instance.ts';

/** What was collected of a cloud; lists in any order. */
export interface ClusterContents {
  /** ISO instant, UTC. */
  readonly takenAt: string;
  readonly hosts: readonly Host[];
  readonly instances: readonly Instance[];
  readonly aggregates: readonly Aggregate[];
  readonly serverGroups: readonly ServerGroup[];
  readonly migrations: readonly MigrationInFlight[];
  /** Sentences that tell what could not be read in full. */
  readonly warnings: readonly string[];
  /**
   * Instances on hosts that an audit's scope leaves out, where they still count inside of it: they are migrating to one of its hosts, or
   * share a server group with one of its instances. Never to be moved; missing: none.
   */
  readonly outside?: readonly Instance[];
}

/** The picture of a cloud at one instant. Never changed; `WhatIf` tries changes on top of it. */
export interface ClusterModel extends ClusterContents {
  readonly hostById: ReadonlyMap<string, Host>;
  readonly hostByName: ReadonlyMap<string, Host>;
  readonly instanceById: ReadonlyMap<string, Instance>;
  readonly aggregateById: ReadonlyMap<number, Aggregate>;
  readonly serverGroupById: ReadonlyMap<string, ServerGroup>;
  readonly outside: readonly Instance[];
  readonly outsideById: ReadonlyMap<string, Instance>;
  /** Instances on the host, by id; empty for an unknown host. */
  instancesOn(hostId: string): readonly Instance[];
}

/** Sorts everything by id, so that equal clouds give equal models, and builds the indexes. */
export function buildClusterModel(contents: ClusterContents): ClusterModel {
  const hosts = [...contents.hosts].sort(byId);
  const instances = [...contents.instances].sort(byId);
  const outside = [...(contents.outside ?? [])].sort(byId);
  const onHost = Map.groupBy(instances, instance => instance.hostId);
  return {
    ...contents,
    hosts,
    instances,
    hostById: indexBy(hosts, host => host.id),
    hostByName: indexBy(hosts, host => host.name),
    instanceById: indexBy(instances, instance => instance.id),
    aggregateById: indexBy(contents.aggregates, aggregate => aggregate.id),
    serverGroupById: indexBy(contents.serverGroups, group => group.id),
    outside,
    outsideById: indexBy(outside, instance => instance.id),
    instancesOn: hostId => onHost.get(hostId) ?? [],
  };
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function indexBy<K, V>(items: readonly V[], keyOf: (item: V) => K): ReadonlyMap<K, V> {
  return new Map(items.map(item => [keyOf(item), item]));
}
