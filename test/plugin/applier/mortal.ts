import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../plugin/actions/clock.ts';

export type Call = (...args: unknown[]) => Promise<unknown>;

/** One time for many sleepers; it passes when the test says so. */
export class SharedClock implements Clock {
  #now: number;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  /** `startAt` in epoch milliseconds. */
  constructor(startAt: number) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number, ...signals: readonly AbortSignal[]): Promise<void> {
    if (milliseconds <= 0 || signals.some(signal => signal.aborted)) return Promise.resolve();
    return new Promise(resolve => {
      this.#sleepers.push({ at: this.#now + milliseconds, wake: resolve });
      for (const signal of signals) signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#sleepers.filter(({ at }) => at <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    for (const { wake } of due) wake();
  }
}

/** How many calls of all processes are being carried out. */
export class Traffic {
  #underWay = 0;

  async carry<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Resolves when everybody waits for the time to pass. */
  async settled(): Promise<void> {
    for (let calm = 0; calm < 4; calm += 1) {
      await nextTurn();
      if (this.#underWay > 0) calm = -1;
    }
  }
}

/** A process that can die, or stand still for a while, before and after each of its calls to the world outside. */
export class Process {
  readonly #traffic: Traffic;
  #passages = 0;
  #isDead = false;
  #thaw: PromiseWithResolvers<void> | undefined;
  #plan: { readonly passage: number; readonly happens: () => void } | undefined;

  constructor(traffic: Traffic) {
    this.#traffic = traffic;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isFrozen(): boolean {
    return this.#thaw !== undefined;
  }

  /** At its so-manieth moment. */
  at(passage: number, happens: () => void): void {
    this.#plan = { passage, happens };
  }

  kill(): void {
    this.#isDead = true;
  }

  freeze(): void {
    this.#thaw ??= Promise.withResolvers();
  }

  thaw(): void {
    this.#thaw?.resolve();
    this.#thaw = undefined;
  }

  /** The same functions, as this process calls them. */
  calling<T extends object>(target: T, names: readonly (keyof T & string)[]): T {
    const calls = names.map(name => [name, this.guarded((target[name] as Call).bind(target))]);
    return { ...target, ...(Object.fromEntries(calls) as Partial<T>) };
  }

  guarded(call: Call): Call {
    return async (...args) => {
      await this.#pass();
      const [end] = await Promise.allSettled([this.#traffic.carry(() => call(...args))]);
      await this.#pass();
      if (end.status === 'rejected') throw end.reason;
      return end.value;
    };
  }

  /** Never resolves once the process is dead. */
  async #pass(): Promise<void> {
    this.#passages += 1;
    if (this.#plan?.passage === this.#passages) this.#plan.happens();
    while (this.#thaw !== undefined) await this.#thaw.promise;
    if (this.#isDead) await new Promise(() => undefined);
  }
}
