import type { ClusterModel } from '../../cluster/cluster-model.ts';

/** How long a picture in which everything is frozen is compared with the one before, until it is taken for the truth. */
const DISBELIEF_MILLISECONDS = 3_600_000;

export type CollectCluster = (
  previous: ClusterModel | undefined,
  signal: AbortSignal,
) => Promise<ClusterModel>;

/**
 * Remembers the last picture of the cloud that could be planned on: what vanishes from it all at once freezes planning, and not for a single
 * collection only. After an hour of the same the new picture is believed.
 */
export class ClusterWatch {
  readonly #collect: CollectCluster;
  readonly #now: () => number;
  #trusted: ClusterModel | undefined;
  #doubtSince: number | undefined;

  /** `now` in epoch milliseconds. */
  constructor(collect: CollectCluster, now: () => number) {
    this.#collect = collect;
    this.#now = now;
  }

  async take(signal: AbortSignal): Promise<ClusterModel> {
    const model = await this.#collect(this.#trusted, signal);
    const isFrozen = model.hosts.length > 0 && model.hosts.every(host => host.frozen !== undefined);
    if (!isFrozen) {
      this.#doubtSince = undefined;
      this.#trusted = newerOf(this.#trusted, model);
      return model;
    }
    this.#doubtSince ??= this.#now();
    if (this.#now() - this.#doubtSince >= DISBELIEF_MILLISECONDS) this.#trusted = undefined;
    return model;
  }
}

/** Audits side by side may end their collections in another order than they began them. */
function newerOf(one: ClusterModel | undefined, other: ClusterModel): ClusterModel {
  return one !== undefined && one.takenAt > other.takenAt ? one : other;
}
