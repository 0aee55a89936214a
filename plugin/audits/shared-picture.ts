import type { ClusterModel } from '../../cluster/cluster-model.ts';

export interface SharedPictureOptions {
  readonly collect: (signal: AbortSignal) => Promise<ClusterModel>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Milliseconds for which a picture serves those who come later. */
const FRESH_MILLISECONDS = 5000;
const TIMEOUT_MILLISECONDS = 120_000;

/** The cloud for those who only look: all who ask at the same time, or shortly after, share one collection. */
export class SharedPicture {
  readonly #collect: SharedPictureOptions['collect'];
  readonly #now: () => number;
  #taking: Promise<ClusterModel> | undefined;
  /** Counts how often what was seen was forgotten. */
  #asked = 0;
  #last: { readonly model: ClusterModel; readonly takenAt: number } | undefined;

  constructor({ collect, now }: SharedPictureOptions) {
    this.#collect = collect;
    this.#now = now;
  }

  /** What was seen is out of date: the next who asks gets a new picture. */
  forget(): void {
    this.#last = undefined;
    this.#taking = undefined;
    this.#asked += 1;
  }

  /** `signal` ends the wait of this caller, not the collection, for which others may wait. */
  async take(signal: AbortSignal): Promise<ClusterModel> {
    signal.throwIfAborted();
    if (this.#last !== undefined && this.#now() - this.#last.takenAt < FRESH_MILLISECONDS) {
      return this.#last.model;
    }
    const taking = (this.#taking ??= this.#takeOne());
    return abortable(taking, signal);
  }

  async #takeOne(): Promise<ClusterModel> {
    const takenAt = this.#now();
    const asked = this.#asked;
    try {
      const model = await this.#collect(AbortSignal.timeout(TIMEOUT_MILLISECONDS));
      if (asked === this.#asked) this.#last = { model, takenAt };
      return model;
    } finally {
      if (asked === this.#asked) this.#taking = undefined;
    }
  }
}

async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
