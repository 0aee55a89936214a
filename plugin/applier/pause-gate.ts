import type { Pause } from '../lifecycle/plan-claim.ts';

/** Holds back what is to begin while everything is paused. */
export class PauseGate {
  #pause: Pause | undefined;
  #open = Promise.withResolvers<void>();

  constructor() {
    this.#open.resolve();
  }

  /** What is known of a pause; undefined: work goes on. */
  get pause(): Pause | undefined {
    return this.#pause;
  }

  /** True when that is news. */
  set(pause: Pause | undefined): boolean {
    const before = this.#pause;
    this.#pause = pause;
    if (before === undefined && pause !== undefined) this.#open = Promise.withResolvers<void>();
    if (before !== undefined && pause === undefined) this.#open.resolve();
    return before?.since !== pause?.since;
  }

  /** Resolves when nothing is paused, or as soon as the signal fires. */
  async opened(signal: AbortSignal): Promise<void> {
    if (this.#pause === undefined || signal.aborted) return;
    const fired = Promise.withResolvers<void>();
    const end = (): void => fired.resolve();
    signal.addEventListener('abort', end, { once: true });
    await Promise.race([this.#open.promise, fired.promise]);
    signal.removeEventListener('abort', end);
  }
}

const BEGINNING = 'Paused since ';

/** What plans say of it. */
export function pauseMessage({ since, reason }: Pause): string {
  const why = reason === null ? '' : ` (${reason})`;
  return `${BEGINNING}${since}${why}: no new action begins until "auspex resume".`;
}

export function isPauseMessage(message: string | null): boolean {
  return message?.startsWith(BEGINNING) === true;
}
