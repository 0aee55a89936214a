import { buildStorageModel } from '../../cluster/storage-model.ts';
import type { StorageBackend, StorageModel, StoragePool, StoredVolume } from '../../cluster/storage-model.ts';
import type { CinderBackend, CinderPool, CinderStoredVolume, CinderVolumeType } from './cinder/storage.ts';
import type { Cloud } from './cloud.ts';
import { runTogether } from './in-parallel.ts';

/** Takes a picture of the block storage: four lists in parallel. Undefined when the catalogue has no Cinder; fails when Cinder does. */
export async function collectStorage(cloud: Cloud, signal: AbortSignal): Promise<StorageModel | undefined> {
  if (!(await cloud.session.hasService('volumev3', signal))) return undefined;
  const read = await runTogether(
    {
      backends: s => cloud.cinder.listBackends(s),
      pools: s => cloud.cinder.listPools(s),
      types: s => cloud.cinder.listVolumeTypes(s),
      volumes: s => cloud.cinder.listVolumes(s),
    },
    signal,
  );
  const pools = read.pools.map(poolOf);
  const poolNames = new Set(pools.map(({ name }) => name));
  return buildStorageModel({
    backends: read.backends.map(backend => backendOf(backend, read.pools, read.types)),
    pools,
    volumes: read.volumes.map(volume => volumeOf(volume, poolNames)),
  });
}

/** A type that names no backend may be on any. */
function backendOf(
  backend: CinderBackend,
  pools: readonly CinderPool[],
  types: readonly CinderVolumeType[],
): StorageBackend {
  const own = pools.filter(({ name }) => backendNameOf(name) === backend.name);
  const labels = new Set(own.map(({ backendLabel }) => backendLabel));
  const volumeTypes = types
    .filter(({ backendLabel }) => backendLabel === undefined || labels.has(backendLabel))
    .map(({ name }) => name)
    .toSorted();
  return { ...backend, volumeTypes };
}

function poolOf({ backendLabel: _label, ...pool }: CinderPool): StoragePool {
  return { ...pool, backendName: backendNameOf(pool.name) };
}

function volumeOf(volume: CinderStoredVolume, poolNames: ReadonlySet<string>): StoredVolume {
  const { host, serverIds, ...rest } = volume;
  const poolName = host !== undefined && poolNames.has(host) ? host : undefined;
  return { ...rest, poolName, instanceIds: serverIds, excluded: undefined };
}

function backendNameOf(poolName: string): string {
  return poolName.split('#')[0]!;
}
