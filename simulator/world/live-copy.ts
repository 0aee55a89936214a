/** What a live migration has to copy, and how fast that changes. */
export interface CopyLoad {
  readonly memoryMiB: number;
  /** Memory that the guest writes to again and again; never more than this is dirty after a round. */
  readonly workingSetMiB: number;
  readonly dirtyMiBPerSecond: number;
}

export interface CopySettings {
  /** The pause that is allowed for the last round; QEMU's and Nova's default is 0.5 s. */
  readonly downtimeLimitSeconds: number;
  /** Slow the guest down when a round dirties more than half of what it copied, as QEMU does. */
  readonly autoConverge: boolean;
  /** Whether a migration that is forced to complete switches to post-copy; else it pauses the guest. */
  readonly postCopy: boolean;
}

export type CopyPhase = 'copying' | 'paused' | 'post-copy' | 'done';

/** Handing the guest over: devices' state, network, resuming. */
const SWITCH_OVER_SECONDS = 0.05;
/** QEMU: throttle-trigger-threshold 50 %, cpu-throttle-initial 20 %, -increment 10 %, max 99 %. */
const TRIGGER_SHARE = 0.5;
const FIRST_THROTTLE = 0.2;
const MORE_THROTTLE = 0.1;
const MOST_THROTTLE = 0.99;

/**
 * Pre-copy of a running guest (Clark et al., NSDI 2005; QEMU's migration/ram.c): each round copies what was dirtied during
 * the round before, until the rest fits into the allowed pause. Advanced by the caller, with the bandwidth of the moment.
 */
export class LiveCopy {
  readonly #load: CopyLoad;
  readonly #settings: CopySettings;
  #phase: CopyPhase = 'copying';
  #remaining: number;
  #processed = 0;
  #rounds = 1;
  #roundSeconds = 0;
  #roundMiB: number;
  #throttle = 0;
  #busyRounds = 0;
  #downtime = 0;
  #pauseLeft = 0;

  constructor(load: CopyLoad, settings: CopySettings) {
    this.#load = load;
    this.#settings = settings;
    this.#remaining = load.memoryMiB;
    this.#roundMiB = load.memoryMiB;
  }

  get phase(): CopyPhase {
    return this.#phase;
  }

  get remainingMiB(): number {
    return this.#remaining;
  }

  get processedMiB(): number {
    return this.#processed;
  }

  get rounds(): number {
    return this.#rounds;
  }

  /** Share (0–1) of its time that the guest is stopped so that the copy can catch up. */
  get throttle(): number {
    return this.#throttle;
  }

  /** How long the guest stood still, so far. */
  get downtimeSeconds(): number {
    return this.#downtime;
  }

  /** Seconds until the next round or phase begins at that bandwidth (MiB/s); Infinity without bandwidth or when done. */
  untilNext(bandwidth: number): number {
    if (this.#phase === 'done') return Infinity;
    if (this.#pauseLeft > 0) return this.#pauseLeft;
    return bandwidth > 0 ? this.#remaining / bandwidth : Infinity;
  }

  /** Lets time pass; `bandwidth` (MiB/s) is constant meanwhile. */
  advance(seconds: number, bandwidth: number): void {
    let left = seconds;
    while (left > 0 && this.#phase !== 'done') {
      const until = this.untilNext(bandwidth);
      const passed = Math.min(left, until);
      if (passed === Infinity) return;
      this.#pass(passed, bandwidth);
      left -= passed;
      // Rounding must not leave a crumb that takes for ever.
      if (passed === until) this.#turn(bandwidth);
    }
  }

  /** Pauses the guest until the rest is copied, or lets it run on the target at once and pull the rest. */
  forceComplete(): void {
    if (this.#phase !== 'copying') return;
    this.#remaining = Math.min(this.#load.memoryMiB, this.#remaining + this.#dirtied());
    this.#pauseLeft = SWITCH_OVER_SECONDS;
    this.#phase = this.#settings.postCopy ? 'post-copy' : 'paused';
  }

  #pass(seconds: number, bandwidth: number): void {
    if (this.#phase === 'copying') this.#roundSeconds += seconds;
    if (this.#phase === 'paused' || this.#pauseLeft > 0) this.#downtime += seconds;
    if (this.#pauseLeft > 0) {
      this.#pauseLeft = Math.max(0, this.#pauseLeft - seconds);
      return;
    }
    const copied = Math.min(this.#remaining, seconds * bandwidth);
    this.#remaining -= copied;
    this.#processed += copied;
  }

  #turn(bandwidth: number): void {
    if (this.#pauseLeft > 1e-9) return;
    this.#pauseLeft = 0;
    if (this.#remaining > 1e-6) return;
    this.#remaining = 0;
    if (this.#phase !== 'copying') {
      this.#phase = 'done';
      return;
    }
    const dirtied = this.#dirtied();
    this.#converge(dirtied);
    this.#remaining = dirtied;
    this.#roundMiB = dirtied;
    this.#roundSeconds = 0;
    this.#rounds += 1;
    if (dirtied / bandwidth > this.#settings.downtimeLimitSeconds) return;
    this.#phase = 'paused';
    this.#pauseLeft = SWITCH_OVER_SECONDS;
  }

  /** MiB changed since this round began. */
  #dirtied(): number {
    const { workingSetMiB, dirtyMiBPerSecond } = this.#load;
    return Math.min(workingSetMiB, dirtyMiBPerSecond * (1 - this.#throttle) * this.#roundSeconds);
  }

  #converge(dirtied: number): void {
    if (!this.#settings.autoConverge || dirtied <= TRIGGER_SHARE * this.#roundMiB) return;
    this.#busyRounds += 1;
    if (this.#busyRounds < 2) return;
    this.#busyRounds = 0;
    this.#throttle =
      this.#throttle === 0 ? FIRST_THROTTLE : Math.min(MOST_THROTTLE, this.#throttle + MORE_THROTTLE);
  }
}
