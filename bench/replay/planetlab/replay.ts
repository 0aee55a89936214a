import type { CloudView, ReplayPolicy } from '../policy.ts';
import { fleetOf } from './machines.ts';
import type { Figures } from './metrics.ts';
import { initialPlacement } from './placement.ts';
import type { Trace } from './trace.ts';
import { STEP_SECONDS } from './trace.ts';
import { World } from './world.ts';

/** Which quirks of CloudSim are on: all; all but Q2 (no machine vanishes); neither Q2 nor Q1 (memory holds, too). */
export type Mode = 'compat' | 'kept' | 'ram';

export interface ReplayResult extends Figures {
  readonly policy: string;
  readonly migrations: number;
  /** Wall time of the policy for each control step. */
  readonly secondsPerStep: number;
}

export interface ReplayOptions {
  readonly trace: Trace;
  readonly mode: Mode;
  readonly policy: ReplayPolicy;
  /** A clock in milliseconds. */
  readonly now: () => number;
  readonly hostCount?: number;
}

/** The first update comes a tenth of a second after the start, and so does each control step after its sample. */
const FIRST_UPDATE = 0.1;

/** Replays a day: the policy sees what has been at each control step, never what comes. */
export function replay({ trace, mode, policy, now, hostCount }: ReplayOptions): ReplayResult {
  const fleet = fleetOf(trace.vmCount, hostCount);
  const world = new World({
    trace,
    fleet,
    placement: initialPlacement(fleet, policy.start),
    vmsVanish: mode === 'compat',
    isMemoryHard: mode === 'ram',
    isAlwaysFull: policy.power === 'always full',
  });
  const steps = trace.samplesPerVm - 2;
  const seen = new Float64Array(trace.vmCount * steps).fill(Number.NaN);
  let [migrations, milliseconds] = [0, 0];
  let seconds = FIRST_UPDATE;
  for (let step = 1; step <= steps; step += 1) {
    seconds += STEP_SECONDS;
    world.advanceTo(seconds);
    for (let vm = 0; vm < trace.vmCount; vm += 1) seen[vm * steps + step - 1] = world.shares[vm]!;
    const { hostOf, vmsOf, requestMips, usedMips } = world;
    const view: CloudView = {
      fleet,
      step,
      seconds,
      hostOf,
      vmsOf,
      requestMips,
      usedMips,
      seen,
      stepsPerVm: steps,
      isMemoryHard: mode === 'ram',
    };
    const from = now();
    const moves = policy.decide(view);
    milliseconds += now() - from;
    world.start(moves);
    migrations += moves.length;
  }
  // Nothing is counted after the last control step but what it started (Q9).
  world.endMigrations((steps + 1) * STEP_SECONDS);
  return {
    policy: policy.name,
    ...world.metrics.figures(),
    migrations,
    secondsPerStep: milliseconds / 1000 / Math.max(1, steps),
  };
}
