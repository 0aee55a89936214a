/** A kind of host of the PlanetLab experiment. */
export interface HostKind {
  readonly name: string;
  readonly coreMips: number;
  readonly totalMips: number;
  readonly ramMb: number;
  /** Watts at 0, 10, ... 100 % CPU (SPECpower). */
  readonly watts: readonly number[];
}

/** A kind of virtual machine; it has one virtual CPU. */
export interface VmKind {
  readonly name: string;
  readonly mips: number;
  readonly ramMb: number;
}

export const HOST_COUNT = 800;
/** Hosts alternate: even numbers are the first kind, odd ones the second. */
export const HOST_KINDS: readonly [HostKind, HostKind] = [
  {
    name: 'HP ProLiant ML110 G4',
    coreMips: 1860,
    totalMips: 3720,
    ramMb: 4096,
    watts: [86, 89.4, 92.6, 96, 99.5, 102, 106, 108, 112, 114, 117],
  },
  {
    name: 'HP ProLiant ML110 G5',
    coreMips: 2660,
    totalMips: 5320,
    ramMb: 4096,
    watts: [93.7, 97, 101, 105, 110, 116, 121, 125, 129, 133, 135],
  },
];

export const VM_KINDS: readonly VmKind[] = [
  { name: 'high-CPU medium', mips: 2500, ramMb: 870 },
  { name: 'extra large', mips: 2000, ramMb: 1740 },
  { name: 'small', mips: 1000, ramMb: 1740 },
  { name: 'micro', mips: 500, ramMb: 613 },
];

/** Half of a 1 Gbit/s link, in the experiment's own unit. */
const MIGRATION_MB_PER_SECOND = 1_000_000 / (2 * 8000);

/** Sizes of all hosts and virtual machines, by number. */
export interface Fleet {
  readonly hostCount: number;
  readonly vmCount: number;
  readonly hostKind: readonly HostKind[];
  readonly hostMips: Float64Array;
  readonly coreMips: Float64Array;
  readonly hostRamMb: Float64Array;
  readonly vmMips: Float64Array;
  readonly vmRamMb: Float64Array;
}

/** The experiment's hosts and `vmCount` machines, whose kind follows from their row. */
export function fleetOf(vmCount: number, hostCount: number = HOST_COUNT): Fleet {
  const hostKind = Array.from({ length: hostCount }, (_, host) => HOST_KINDS[host % 2 === 0 ? 0 : 1]);
  const perKind = Math.ceil(vmCount / VM_KINDS.length);
  const vmKind = Array.from({ length: vmCount }, (_, vm) => VM_KINDS[Math.floor(vm / perKind)]!);
  return {
    hostCount,
    vmCount,
    hostKind,
    hostMips: Float64Array.from(hostKind, kind => kind.totalMips),
    coreMips: Float64Array.from(hostKind, kind => kind.coreMips),
    hostRamMb: Float64Array.from(hostKind, kind => kind.ramMb),
    vmMips: Float64Array.from(vmKind, kind => kind.mips),
    vmRamMb: Float64Array.from(vmKind, kind => kind.ramMb),
  };
}

/**
 * Watts of a host that is on, at a CPU share of 0-1; linear between the measured points. Hosts often differ in the last
 * bits only when the cheapest is sought: other rounding gives other days, within a few per cent.
 */
export function wattsAt(kind: HostKind, cpuShare: number): number {
  const share = Math.min(cpuShare, 1);
  const below = Math.floor(share * 10);
  const above = Math.ceil(share * 10);
  if (below === above) return kind.watts[below]!;
  const perPercent = (kind.watts[above]! - kind.watts[below]!) / 10;
  return kind.watts[below]! + perPercent * (share - below / 10) * 100;
}

export function migrationSeconds(ramMb: number): number {
  return ramMb / MIGRATION_MB_PER_SECOND;
}
