import type { Fleet } from './planetlab/machines.ts';
import type { Start } from './planetlab/placement.ts';

/** A machine goes to a host; starts at once, counts as one migration. */
export interface Migration {
  readonly vm: number;
  readonly host: number;
}

/**
 * What a policy sees at a control step: the cloud as it is and the past, nothing of the future. Arrays belong to the
 * replay: read, never write, keep no reference.
 */
export interface CloudView {
  readonly fleet: Fleet;
  /** Control steps so far, from 1. */
  readonly step: number;
  readonly seconds: number;
  /** The host of each machine; -1 when it is gone. */
  readonly hostOf: Int32Array;
  /** Machines of each host, in order of arrival. */
  readonly vmsOf: readonly (readonly number[])[];
  /** What each machine asks for now, MIPS, not capped to a core. */
  readonly requestMips: Float64Array;
  /** Measured use of each host, MIPS; a host at 0 is off. */
  readonly usedMips: Float64Array;
  /** Machine by machine, `stepsPerVm` shares (0-1) each: the share seen at step k stands at k - 1, NaN while k is in the future. */
  readonly seen: Float64Array;
  readonly stepsPerVm: number;
  /** Whether a machine holds all its memory (mode `ram`); otherwise memory is no constraint. */
  readonly isMemoryHard: boolean;
}

/** A policy of placement, made anew for each replay. */
export interface ReplayPolicy {
  readonly name: string;
  readonly start: Start;
  /** `always full` counts all hosts at full power, whatever they do. */
  readonly power: 'measured' | 'always full';
  /** What to move at this control step. In mode `ram` each target must have the memory while the source still holds it, too. */
  decide(view: CloudView): readonly Migration[];
}
