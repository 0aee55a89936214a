import { buildStorageModel } from '../storage-model.ts';
import type { StorageBackend, StorageModel, StoredVolume } from '../storage-model.ts';
import type { Scoped } from './apply-scope.ts';
import { missing } from './listed.ts';
import { plainId } from './parse-scope.ts';
import type { StorageScope } from './scope.ts';

/**
 * The block storage as an audit with that scope may see it: backends out of it are gone with their pools and volumes, excluded pools with
 * their volumes; excluded volumes stay and are marked. Names that the cloud does not have are told, never an error.
 */
export function applyStorageScope(
  storage: StorageModel,
  scope: StorageScope | undefined,
): Scoped<StorageModel> {
  if (scope === undefined) return { model: storage, explanation: [] };
  const backends = storage.backends.filter(backend => isIncluded(backend, scope));
  const inside = new Set(backends.map(({ name }) => name));
  const pools = storage.pools.filter(
    ({ name, backendName }) => inside.has(backendName) && !scope.excludedPoolNames.has(name),
  );
  const left = new Set(pools.map(({ name }) => name));
  const volumes = storage.volumes
    .filter(({ poolName }) => poolName === undefined || left.has(poolName))
    .map(volume => marked(volume, scope));
  const explanation = unknownNames(storage, scope);
  if (pools.length === 0 && storage.pools.length > 0) {
    explanation.push(`The scope leaves none of the ${storage.pools.length} storage pools.`);
  }
  return { model: buildStorageModel({ backends, pools, volumes }), explanation };
}

function isIncluded({ zone, volumeTypes }: StorageBackend, { include }: StorageScope): boolean {
  if (include === undefined) return true;
  const { zones, volumeTypes: types } = include;
  if (zones.all || types.all || zones.names.has(zone)) return true;
  return volumeTypes.some(name => types.names.has(name));
}

function marked(volume: StoredVolume, scope: StorageScope): StoredVolume {
  const excluded = whyExcluded(volume, scope);
  return excluded === undefined ? volume : { ...volume, excluded };
}

function whyExcluded({ id, projectId }: StoredVolume, scope: StorageScope): string | undefined {
  if (scope.excludedVolumeIds.has(plainId(id))) return "the audit's scope excludes it";
  const isOfProject = scope.excludedProjectIds.has(plainId(projectId));
  return isOfProject ? "the audit's scope excludes its project" : undefined;
}

function unknownNames(storage: StorageModel, scope: StorageScope): string[] {
  const { include } = scope;
  const zones = new Set(storage.backends.map(({ zone }) => zone));
  const types = new Set(storage.backends.flatMap(({ volumeTypes }) => volumeTypes));
  const pools = new Set(storage.pools.map(({ name }) => name));
  const volumes = new Set(storage.volumes.map(({ id }) => plainId(id)));
  return [
    ...missing('availability zone with storage', include?.zones.names.difference(zones)),
    ...missing('volume type on any backend', include?.volumeTypes.names.difference(types)),
    ...missing('storage pool', scope.excludedPoolNames.difference(pools)),
    ...missing('volume', scope.excludedVolumeIds.difference(volumes)),
  ];
}
