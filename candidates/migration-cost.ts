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
  /** False when the guest dirties memory as fast as it can be copied: QEMU must then throttle or pause it. */
  readonly converges: boolean;
  /** The cost in minutes of overload: what the guest loses while it is copied, and while it is paused. */
  readonly minutes: number;
}

/** QEMU's default for the final, paused round. */
const LONGEST_PAUSE_SECONDS = 0.5;
const MOST_ROUNDS = 30;
/** A guest runs about 10 % slower while it is copied (Voorsluys et al., CloudCom 2009; the figure that CloudSim uses). */
const SLOWDOWN = 0.1;

/** Pre-copy: each round copies what was dirtied during the round before, until the rest fits into the pause. */
export function migrationCost(load: MigrationLoad): MigrationCost {
  const { memoryMiB, dirtyMiBPerSecond, bandwidthMiBPerSecond } = load;
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
  return {
    seconds: seconds + downtimeSeconds,
    downtimeSeconds,
    converges: downtimeSeconds <= LONGEST_PAUSE_SECONDS,
    minutes: (SLOWDOWN * seconds + downtimeSeconds) / 60,
  };
}
