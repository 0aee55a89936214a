export interface MigrationLoad {
  /** What has to be copied. */
  readonly memoryMiB: number;
  /** How fast the guest changes its memory. */
  readonly dirtyMiBPerSecond: number;
  /** What the migration gets of the link. */
  readonly bandwidthMiBPerSecond: number;
}

export interface MigrationCost {
  readonly seconds: number;
  readonly downtimeSeconds: number;
  /** Share of its speed, 0 to 1, at which the guest must run so that copying catches up; 1 = it is not throttled. */
  readonly speed: number;
  /** The cost in minutes of overload: what the guest loses while it is copied, and while it is paused. */
  readonly minutes: number;
}

/** QEMU's default for the final, paused round. */
const LONGEST_PAUSE_SECONDS = 0.5;
const MOST_ROUNDS = 60;
/** A guest runs about 10 % slower while it is copied (Voorsluys et al., CloudCom 2009; the figure that CloudSim uses). */
const SLOWDOWN = 0.1;
/** Dirtying more than this share of what is copied makes QEMU throttle the guest (auto-converge) until it does not. */
const HIGHEST_DIRTY_SHARE = 0.8;

/**
 * Pre-copy: each round copies what was dirtied during the round before, until the rest fits into the pause. A guest that dirties memory too fast
 * is throttled: its migration is no less possible, but dear.
 */
export function migrationCost(load: MigrationLoad): MigrationCost {
  const { memoryMiB, bandwidthMiBPerSecond } = load;
  const fastest = HIGHEST_DIRTY_SHARE * bandwidthMiBPerSecond;
  const speed = load.dirtyMiBPerSecond > fastest ? fastest / load.dirtyMiBPerSecond : 1;
  const dirtyMiBPerSecond = load.dirtyMiBPerSecond * speed;
  let remainingMiB = memoryMiB;
  let seconds = 0;
  for (
    let round = 0;
    round < MOST_ROUNDS && remainingMiB / bandwidthMiBPerSecond > LONGEST_PAUSE_SECONDS;
    round += 1
  ) {
    const roundSeconds = remainingMiB / bandwidthMiBPerSecond;
    seconds += roundSeconds;
    remainingMiB = Math.min(memoryMiB, roundSeconds * dirtyMiBPerSecond);
  }
  const downtimeSeconds = remainingMiB / bandwidthMiBPerSecond;
  const loss = Math.max(SLOWDOWN, 1 - speed);
  return {
    seconds: seconds + downtimeSeconds,
    downtimeSeconds,
    speed,
    minutes: (loss * seconds + downtimeSeconds) / 60,
  };
}
