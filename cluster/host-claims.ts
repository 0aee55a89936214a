import type { Host, Inventory, ResourceClass } from './host.ts';
import type { Obstacle } from './obstacle.ts';

/** What is allocated on every host, by resource class, as changes are tried. Hosts by their row in the model. */
export class HostClaims {
  readonly #hosts: readonly Host[];
  readonly #used: Map<ResourceClass, number>[];

  constructor(hosts: readonly Host[]) {
    this.#hosts = hosts;
    this.#used = hosts.map(
      host => new Map([...host.inventories].map(([name, inventory]) => [name, inventory.used])),
    );
  }

  add(host: number, resources: ReadonlyMap<ResourceClass, number>, sign: 1 | -1): void {
    const used = this.#used[host]!;
    for (const [name, amount] of resources) used.set(name, (used.get(name) ?? 0) + sign * amount);
  }

  obstacles(host: number, wanted: ReadonlyMap<ResourceClass, number>): readonly Obstacle[] {
    return [...this.capacityObstacles(host, wanted), ...this.unitObstacles(host, wanted)];
  }

  /** Resource classes of which less is free than is wanted. */
  capacityObstacles(host: number, wanted: ReadonlyMap<ResourceClass, number>): readonly Obstacle[] {
    const obstacles: Obstacle[] = [];
    for (const [resourceClass, requested] of wanted) {
      const inventory = this.#hosts[host]!.inventories.get(resourceClass);
      if (requested <= 0 || isSharedElsewhere(resourceClass, inventory)) continue;
      const capacity = inventory === undefined ? 0 : capacityOf(inventory);
      const free = Math.max(0, capacity - (this.#used[host]!.get(resourceClass) ?? 0));
      if (requested > free) obstacles.push({ type: 'capacity', resourceClass, requested, free });
    }
    return obstacles;
  }

  /** Resource classes of which one instance may not have so much. */
  unitObstacles(host: number, wanted: ReadonlyMap<ResourceClass, number>): readonly Obstacle[] {
    const obstacles: Obstacle[] = [];
    for (const [resourceClass, requested] of wanted) {
      const limit = this.#hosts[host]!.inventories.get(resourceClass)?.maxUnit;
      if (limit !== undefined && requested > limit) {
        obstacles.push({ type: 'unit_limit', resourceClass, requested, limit });
      }
    }
    return obstacles;
  }

  /** To be given back to `restore`. */
  save(host: number): ReadonlyMap<ResourceClass, number> {
    return new Map(this.#used[host]);
  }

  restore(host: number, saved: ReadonlyMap<ResourceClass, number>): void {
    this.#used[host] = new Map(saved);
  }
}

/** A host without disk of its own takes it of a sharing provider, which every host of the aggregate uses alike. */
function isSharedElsewhere(resourceClass: ResourceClass, inventory: Inventory | undefined): boolean {
  return resourceClass === 'DISK_GB' && inventory === undefined;
}

/** What can be allocated in all: (total - reserved) × ratio, as Placement computes it. */
export function capacityOf(inventory: Inventory): number {
  return Math.floor((inventory.total - inventory.reserved) * inventory.allocationRatio);
}
