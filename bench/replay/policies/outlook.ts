import type { CloudView } from '../policy.ts';

/** What the coming hours of each machine look like, from its past so far; MIPS. */
export interface Outlook {
  readonly meanMips: Float64Array;
  readonly deviationMips: Float64Array;
  readonly mostMips: Float64Array;
}

/** Weight of the last sample in the level. */
const NEWEST = 0.1;
/** Samples that the fleet's own spread counts for: a short past says little about a machine's spread. */
const PRIOR_SAMPLES = 4;

export function outlookOf({ fleet, seen, step, stepsPerVm }: CloudView): Outlook {
  const meanMips = new Float64Array(fleet.vmCount);
  const squares = new Float64Array(fleet.vmCount);
  const mostMips = new Float64Array(fleet.vmCount);
  let pooled = 0;
  for (let vm = 0; vm < fleet.vmCount; vm += 1) {
    const past = seen.subarray(vm * stepsPerVm, vm * stepsPerVm + step);
    let [level, sum, square, most] = [past[0]!, 0, 0, 0];
    for (const value of past) {
      level += NEWEST * (value - level);
      sum += value;
      square += value * value;
      most = Math.max(most, value);
    }
    const mean = sum / step;
    meanMips[vm] = fleet.vmMips[vm]! * Math.max(0.5 * (mean + level), 0);
    squares[vm] = Math.max(0, square - step * mean * mean);
    pooled += squares[vm]! / step / fleet.vmCount;
    mostMips[vm] = fleet.vmMips[vm]! * most;
  }
  const deviationMips = squares.map(
    (sum, vm) => fleet.vmMips[vm]! * Math.sqrt((sum + PRIOR_SAMPLES * pooled) / (step + PRIOR_SAMPLES)),
  );
  return { meanMips, deviationMips, mostMips };
}
