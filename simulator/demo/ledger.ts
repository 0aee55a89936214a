import { watts } from '../world/contention.ts';
import { STEP_SECONDS, stepOf } from '../world/demand.ts';
import type { World } from '../world/world.ts';

/** What happened to the hosts of a world between two instants. */
export interface Ledger {
  /** Minutes in which any host was above the threshold, summed over the hosts. */
  readonly minutesOver: number;
  /** The highest that any host reached, percent, and which. */
  readonly peakPercent: number;
  readonly peakHost: string;
  /** CPU time that guests wanted and did not get, in CPU-minutes. */
  readonly missingCpuMinutes: number;
  readonly energyKWh: number;
}

/** `from` and `to` in epoch seconds; whole 5-minute steps are counted. */
export function ledgerOf(
  world: World,
  span: { readonly from: number; readonly to: number },
  thresholdPercent: number,
): Ledger {
  let [steps, peakPercent, peakHost, missing, wattSteps] = [0, 0, '', 0, 0];
  for (let step = stepOf(span.from); step < stepOf(span.to); step += 1) {
    for (const host of world.hosts.values()) {
      const load = world.loads.hostAt(host.name, step);
      if (load === undefined) continue;
      if (load.cpuPercent > thresholdPercent) steps += 1;
      if (load.cpuPercent > peakPercent) [peakPercent, peakHost] = [load.cpuPercent, host.name];
      missing += load.missingCpus;
      wattSteps += watts(host, load.cpuPercent / 100);
    }
  }
  return {
    minutesOver: (steps * STEP_SECONDS) / 60,
    peakPercent,
    peakHost,
    missingCpuMinutes: (missing * STEP_SECONDS) / 60,
    energyKWh: (wattSteps * STEP_SECONDS) / 3.6e6,
  };
}
