import type { Clock } from '../../../plugin/actions/clock.ts';

/** Time that passes only by sleeping, and then at once. For one sleeper at a time. */
export class ManualClock implements Clock {
  #now = Date.parse('2026-03-01T12:00:00Z');
  readonly #events: { readonly at: number; readonly happen: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  /** Something that happens while somebody sleeps, so many seconds from now. */
  after(seconds: number, happen: () => void): void {
    this.#events.push({ at: this.#now + seconds * 1000, happen });
    this.#events.sort((one, other) => one.at - other.at);
  }

  async sleep(milliseconds: number, ...signals: readonly AbortSignal[]): Promise<void> {
    const end = this.#now + milliseconds;
    while (!signals.some(signal => signal.aborted)) {
      const event = this.#events[0];
      if (event === undefined || event.at > end) {
        this.#now = end;
        return;
      }
      this.#events.shift();
      this.#now = event.at;
      event.happen();
    }
  }
}
