/** A place that an action needs: at most `limit` may hold the key at once. */
export interface Demand {
  readonly key: string;
  readonly limit: number;
}

export type Release = () => void;

interface Waiter {
  readonly demands: readonly Demand[];
  readonly grant: (release: Release) => void;
}

/**
 * Limits what runs at once. Whoever waits takes all places that it needs in one go, so two can never block each
 * other; who came first is served first among those whose places are free.
 */
export class Slots {
  readonly #held = new Map<string, number>();
  readonly #waiting = new Set<Waiter>();

  /** Undefined when the signal fired before all places were free. */
  acquire(demands: readonly Demand[], signal: AbortSignal): Promise<Release | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise(resolve => {
      const giveUp = (): void => {
        this.#waiting.delete(waiter);
        resolve(undefined);
      };
      const waiter: Waiter = {
        demands,
        grant: release => {
          signal.removeEventListener('abort', giveUp);
          resolve(release);
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(waiter);
      this.#serve();
    });
  }

  /** Counts what is under way already, whether or not there is room for it. */
  occupy(demands: readonly Demand[]): Release {
    for (const { key } of demands) this.#add(key, 1);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      for (const { key } of demands) this.#add(key, -1);
      this.#serve();
    };
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      if (!waiter.demands.every(({ key, limit }) => this.#count(key) < limit)) continue;
      this.#waiting.delete(waiter);
      waiter.grant(this.occupy(waiter.demands));
    }
  }

  #add(key: string, change: 1 | -1): void {
    const count = this.#count(key) + change;
    if (count === 0) this.#held.delete(key);
    else this.#held.set(key, count);
  }

  #count(key: string): number {
    return this.#held.get(key) ?? 0;
  }
}
