/** Tells when the data left to copy has not reached a new low for too long. */
export class StallWatch {
  readonly #limitMs: number;
  #low = Infinity;
  #lowAt = 0;

  constructor(limitSeconds: number) {
    this.#limitMs = limitSeconds * 1000;
  }

  /** Milliseconds since the last new low; 0 while nothing is known. */
  see(remainingBytes: number | undefined, now: number): number {
    if (remainingBytes !== undefined && remainingBytes < this.#low) {
      this.#low = remainingBytes;
      this.#lowAt = now;
    }
    return this.#low === Infinity ? 0 : now - this.#lowAt;
  }

  isStalled(sinceMs: number): boolean {
    return sinceMs >= this.#limitMs;
  }

  /** Another chance, from now on. */
  restart(now: number): void {
    this.#lowAt = now;
  }
}
