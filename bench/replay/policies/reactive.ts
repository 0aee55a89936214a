/**
 * Beloglazov and Buyya's dynamic consolidation: machines leave over-utilised hosts, shortest migration first, to where
 * they raise power least; then the least used hosts are emptied. Written from the description of the experiment.
 */
import { wattsAt } from '../planetlab/machines.ts';
import type { CloudView, Migration, ReplayPolicy } from '../policy.ts';
import type { Detector } from './detectors.ts';
import { Draft } from './draft.ts';

export function reactive(detector: Detector): ReplayPolicy {
  return {
    name: detector.name,
    start: 'least power',
    power: 'measured',
    decide: view => new Consolidation(view, detector).plan(),
  };
}

class Consolidation {
  readonly #view: CloudView;
  readonly #draft: Draft;
  readonly #watts: Float64Array;

  constructor(view: CloudView, detector: Detector) {
    this.#view = view;
    this.#draft = new Draft(view, detector);
    this.#watts = Float64Array.from(view.usedMips, (used, host) => this.#wattsWith(host, used));
  }

  plan(): readonly Migration[] {
    const { hostCount } = this.#view.fleet;
    const isOver = Uint8Array.from({ length: hostCount }, (_, host) => (this.#draft.isOver(host) ? 1 : 0));
    const homeless: number[] = [];
    for (let host = 0; host < hostCount; host += 1)
      if (isOver[host] === 1) homeless.push(...this.#relieve(host));
    const moves: Migration[] = [];
    for (const vm of this.#byDemand(homeless)) {
      const host = this.#bestHost(vm, isOver);
      if (host < 0) continue;
      this.#draft.add(vm, host);
      moves.push({ vm, host });
    }
    return [...moves, ...this.#emptyUnderUsed(isOver)];
  }

  /** Takes machines off, smallest memory first, until the host is no longer over-utilised. */
  #relieve(host: number): readonly number[] {
    const { vmRamMb } = this.#view.fleet;
    const vms = this.#draft.vmsOf[host]!;
    const taken: number[] = [];
    while (vms.length > 0) {
      let smallest = vms[0]!;
      for (const vm of vms) if (vmRamMb[vm]! < vmRamMb[smallest]!) smallest = vm;
      this.#draft.remove(smallest, host);
      taken.push(smallest);
      if (!this.#draft.isOver(host)) break;
    }
    return taken;
  }

  /** Hosts that received machines just before are not spared: a machine may be planned twice (Q4). */
  #emptyUnderUsed(isOver: Uint8Array): readonly Migration[] {
    const { usedMips } = this.#view;
    const noTarget = Uint8Array.from(usedMips, (used, host) => (used === 0 || isOver[host] === 1 ? 1 : 0));
    const isDone = noTarget.slice();
    const moves: Migration[] = [];
    for (;;) {
      const host = this.#leastUsed(isDone);
      if (host < 0) return moves;
      isDone[host] = 1;
      noTarget[host] = 1;
      for (const move of this.#moveAll(host, noTarget)) {
        isDone[move.host] = 1;
        moves.push(move);
      }
    }
  }

  #leastUsed(isDone: Uint8Array): number {
    const { usedMips, fleet } = this.#view;
    let [best, least] = [-1, 1];
    for (let host = 0; host < usedMips.length; host += 1) {
      if (isDone[host] === 1 || this.#draft.vmsOf[host]!.length === 0) continue;
      const share = usedMips[host]! / fleet.hostMips[host]!;
      if (share > 0 && share < least) [best, least] = [host, share];
    }
    return best;
  }

  /** A place for every machine of the host, or no move at all. The machines stay on the draft of the source, too. */
  #moveAll(host: number, noTarget: Uint8Array): readonly Migration[] {
    const moves: Migration[] = [];
    for (const vm of this.#byDemand(this.#draft.vmsOf[host]!)) {
      const target = this.#bestHost(vm, noTarget);
      if (target < 0) {
        for (const move of moves) this.#draft.remove(move.vm, move.host);
        return [];
      }
      this.#draft.add(vm, target);
      moves.push({ vm, host: target });
    }
    return moves;
  }

  /** Where power rises least over what was measured; the lowest number of equals; -1 when nowhere. */
  #bestHost(vm: number, noTarget: Uint8Array): number {
    const { fleet, requestMips } = this.#view;
    let [best, least] = [-1, Infinity];
    for (let host = 0; host < fleet.hostCount; host += 1) {
      if (noTarget[host] === 1 || !this.#draft.isSuitable(vm, host)) continue;
      const used = this.#draft.usedMips[host]!;
      const rise = this.#wattsWith(host, used + requestMips[vm]!) - this.#watts[host]!;
      if (rise >= least || (used !== 0 && this.#draft.isOverWith(vm, host))) continue;
      [best, least] = [host, rise];
    }
    return best;
  }

  #wattsWith(host: number, mips: number): number {
    return wattsAt(this.#view.fleet.hostKind[host]!, mips / this.#view.fleet.hostMips[host]!);
  }

  #byDemand(vms: readonly number[]): readonly number[] {
    const { requestMips } = this.#view;
    return vms.toSorted((a, b) => requestMips[b]! - requestMips[a]!);
  }
}
