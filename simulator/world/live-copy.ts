/** What a live migration has to copy, and how fast that changes. */
export interface CopyLoad {
  readonly memoryMiB: number;
  /** Memory that the guest writes to again and again; never more than this is dirty after a round. */
  readonly workingSetMiB: number;
  readonly dirtyMiBPerSecond: number;
}

export interface CopySettings {
  /** The pause that is allowed for the last round; Nova's default is 0.5 s, QEMU's 0.3 s. */
  readonly downtimeLimitSeconds: number;
  /** Slow the guest down when a round dirties more than half of what it copied, as QEMU does. */
  readonly autoConverge: boolean;
  /** Whether a migration that is forced to complete switches to post-copy; else it pauses the guest. */
  readonly postCopy: boolean;
}

export type CopyPhase = 'copying' | 'paused' | 'post-copy' | 'done';

/** Handing the guest over: devices' state, network, resuming. */
const SWITCH_OVER_SECONDS = 0.05;
/** QEMU looks every 50 ms whether the rest fits into the pause (MAX_WAIT in migration/ram.c): half of that late on average. */
const LOOK_LATE_SECONDS = 0.025;
/** QEMU: throttle-trigger-threshold 50 %, cpu-throttle-initial 20 %, -increment 10 %, max 99 %. */
const TRIGGER_SHARE = 0.5;
const FIRST_THROTTLE = 0.2;
const MORE_THROTTLE = 0.1;
const MOST_THROTTLE = 0.99;

/**
 * Pre-copy of a running guest (Clark et al., NSDI 2005; QEMU's migration/ram.c): a round ends as soon as its rest would fit into
 * the allowed pause. What was dirtied meanwhile is added; when all that fits, too, the guest is paused and gets it, else the next
 * round begins. Advanced by the caller, with the bandwidth of the moment.
 */
export class LiveCopy {
  readonly #load: CopyLoad;
  readonly #settings: CopySettings;
  #phase: CopyPhase = 'copying';
  #remaining: number;
  #processed = 0;
  #rounds = 1;
  #roundSeconds = 0;
  #roundMiB = 0;
  #throttle = 0;
  #busyRounds = 0;
  #downtime = 0;
  #pauseLeft = 0;

  constructor(load: CopyLoad, settings: CopySettings) {
    this.#load = load;
    this.#settings = settings;
    this.#remaining = load.memoryMiB;
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
    return bandwidth > 0 ? Math.max(0, this.#remaining - this.#roundEndMiB(bandwidth)) / bandwidth : Infinity;
  }

  /** Lets time pass; `bandwidth` (MiB/s) is constant meanwhile. */
  advance(seconds: number, bandwidth: number): void {
    let left = seconds;
    // Once even for no time: with more bandwidth than before, the round may end at once.
    do {
      const until = this.untilNext(bandwidth);
      const passed = Math.min(left, until);
      if (passed === Infinity) return;
      this.#pass(passed, bandwidth);
      left -= passed;
      // Rounding must not leave a crumb that takes for ever.
      if (passed === until) this.#turn(bandwidth);
    } while (left > 0 && this.#phase !== 'done');
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
    this.#roundMiB += copied;
  }

  #turn(bandwidth: number): void {
    if (this.#pauseLeft > 1e-9) return;
    this.#pauseLeft = 0;
    if (this.#remaining > this.#roundEndMiB(bandwidth) + 1e-6) return;
    if (this.#phase !== 'copying') {
      this.#remaining = 0;
      this.#phase = 'done';
      return;
    }
    const dirtied = this.#dirtied();
    this.#converge(dirtied);
    // After the first round, all that is dirty lies in the working set.
    const most = this.#rounds === 1 ? this.#load.memoryMiB : this.#load.workingSetMiB;
    this.#remaining = Math.min(Math.max(most, this.#remaining), this.#remaining + dirtied);
    this.#roundMiB = 0;
    this.#roundSeconds = 0;
    this.#rounds += 1;
    if (this.#remaining / bandwidth > this.#settings.downtimeLimitSeconds) return;
    this.#phase = 'paused';
    this.#pauseLeft = SWITCH_OVER_SECONDS;
  }

  /** MiB that may be left when a round ends. */
  #roundEndMiB(bandwidth: number): number {
    if (this.#phase !== 'copying') return 0;
    return Math.max(0, this.#settings.downtimeLimitSeconds - LOOK_LATE_SECONDS) * bandwidth;
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
