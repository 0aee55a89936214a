import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../plugin/actions/clock.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Time that passes only when it is told to; for any number of sleepers. */
export class SteppedClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  constructor(startAt: string) {
    this.#now = Date.parse(startAt);
  }

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number, ...signals: readonly AbortSignal[]): Promise<void> {
    if (signals.some(signal => signal.aborted)) return Promise.resolve();
    return new Promise(resolve => {
      const sleeper = { until: this.#now + milliseconds, wake: resolve };
      this.#sleepers.push(sleeper);
      for (const signal of signals) {
        signal.addEventListener('abort', () => {
          this.#sleepers = this.#sleepers.filter(other => other !== sleeper);
          resolve();
        });
      }
    });
  }

  /** Passes the seconds, and stops wherever somebody wakes until `settled`. */
  async pass(seconds: number, settled: () => Promise<unknown>): Promise<void> {
    const end = this.#now + seconds * 1000;
    for (;;) {
      // Who is awake has to say what it does next.
      await nextTurn();
      await settled();
      const next = Math.min(...this.#sleepers.map(({ until }) => until));
      if (next > end) break;
      this.#now = Math.max(this.#now, next);
      const awake = this.#sleepers.filter(({ until }) => until <= this.#now);
      this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#now);
      for (const { wake } of awake) wake();
    }
    this.#now = end;
  }
}
