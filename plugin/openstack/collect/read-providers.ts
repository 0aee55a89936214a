import type { Inventory, ResourceClass } from '../../../cluster/host.ts';
import type { Cloud } from '../cloud.ts';
import { mapLimited } from '../in-parallel.ts';
import type { ProviderInventory, ProviderSummary } from '../placement.ts';
import type { KnownProvider } from './inventory-cache.ts';

/** What Placement tells of one compute host. */
export interface ProviderFacts {
  readonly inventories: ReadonlyMap<ResourceClass, Inventory>;
  readonly traits: ReadonlySet<string>;
}

/** Calls to Placement under way at a time. */
const WIDTH = 8;

/**
 * Inventories, use and traits of the hosts by id; a host that Placement does not know is left out. The summary tells
 * capacity, use and traits of all that have room; total, reserve, ratio and largest unit are asked of each host once
 * and then kept for as long as they agree with the summary's capacity. A full host, which no summary tells of, costs
 * two calls each time.
 */
export async function readProviders(
  cloud: Cloud,
  hostIds: readonly string[],
  options: {
    readonly summaries: readonly ProviderSummary[];
    readonly now: number;
    readonly signal: AbortSignal;
  },
): Promise<ReadonlyMap<string, ProviderFacts>> {
  const { now, signal } = options;
  const trees = Map.groupBy(options.summaries, summary => summary.rootId);
  const cache = cloud.inventoryCache;
  cache.keepOnly(new Set(hostIds));
  const intern = traitSets();

  const facts = await mapLimited(hostIds, WIDTH, async (id): Promise<[string, ProviderFacts] | undefined> => {
    const tree = trees.get(id);
    const root = tree?.find(summary => summary.id === id);
    if (tree === undefined || root === undefined) return readFullHost(cloud, id, now, signal);
    let known = cache.get(id, now);
    if (known === undefined || !agrees(known.inventories, root)) {
      const inventories = await cloud.placement.getInventories(id, signal);
      if (inventories === undefined) return undefined;
      known = { inventories, traits: undefined };
      cache.set(id, known, now);
    }
    const traits = intern(tree.flatMap(summary => summary.traits));
    return [id, { inventories: mergeTree(known, root, tree), traits }];
  });
  return new Map(facts.filter(entry => entry !== undefined));
}

async function readFullHost(
  cloud: Cloud,
  id: string,
  now: number,
  signal: AbortSignal,
): Promise<[string, ProviderFacts] | undefined> {
  const [inventories, usages] = await Promise.all([
    cloud.placement.getInventories(id, signal),
    cloud.placement.getUsages(id, signal),
  ]);
  if (inventories === undefined || usages === undefined || inventories.size === 0) return undefined;
  let traits = cloud.inventoryCache.get(id, now)?.traits;
  if (traits === undefined) {
    traits = new Set(await cloud.placement.getTraits(id, signal));
    cloud.inventoryCache.set(id, { inventories, traits }, now);
  }
  return [id, { inventories: withUse(inventories, usages), traits }];
}

/** Do the kept inventories explain the capacities that the summary tells now? */
function agrees(inventories: ReadonlyMap<string, ProviderInventory>, summary: ProviderSummary): boolean {
  if (inventories.size !== summary.resources.size) return false;
  return [...summary.resources].every(([resourceClass, { capacity }]) => {
    const known = inventories.get(resourceClass);
    // One apart can be the rounding of a ratio that the database keeps in single precision.
    return known !== undefined && Math.abs(capacityOf(known) - capacity) <= 1;
  });
}

function capacityOf(inventory: ProviderInventory): number {
  return Math.floor((inventory.total - inventory.reserved) * inventory.allocationRatio);
}

function withUse(
  inventories: ReadonlyMap<string, ProviderInventory>,
  usages: ReadonlyMap<string, number>,
): Map<ResourceClass, Inventory> {
  return new Map(
    [...inventories].map(([resourceClass, inventory]) => [
      resourceClass,
      { ...inventory, used: usages.get(resourceClass) ?? 0 },
    ]),
  );
}

/** What child providers (physical functions, GPUs, NUMA nodes) offer counts as the host's, without ratio and reserve. */
function mergeTree(
  known: KnownProvider,
  root: ProviderSummary,
  tree: readonly ProviderSummary[],
): ReadonlyMap<ResourceClass, Inventory> {
  const usages = new Map([...root.resources].map(([resourceClass, { used }]) => [resourceClass, used]));
  const merged = withUse(known.inventories, usages);
  for (const child of tree) {
    if (child.id === root.id) continue;
    for (const [resourceClass, { capacity, used }] of child.resources) {
      const own = merged.get(resourceClass);
      merged.set(resourceClass, {
        total: (own?.total ?? 0) + capacity,
        reserved: own?.reserved ?? 0,
        allocationRatio: own?.allocationRatio ?? 1,
        used: (own?.used ?? 0) + used,
        maxUnit: Math.max(own?.maxUnit ?? 0, capacity),
      });
    }
  }
  return merged;
}

/** Hosts with equal traits share one set: there are a hundred traits, and thousands of hosts of a few kinds. */
function traitSets(): (traits: readonly string[]) => ReadonlySet<string> {
  const sets = new Map<string, ReadonlySet<string>>();
  return traits => {
    const sorted = [...new Set(traits)].sort();
    const key = sorted.join(' ');
    const known = sets.get(key) ?? new Set(sorted);
    sets.set(key, known);
    return known;
  };
}
