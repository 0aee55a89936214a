import type { Migration } from '../policy.ts';
import type { Fleet } from './machines.ts';
import { migrationSeconds } from './machines.ts';
import { Metrics } from './metrics.ts';
import type { Sharer } from './sharing.ts';
import { LEAVING, shareCpu } from './sharing.ts';
import type { Trace } from './trace.ts';
import { sharesAt } from './trace.ts';

/** A policy asked for what cannot be: a fault of the policy. */
export class ImpossibleMigrationError extends Error {
  override readonly name = 'ImpossibleMigrationError';
  readonly code = 'replay_impossible_migration';
}

export interface WorldOptions {
  readonly trace: Trace;
  readonly fleet: Fleet;
  readonly placement: Int32Array;
  readonly vmsVanish: boolean;
  readonly isMemoryHard: boolean;
  readonly isAlwaysFull: boolean;
}

/** The cloud of the experiment as time passes. Hosts without load are off; it takes no time. */
export class World {
  readonly #options: WorldOptions;
  readonly metrics: Metrics;
  readonly hostOf: Int32Array;
  readonly vmsOf: number[][];
  readonly shares: Float64Array;
  readonly requestMips: Float64Array;
  readonly usedMips: Float64Array;
  readonly #usedBefore: Float64Array;
  /** Hosts to which each machine is going; a machine may be sent twice at once (Q4). */
  readonly #goingTo: (number[] | undefined)[];
  readonly #underWay = new Map<number, Migration[]>();
  readonly #heldRam: Float64Array;
  #at = 0;

  constructor(options: WorldOptions) {
    const { fleet, placement } = options;
    this.#options = options;
    this.metrics = new Metrics(fleet);
    this.hostOf = placement.slice();
    this.vmsOf = Array.from({ length: fleet.hostCount }, () => []);
    this.shares = new Float64Array(fleet.vmCount);
    this.requestMips = new Float64Array(fleet.vmCount);
    this.usedMips = new Float64Array(fleet.hostCount);
    this.#usedBefore = new Float64Array(fleet.hostCount);
    this.#goingTo = Array.from({ length: fleet.vmCount }, () => undefined);
    this.#heldRam = new Float64Array(fleet.hostCount);
    for (const [vm, host] of placement.entries()) {
      this.vmsOf[host]!.push(vm);
      this.#heldRam[host]! += fleet.vmRamMb[vm]!;
    }
  }

  /** Ends the migrations that end until `at`, then brings everything up to `at`. */
  advanceTo(at: number): void {
    this.endMigrations(at);
    this.#update(at);
  }

  endMigrations(until: number): void {
    for (const endsAt of [...this.#underWay.keys()].toSorted((a, b) => a - b)) {
      if (endsAt > until) break;
      this.#update(endsAt);
      for (const migration of this.#underWay.get(endsAt)!) this.#end(migration);
      this.#underWay.delete(endsAt);
      this.#update(endsAt);
    }
  }

  /** Starts migrations now, all at once. Throws `ImpossibleMigrationError`. */
  start(migrations: readonly Migration[]): void {
    const touched = new Set<number>();
    for (const migration of migrations) {
      this.#claim(migration);
      const endsAt = this.#at + migrationSeconds(this.#options.fleet.vmRamMb[migration.vm]!);
      const ending = this.#underWay.get(endsAt);
      if (ending === undefined) this.#underWay.set(endsAt, [migration]);
      else ending.push(migration);
      (this.#goingTo[migration.vm] ??= []).push(migration.host);
      this.vmsOf[migration.host]!.push(migration.vm);
      touched.add(migration.host).add(this.hostOf[migration.vm]!);
    }
    for (const host of touched) this.#share(host);
  }

  #claim({ vm, host }: Migration): void {
    const { fleet, isMemoryHard } = this.#options;
    const from = this.hostOf[vm];
    if (from === undefined || from < 0 || this.vmsOf[host] === undefined)
      throw new ImpossibleMigrationError(
        `Machine ${vm} cannot go to host ${host}: one of them does not exist.`,
      );
    if (this.vmsOf[host].includes(vm))
      throw new ImpossibleMigrationError(
        `Machine ${vm} cannot go to host ${host}: it is there or on its way.`,
      );
    const held = this.#heldRam[host]! + fleet.vmRamMb[vm]!;
    if (isMemoryHard && held > fleet.hostRamMb[host]!)
      throw new ImpossibleMigrationError(
        `Machine ${vm} cannot go to host ${host}: that would take ${held} MB of its ${fleet.hostRamMb[host]} MB.`,
      );
    this.#heldRam[host] = held;
  }

  #end({ vm, host }: Migration): void {
    const from = this.hostOf[vm]!;
    remove(this.vmsOf[from]!, vm);
    this.#heldRam[from]! -= this.#options.fleet.vmRamMb[vm]!;
    const remaining = this.#goingTo[vm]!.filter(other => other !== host);
    this.#goingTo[vm] = remaining.length === 0 ? undefined : remaining;
    // It arrives as the newest of its host.
    remove(this.vmsOf[host]!, vm);
    this.vmsOf[host]!.push(vm);
    this.hostOf[vm] = host;
  }

  #update(at: number): void {
    const { fleet, trace, isAlwaysFull } = this.#options;
    sharesAt(trace, at, this.shares);
    for (let vm = 0; vm < fleet.vmCount; vm += 1) this.requestMips[vm] = this.shares[vm]! * fleet.vmMips[vm]!;
    this.#usedBefore.set(this.usedMips);
    const seconds = at - this.#at;
    this.#at = at;
    for (let host = 0; host < fleet.hostCount; host += 1) this.#share(host);
    if (seconds > 0 && isAlwaysFull) this.metrics.addFullPower(fleet, seconds);
    else if (seconds > 0) this.metrics.addEnergy(fleet, this.#usedBefore, this.usedMips, seconds);
    if (this.#options.vmsVanish) this.#vanish();
  }

  #share(host: number): void {
    const { fleet } = this.#options;
    const vms = this.vmsOf[host]!;
    const sharers = vms.map((vm): Sharer => {
      const isArriving = this.hostOf[vm] !== host;
      const isLeaving = !isArriving && this.#goingTo[vm] !== undefined;
      return {
        requestMips: this.requestMips[vm]!,
        standing: isArriving ? 'arriving' : isLeaving ? 'leaving' : 'here',
      };
    });
    const { got } = shareCpu(sharers, fleet.coreMips[host]!, fleet.hostMips[host]!);
    let [used, requested] = [0, 0];
    for (const [n, { requestMips, standing }] of sharers.entries()) {
      if (standing !== 'arriving')
        this.metrics.logVm(vms[n]!, this.#at, got[n]!, requestMips, standing === 'leaving');
      // The host does the whole work of a machine that is leaving.
      used += standing === 'leaving' ? got[n]! / LEAVING : got[n]!;
      requested += requestMips;
    }
    this.usedMips[host] = used;
    this.metrics.logHost(host, this.#at, used, requested);
  }

  /** Q2: a machine that asks for nothing is taken for finished. */
  #vanish(): void {
    for (const [vm, host] of this.hostOf.entries()) {
      if (host < 0 || this.requestMips[vm] !== 0 || this.#goingTo[vm] !== undefined) continue;
      remove(this.vmsOf[host]!, vm);
      this.#heldRam[host]! -= this.#options.fleet.vmRamMb[vm]!;
      this.hostOf[vm] = -1;
    }
  }
}

function remove(list: number[], item: number): void {
  list.splice(list.indexOf(item), 1);
}
