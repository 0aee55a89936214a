/** The passing of time, so that tests need not wait for it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after that time, or as soon as one of the signals fires; never rejects because of a signal. */
  sleep(milliseconds: number, ...signals: readonly AbortSignal[]): Promise<void>;
}

/** Node fires timers longer than this at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(milliseconds, ...signals) {
    if (signals.some(signal => signal.aborted)) return Promise.resolve();
    return new Promise(resolve => {
      const end = (): void => {
        clearTimeout(timer);
        for (const signal of signals) signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(milliseconds, LONGEST_TIMER_MS));
      for (const signal of signals) signal.addEventListener('abort', end, { once: true });
    });
  },
};
