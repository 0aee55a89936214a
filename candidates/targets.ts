import type { Obstacle } from '../cluster/obstacle.ts';
import type { WhatIf } from '../cluster/what-if.ts';
import type { Overload } from './overload.ts';

export interface Target {
  readonly hostId: string;
  /** Least distance to a threshold after the move, in shares of capacity: the higher the better. */
  readonly headroom: number;
}

export interface TargetSearch {
  /** Best first. */
  readonly targets: readonly Target[];
  /** What stood against hosts that were looked at, by host id. */
  readonly obstacles: ReadonlyMap<string, readonly Obstacle[]>;
  /** How many hosts would come too close to a threshold. */
  readonly tooLoaded: number;
  /** How many hosts were looked at: those with most headroom of all that could ever take it. */
  readonly lookedAt: number;
}

/** As many good targets are compared before the best is taken. */
const ENOUGH = 8;
/** As many hosts with room in Placement are projected before an instance is given up, and as many are looked at in all. */
const MOST_PROJECTED = 64;
const MOST_LOOKED_AT = 1000;

/**
 * The hosts an instance could move to, those with most room first. Hosts are kept in order of their headroom within classes that are alike to
 * all lasting obstacles, so that a search neither visits hosts which could never take the instance nor sorts again after a move.
 * A search projects at most 64 hosts and looks at most at 1,000; a move costs O(hosts of a class) to keep the order.
 */
export class Targets {
  readonly #whatIf: WhatIf;
  readonly #overload: Overload;
  readonly #z: number;
  readonly #headroom: Float64Array;
  /** Per class: rows of hosts, most headroom first. */
  readonly #classes: ReadonlyMap<string, number[]>;
  /** How many (instance, host) pairs were looked at so far. */
  examined = 0;

  /** `z`: the normal quantile along which a target must stay below its thresholds. `isUsable`: whether enough is known of a host. */
  constructor(whatIf: WhatIf, overload: Overload, z: number, isUsable: (host: number) => boolean) {
    this.#whatIf = whatIf;
    this.#overload = overload;
    this.#z = z;
    this.#headroom = Float64Array.from(whatIf.cluster.hosts, (_, host) => overload.headroom(host, z));
    const usable = whatIf.cluster.hosts.keys().filter(isUsable);
    this.#classes = Map.groupBy(usable, host => whatIf.classOf(host));
    for (const hosts of this.#classes.values()) hosts.sort((a, b) => this.#compare(a, b));
  }

  /** Targets that stay below their thresholds at every step with the instance on them. */
  search(instanceId: string): TargetSearch {
    const terms = this.#whatIf.loads.metrics.map((_, metric) => this.#whatIf.terms(instanceId, metric));
    const obstacles = new Map<string, readonly Obstacle[]>();
    const targets: Target[] = [];
    let [lookedAt, projected, tooLoaded] = [0, 0, 0];
    for (const host of this.#inOrder(instanceId, obstacles)) {
      if (targets.length >= ENOUGH || projected >= MOST_PROJECTED || lookedAt >= MOST_LOOKED_AT) break;
      if (this.#headroom[host]! <= 0) break;
      lookedAt += 1;
      const hostId = this.#whatIf.cluster.hosts[host]!.id;
      const against = this.#whatIf.roomObstacles(instanceId, hostId);
      if (against.length > 0) {
        obstacles.set(hostId, against);
        continue;
      }
      projected += 1;
      const headroom = this.#overload.headroom(host, this.#z, terms);
      if (headroom >= 0) targets.push({ hostId, headroom });
      else tooLoaded += 1;
    }
    this.examined += lookedAt;
    targets.sort((a, b) => b.headroom - a.headroom || (a.hostId < b.hostId ? -1 : 1));
    return { targets, obstacles, tooLoaded, lookedAt };
  }

  /** To be called for each host whose load was changed. */
  refresh(hostId: string): void {
    const host = this.#whatIf.indexOf(hostId);
    const hosts = this.#classes.get(this.#whatIf.classOf(host)) ?? [];
    const at = hosts.indexOf(host);
    if (at < 0) return; // no target in the first place
    hosts.splice(at, 1);
    this.#headroom[host] = this.#overload.headroom(host, this.#z);
    let [low, high] = [0, hosts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(hosts[middle]!, host) < 0) low = middle + 1;
      else high = middle;
    }
    hosts.splice(low, 0, host);
  }

  /** Merges the classes that could take the instance; says of the others what stands against them. */
  *#inOrder(instanceId: string, obstacles: Map<string, readonly Obstacle[]>): Generator<number> {
    const open: { readonly hosts: readonly number[]; next: number }[] = [];
    for (const hosts of this.#classes.values()) {
      const first = this.#whatIf.cluster.hosts[hosts[0]!]!;
      const against = this.#whatIf.lastingObstacles(instanceId, first.id);
      if (against.length > 0) obstacles.set(first.id, against);
      else open.push({ hosts, next: 0 });
    }
    for (;;) {
      let best: (typeof open)[number] | undefined;
      for (const entry of open) {
        if (entry.next >= entry.hosts.length) continue;
        if (best === undefined || this.#compare(entry.hosts[entry.next]!, best.hosts[best.next]!) < 0)
          best = entry;
      }
      if (best === undefined) return;
      yield best.hosts[best.next++]!;
    }
  }

  #compare(a: number, b: number): number {
    return this.#headroom[b]! - this.#headroom[a]! || a - b;
  }
}
