/** A volume service: one driver with one or more pools. */
export interface StorageBackend {
  /** `host@backend`. */
  readonly name: string;
  readonly zone: string;
  readonly enabled: boolean;
  readonly up: boolean;
  /** Names of the volume types that may be on it, ascending. */
  readonly volumeTypes: readonly string[];
}

/** A part of a backend that volumes are on. What Cinder does not tell in numbers is undefined: some drivers say `infinite` or `unknown`. */
export interface StoragePool {
  /** `host@backend#pool`. */
  readonly name: string;
  /** Name of its backend. */
  readonly backendName: string;
  readonly totalGiB: number | undefined;
  readonly freeGiB: number | undefined;
  /** Sum of what the volumes may grow to. */
  readonly provisionedGiB: number | undefined;
  /** Sum of what Cinder has put there itself. */
  readonly allocatedGiB: number | undefined;
  readonly maximumOverSubscription: number | undefined;
}

export interface StoredVolume {
  readonly id: string;
  readonly name: string;
  readonly sizeGiB: number;
  /** Cinder's: `available`, `in-use` … */
  readonly status: string;
  readonly projectId: string;
  readonly volumeType: string | undefined;
  /** Undefined when it is nowhere yet, or on a pool that the model does not know. */
  readonly poolName: string | undefined;
  /** Ids of the instances that it is attached to. */
  readonly instanceIds: readonly string[];
  readonly multiattach: boolean;
  readonly bootable: boolean;
  readonly snapshotId: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: string;
  /** Why it must not be moved (audit scope); undefined when it may. */
  readonly excluded: string | undefined;
}

export interface StorageContents {
  readonly backends: readonly StorageBackend[];
  readonly pools: readonly StoragePool[];
  readonly volumes: readonly StoredVolume[];
}

/** The picture of a cloud's block storage at one instant. Never changed. */
export interface StorageModel extends StorageContents {
  readonly poolByName: ReadonlyMap<string, StoragePool>;
  readonly volumeById: ReadonlyMap<string, StoredVolume>;
  /** Volumes on the pool, by id; empty for an unknown pool. */
  volumesOn(poolName: string): readonly StoredVolume[];
  /** Why the instance must stay when a move of it moves its volumes too; undefined when it may go. */
  volumeExclusionOf(instanceId: string): string | undefined;
}

/** Sorts everything by name or id, so that equal clouds give equal models, and builds the indexes. */
export function buildStorageModel(contents: StorageContents): StorageModel {
  const backends = contents.backends.toSorted((a, b) => compare(a.name, b.name));
  const pools = contents.pools.toSorted((a, b) => compare(a.name, b.name));
  const volumes = contents.volumes.toSorted((a, b) => compare(a.id, b.id));
  const onPool = Map.groupBy(volumes, volume => volume.poolName);
  const exclusions = new Map<string, string>();
  for (const { id, instanceIds, excluded } of volumes) {
    if (excluded === undefined) continue;
    for (const instanceId of instanceIds) exclusions.set(instanceId, `its volume ${id} stays: ${excluded}`);
  }
  return {
    backends,
    pools,
    volumes,
    poolByName: new Map(pools.map(pool => [pool.name, pool])),
    volumeById: new Map(volumes.map(volume => [volume.id, volume])),
    volumesOn: poolName => onPool.get(poolName) ?? [],
    volumeExclusionOf: instanceId => exclusions.get(instanceId),
  };
}

/** Of a cloud without block storage. */
export const NO_STORAGE: StorageModel = buildStorageModel({ backends: [], pools: [], volumes: [] });

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
