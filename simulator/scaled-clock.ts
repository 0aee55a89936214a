/** A clock that runs faster than the wall's. Fits wherever the service wants a clock. */
export class ScaledClock {
  /** Epoch milliseconds of the simulated time at the last change of speed, and of the wall clock then. */
  #startedAt: number;
  #wallAt: number;
  #speed: number;

  /** `startAt` in epoch milliseconds. */
  constructor(startAt: number, speed: number) {
    this.#startedAt = startAt;
    this.#wallAt = performance.now();
    this.#speed = speed;
  }

  now(): number {
    return this.#startedAt + (performance.now() - this.#wallAt) * this.#speed;
  }

  /** Jumps ahead; what sleeps meanwhile is not woken earlier. */
  skip(milliseconds: number): void {
    this.#startedAt += milliseconds;
  }

  sleep(milliseconds: number, ...signals: readonly AbortSignal[]): Promise<void> {
    if (signals.some(signal => signal.aborted)) return Promise.resolve();
    return new Promise(resolve => {
      const end = (): void => {
        clearTimeout(timer);
        for (const signal of signals) signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(milliseconds / this.#speed, 2 ** 31 - 1));
      for (const signal of signals) signal.addEventListener('abort', end, { once: true });
    });
  }
}
