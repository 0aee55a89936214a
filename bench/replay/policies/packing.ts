import { HOST_KINDS, wattsAt } from '../planetlab/machines.ts';
import type { CloudView, Migration } from '../policy.ts';

export interface PackingOptions {
  /** What each machine is reckoned with, MIPS. */
  readonly demandMips: Float64Array;
  /** Hosts are filled to this share of their CPU. */
  readonly share: number;
  /** Whether the machine may stand on hosts whose cores have so many MIPS. */
  readonly mayUse: (vm: number, coreMips: number) => boolean;
}

interface Bin {
  /** 0 or 1: the number of the host kind. */
  readonly kind: number;
  readonly vms: number[];
  mips: number;
  ramMb: number;
}

/**
 * The host that each machine should be on (-1: gone): best fit, largest first, with either kind of host preferred,
 * whichever takes less power; then packings go to the hosts where most of their machines are already.
 */
export function pack(view: CloudView, options: PackingOptions): Int32Array {
  const packings = [0, 1].map(preferred => binsOf(view, options, preferred));
  const [first, second] = packings.map(bins => wattsOf(bins));
  return settle(view, packings[second! < first! ? 1 : 0]!);
}

/** Of the wanted moves those for which the target has the memory now, while the source still holds it. */
export function movesToward(view: CloudView, wanted: Int32Array): readonly Migration[] {
  const { fleet, hostOf, vmsOf, isMemoryHard } = view;
  const freeRam = fleet.hostRamMb.map(
    (ram, host) => ram - vmsOf[host]!.reduce((sum, vm) => sum + fleet.vmRamMb[vm]!, 0),
  );
  const moves: Migration[] = [];
  for (const [vm, host] of wanted.entries()) {
    if (host < 0 || hostOf[vm]! < 0 || hostOf[vm] === host) continue;
    if (isMemoryHard && freeRam[host]! < fleet.vmRamMb[vm]!) continue;
    freeRam[host]! -= fleet.vmRamMb[vm]!;
    moves.push({ vm, host });
  }
  return moves;
}

function binsOf(
  view: CloudView,
  { demandMips, share, mayUse }: PackingOptions,
  preferred: number,
): readonly Bin[] {
  const { fleet, hostOf, isMemoryHard } = view;
  const largest = HOST_KINDS[1];
  const size = (vm: number): number =>
    Math.max(demandMips[vm]! / largest.totalMips, isMemoryHard ? fleet.vmRamMb[vm]! / largest.ramMb : 0);
  const vms = [...hostOf.keys()]
    .filter(vm => hostOf[vm]! >= 0)
    .toSorted((a, b) => size(b) - size(a) || a - b);
  const left = HOST_KINDS.map((_, kind) => fleet.hostKind.filter(own => own === HOST_KINDS[kind]).length);
  const bins: Bin[] = [];
  for (const vm of vms) {
    const [mips, ram] = [demandMips[vm]!, fleet.vmRamMb[vm]!];
    let best: Bin | undefined;
    let least = Infinity;
    for (const bin of bins) {
      const { totalMips, coreMips, ramMb } = HOST_KINDS[bin.kind]!;
      const free = share * totalMips - bin.mips - mips;
      if (free < 0 || (isMemoryHard && bin.ramMb + ram > ramMb) || !mayUse(vm, coreMips)) continue;
      const slack = isMemoryHard
        ? Math.max(free / totalMips, (ramMb - bin.ramMb - ram) / ramMb)
        : free / totalMips;
      if (slack < least) [best, least] = [bin, slack];
    }
    if (best === undefined) {
      const kinds = [preferred, 1 - preferred].filter(kind => left[kind]! > 0);
      const kind = kinds.find(own => mayUse(vm, HOST_KINDS[own]!.coreMips)) ?? kinds[0];
      if (kind === undefined) continue;
      left[kind]! -= 1;
      best = { kind, vms: [], mips: 0, ramMb: 0 };
      bins.push(best);
    }
    best.vms.push(vm);
    best.mips += mips;
    best.ramMb += ram;
  }
  return bins;
}

function wattsOf(bins: readonly Bin[]): number {
  return bins.reduce((sum, { kind, mips }) => {
    const host = HOST_KINDS[kind]!;
    return sum + wattsAt(host, mips / host.totalMips);
  }, 0);
}

function settle({ fleet, hostOf }: CloudView, bins: readonly Bin[]): Int32Array {
  const pairs = bins.flatMap((bin, n) => {
    const standing = new Map<number, number>();
    for (const vm of bin.vms) {
      const host = hostOf[vm]!;
      if (fleet.hostKind[host] === HOST_KINDS[bin.kind]) standing.set(host, (standing.get(host) ?? 0) + 1);
    }
    return [...standing].map(([host, count]) => ({ n, host, count }));
  });
  const hostOfBin = new Int32Array(bins.length).fill(-1);
  const taken = new Set<number>();
  for (const { n, host } of pairs.toSorted((a, b) => b.count - a.count || a.n - b.n || a.host - b.host)) {
    if (hostOfBin[n]! >= 0 || taken.has(host)) continue;
    hostOfBin[n] = host;
    taken.add(host);
  }
  const wanted = new Int32Array(hostOf.length).fill(-1);
  for (const [n, { kind, vms }] of bins.entries()) {
    if (hostOfBin[n]! < 0) {
      const host = fleet.hostKind.findIndex((own, other) => own === HOST_KINDS[kind] && !taken.has(other));
      hostOfBin[n] = host;
      taken.add(host);
    }
    for (const vm of vms) wanted[vm] = hostOfBin[n]!;
  }
  return wanted;
}
