import { buildClusterModel } from '../../cluster/cluster-model.ts';
import type { ClusterModel } from '../../cluster/cluster-model.ts';
import { applyScope } from '../../cluster/scope/apply-scope.ts';
import { applyStorageScope } from '../../cluster/scope/apply-storage-scope.ts';
import type { Scope } from '../../cluster/scope/scope.ts';
import { NO_STORAGE } from '../../cluster/storage-model.ts';
import type { StorageModel } from '../../cluster/storage-model.ts';
import type { DataNeeds } from '../../strategies/strategy.ts';

export interface ModelOptions {
  readonly collectCluster: (signal: AbortSignal) => Promise<ClusterModel>;
  /** Resolves to undefined when the cloud has no block storage; missing: it has none. */
  readonly collectStorage?: ((signal: AbortSignal) => Promise<StorageModel | undefined>) | undefined;
  /** Missing: no restriction. */
  readonly scope?: Scope;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface Models {
  readonly cluster: ClusterModel;
  /** Undefined when neither the strategy nor the scope asks for it. */
  readonly storage: StorageModel | undefined;
  /** What the scope has to say of the cloud, in sentences. */
  readonly explanation: readonly string[];
}

const EVERYTHING: Scope = { compute: undefined, storage: undefined, bareMetal: undefined };

/** Takes the pictures that the strategy needs and keeps them to the scope. Storage is looked at when the scope is about it, too. */
export async function takeModels(needs: DataNeeds, options: ModelOptions): Promise<Models> {
  const { models = ['compute'] } = needs;
  const { scope = EVERYTHING, signal } = options;
  if (models.length === 0)
    return { cluster: emptyCluster(options.now()), storage: undefined, explanation: [] };
  const needsStorage = models.includes('storage') || scope.storage !== undefined;
  const [cluster, storage] = await Promise.all([
    models.includes('compute') ? options.collectCluster(signal) : emptyCluster(options.now()),
    needsStorage ? options.collectStorage?.(signal) : undefined,
  ]);
  const scoped = applyScope(cluster, scope);
  if (!needsStorage) return { cluster: scoped.model, storage: undefined, explanation: scoped.explanation };
  const stored = applyStorageScope(storage ?? NO_STORAGE, scope.storage);
  return {
    cluster: scoped.model,
    storage: stored.model,
    explanation: [...scoped.explanation, ...stored.explanation],
  };
}

function emptyCluster(now: number): ClusterModel {
  return buildClusterModel({
    takenAt: new Date(now).toISOString(),
    hosts: [],
    instances: [],
    aggregates: [],
    serverGroups: [],
    migrations: [],
    warnings: [],
  });
}
