import type { Fleet } from './machines.ts';
import { wattsAt } from './machines.ts';

/** What a replayed day came to; shares, not per cents. */
export interface Figures {
  readonly energyKwh: number;
  /** Share of active hosts' time in which a host had less than was asked for. */
  readonly slatah: number;
  /** Share of the work asked for that was lost to migrations. */
  readonly pdm: number;
  readonly slav: number;
  readonly esv: number;
  readonly overallSlaViolation: number;
}

/** One log of states, as three columns and what has been counted; an entry counts from its instant to the next one's. */
interface StateLog {
  readonly at: Float64Array;
  readonly allocated: Float64Array;
  readonly requested: Float64Array;
  /** Hosts: active. Machines: migrating away. */
  readonly flag: Uint8Array;
}

/** Counts energy and violations while the day runs, without keeping logs. */
export class Metrics {
  readonly #hosts: StateLog;
  readonly #vms: StateLog;
  #joules = 0;
  #activeSeconds = 0;
  #shortSeconds = 0;
  #requested = 0;
  #allocated = 0;
  #lostToMigration = 0;

  constructor(fleet: Fleet) {
    this.#hosts = emptyLog(fleet.hostCount);
    this.#vms = emptyLog(fleet.vmCount);
  }

  /** Energy of all hosts since the last update. A host whose interval began at 0 counts nothing (Q5). */
  addEnergy(fleet: Fleet, before: Float64Array, now: Float64Array, seconds: number): void {
    for (let host = 0; host < fleet.hostCount; host += 1) {
      if (before[host] === 0) continue;
      const kind = fleet.hostKind[host]!;
      const watts =
        wattsAt(kind, before[host]! / kind.totalMips) + wattsAt(kind, now[host]! / kind.totalMips);
      this.#joules += (watts / 2) * seconds;
    }
  }

  addFullPower(fleet: Fleet, seconds: number): void {
    for (const kind of fleet.hostKind) this.#joules += kind.watts[10]! * seconds;
  }

  logHost(host: number, at: number, allocated: number, requested: number): void {
    const log = this.#hosts;
    const seconds = at - log.at[host]!;
    if (seconds > 0 && log.flag[host] === 1) {
      this.#activeSeconds += seconds;
      if (log.allocated[host]! < log.requested[host]!) this.#shortSeconds += seconds;
    }
    write(log, host, { at, allocated, requested, flag: allocated > 0 });
  }

  logVm(vm: number, at: number, allocated: number, requested: number, isLeaving: boolean): void {
    const log = this.#vms;
    const seconds = at - log.at[vm]!;
    if (seconds > 0) {
      const [had, asked] = [log.allocated[vm]!, log.requested[vm]!];
      this.#allocated += had * seconds;
      this.#requested += asked * seconds;
      if (had < asked && log.flag[vm] === 1) this.#lostToMigration += (asked - had) * seconds;
    }
    write(log, vm, { at, allocated, requested, flag: isLeaving });
  }

  figures(): Figures {
    const energyKwh = this.#joules / 3.6e6;
    const slatah = ratio(this.#shortSeconds, this.#activeSeconds);
    const pdm = ratio(this.#lostToMigration, this.#requested);
    const slav = slatah * pdm;
    const overallSlaViolation = ratio(this.#requested - this.#allocated, this.#requested);
    return { energyKwh, slatah, pdm, slav, esv: energyKwh * slav, overallSlaViolation };
  }
}

function emptyLog(length: number): StateLog {
  return {
    at: new Float64Array(length).fill(Infinity),
    allocated: new Float64Array(length),
    requested: new Float64Array(length),
    flag: new Uint8Array(length),
  };
}

function write(
  log: StateLog,
  n: number,
  { at, allocated, requested, flag }: { at: number; allocated: number; requested: number; flag: boolean },
): void {
  log.at[n] = at;
  log.allocated[n] = allocated;
  log.requested[n] = requested;
  log.flag[n] = flag ? 1 : 0;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
