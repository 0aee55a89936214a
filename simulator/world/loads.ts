import { fairLevel, grantedCpus } from './contention.ts';
import { cpuPercentAt, memoryPercentAt, STEP_SECONDS, stepOf } from './demand.ts';
import type { Guest, Host } from './inventory.ts';

/** Share of its CPUs, and the memory, that a host needs for itself. */
const OWN_CPU_SHARE = 0.02;
const OWN_MEMORY_MIB = 2048;

/** What hosts carried in one step. */
export interface HostLoad {
  /** 0–100, of all its CPUs; never more than there are. */
  readonly cpuPercent: number;
  /** What the guests wanted and did not get. */
  readonly missingCpus: number;
  readonly memoryMiB: number;
}

/** Who used what, in any 5-minute step: a function of demand, placement and contention. */
export class Loads {
  readonly #hosts: ReadonlyMap<string, Host>;
  /** By name of the host: all guests that ever ran on it. */
  readonly #residents = new Map<string, Set<Guest>>();
  /** By name of the host: levels of steps that are over, NaN where not yet known. */
  readonly #levels = new Map<string, Float32Array>();
  readonly #firstStep: number;
  #finalBefore: number;

  constructor(hosts: ReadonlyMap<string, Host>, firstAt: number, nowAt: number) {
    this.#hosts = hosts;
    this.#firstStep = stepOf(firstAt);
    this.#finalBefore = stepOf(nowAt);
  }

  /** To be called whenever a guest begins to run on a host. */
  settle(guest: Guest, hostName: string): void {
    const residents = this.#residents.get(hostName);
    if (residents === undefined) this.#residents.set(hostName, new Set([guest]));
    else residents.add(guest);
  }

  forget(guest: Guest): void {
    for (const { hostName } of guest.runs) {
      if (hostName !== undefined) this.#residents.get(hostName)?.delete(guest);
    }
  }

  /** Steps before that of `nowAt` do not change any more. */
  passTo(nowAt: number): void {
    this.#finalBefore = stepOf(nowAt);
  }

  /** Busy vCPUs that the guest got in the step; NaN when it did not run. */
  cpusOf(guest: Guest, step: number): number {
    const hostName = runningOn(guest, step);
    if (hostName === undefined) return NaN;
    const wanted = wantedCpus(guest, step);
    return grantedCpus(wanted, guest.flavor.vcpus, this.#levelOf(hostName, step));
  }

  /** MiB; NaN when it did not run. */
  memoryOf(guest: Guest, step: number): number {
    if (runningOn(guest, step) === undefined) return NaN;
    return (memoryPercentAt(guest.demand, step) / 100) * guest.flavor.memoryMiB;
  }

  /** Undefined when the host does not exist. */
  hostAt(hostName: string, step: number): HostLoad | undefined {
    const host = this.#hosts.get(hostName);
    if (host === undefined) return undefined;
    const level = this.#levelOf(hostName, step);
    let [busy, missing, memoryMiB] = [OWN_CPU_SHARE * host.vcpus, 0, OWN_MEMORY_MIB];
    for (const guest of this.#residents.get(hostName) ?? []) {
      if (runningOn(guest, step) !== hostName) continue;
      const wanted = wantedCpus(guest, step);
      const granted = grantedCpus(wanted, guest.flavor.vcpus, level);
      busy += granted;
      missing += wanted - granted;
      memoryMiB += this.memoryOf(guest, step);
    }
    return { cpuPercent: Math.min(100, (100 * busy) / host.vcpus), missingCpus: missing, memoryMiB };
  }

  #levelOf(hostName: string, step: number): number {
    const n = step - this.#firstStep;
    if (n < 0 || step >= this.#finalBefore) return this.#computeLevel(hostName, step);
    let levels = this.#levels.get(hostName);
    if (levels === undefined || levels.length <= n) {
      const longer = new Float32Array(Math.max(n + 1, (this.#finalBefore - this.#firstStep) * 1.25)).fill(
        NaN,
      );
      if (levels !== undefined) longer.set(levels);
      levels = longer;
      this.#levels.set(hostName, levels);
    }
    const known = levels[n]!;
    if (!Number.isNaN(known)) return known;
    // As it is kept, so that the first answer is the same as all later ones.
    const level = Math.fround(this.#computeLevel(hostName, step));
    levels[n] = level;
    return level;
  }

  #computeLevel(hostName: string, step: number): number {
    const host = this.#hosts.get(hostName);
    const wanted: number[] = [];
    const vcpus: number[] = [];
    for (const guest of this.#residents.get(hostName) ?? []) {
      if (runningOn(guest, step) !== hostName) continue;
      wanted.push(wantedCpus(guest, step));
      vcpus.push(guest.flavor.vcpus);
    }
    return fairLevel(wanted, vcpus, (host?.vcpus ?? 0) * (1 - OWN_CPU_SHARE));
  }
}

/** Where the guest ran at the end of the step; a guest that moves within a step counts where it arrives. */
export function runningOn({ runs }: Guest, step: number): string | undefined {
  const endAt = (step + 1) * STEP_SECONDS;
  for (let n = runs.length - 1; n >= 0; n -= 1) {
    if (runs[n]!.fromAt < endAt) return runs[n]!.hostName;
  }
  return undefined;
}

function wantedCpus({ demand, flavor }: Guest, step: number): number {
  return (cpuPercentAt(demand, step) / 100) * flavor.vcpus;
}
