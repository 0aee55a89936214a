import { untilAborted } from './abort.ts';
import type { Token } from './token.ts';

/** Holds the current token; many callers share one fetch of a new one. */
export class TokenKeeper {
  #token: Token | undefined;
  #pending: Promise<Token> | undefined;
  readonly #fetch: () => Promise<Token>;
  readonly #now: () => number;

  constructor(fetch: () => Promise<Token>, now: () => number) {
    this.#fetch = fetch;
    this.#now = now;
  }

  async current(signal: AbortSignal): Promise<Token> {
    signal.throwIfAborted();
    if (this.#token !== undefined && this.#now() < this.#token.renewAt) return this.#token;
    // The fetch is not bound to this caller's signal: others wait for it too. It has its own time-out.
    this.#pending ??= this.#renew();
    return untilAborted(this.#pending, signal);
  }

  /** Forgets the token that a service refused, unless it has been renewed since. */
  discard(refused: Token): void {
    if (this.#token?.id === refused.id) this.#token = undefined;
  }

  async #renew(): Promise<Token> {
    try {
      this.#token = await this.#fetch();
      return this.#token;
    } finally {
      this.#pending = undefined;
    }
  }
}
