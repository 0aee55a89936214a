/**
 * A first predictive policy: packs once enough is known, by mean and spread of each machine's past so far; then moves only what a
 * predicted overload needs, and now and then empties a host for which others have lasting room. Does nothing about
 * times of day: a day's trace shows each of them once.
 */
import type { CloudView, Migration, ReplayPolicy } from '../policy.ts';
import type { Outlook } from './outlook.ts';
import { outlookOf } from './outlook.ts';
import { movesToward, pack } from './packing.ts';

/** Tuned on 20110303 only. */
export interface AuspexOptions {
  readonly packAtStep: number;
  /** Deviations on top of a machine's mean that it is packed with. */
  readonly margin: number;
  /** Share of a host that packing and arrivals may fill with such demands. */
  readonly fill: number;
  /** A host is relieved when what it will be asked for exceeds this share of it. */
  readonly limit: number;
  /** Control steps between two attempts to empty hosts. */
  readonly emptyEvery: number;
}

export const AUSPEX: AuspexOptions = { packAtStep: 2, margin: 0.3, fill: 0.75, limit: 0.97, emptyEvery: 48 };

export function auspex(options: AuspexOptions = AUSPEX): ReplayPolicy {
  return {
    name: 'auspex',
    start: 'first fit',
    power: 'measured',
    decide(view) {
      const isPacked = view.isMemoryHard || view.step > options.packAtStep;
      if (!isPacked && view.step < options.packAtStep) return [];
      const plan = new Plan(view, options);
      if (!isPacked) return plan.packing();
      plan.relieve();
      if (view.step % options.emptyEvery === (view.isMemoryHard ? 2 : 0)) plan.emptyHosts();
      return plan.moves;
    },
  };
}

class Plan {
  readonly moves: Migration[] = [];
  readonly #view: CloudView;
  readonly #options: AuspexOptions;
  readonly #outlook: Outlook;
  /** What each machine is reckoned with over hours. */
  readonly #demand: Float64Array;
  /** Reckoned demand, demand of the next step, and memory of each host with the moves so far. */
  readonly #load: Float64Array;
  readonly #soon: Float64Array;
  readonly #ram: Float64Array;
  readonly #moved = new Set<number>();

  constructor(view: CloudView, options: AuspexOptions) {
    const { fleet, vmsOf, requestMips } = view;
    this.#view = view;
    this.#options = options;
    this.#outlook = outlookOf(view);
    const { meanMips, deviationMips } = this.#outlook;
    this.#demand = meanMips.map((mean, vm) => mean + options.margin * deviationMips[vm]!);
    const sumOf = (values: Float64Array): Float64Array =>
      Float64Array.from(vmsOf, vms => vms.reduce((sum, vm) => sum + values[vm]!, 0));
    this.#load = sumOf(this.#demand);
    this.#soon = sumOf(requestMips);
    this.#ram = sumOf(fleet.vmRamMb);
  }

  packing(): readonly Migration[] {
    const { fill } = this.#options;
    const mayUse = (vm: number, coreMips: number): boolean => this.#outlook.mostMips[vm]! <= coreMips;
    return movesToward(this.#view, pack(this.#view, { demandMips: this.#demand, share: fill, mayUse }));
  }

  /** Moves the machines that ask for most beyond their habit off hosts that come too near their limit. */
  relieve(): void {
    const { fleet, vmsOf, requestMips } = this.#view;
    for (let host = 0; host < fleet.hostCount; host += 1) {
      const limit = this.#options.limit * fleet.hostMips[host]!;
      if (this.#soon[host]! <= limit) continue;
      const order = vmsOf[host]!.toSorted((a, b) => requestMips[b]! - requestMips[a]! || a - b);
      for (const vm of order) {
        if (this.#soon[host]! <= limit) break;
        const target = this.#targetFor(vm, host, 'on or off');
        if (target >= 0) this.#move(vm, host, target);
      }
    }
  }

  /** Empties hosts, least loaded first, where all their machines find lasting room on others that are on. */
  emptyHosts(): void {
    const { vmsOf } = this.#view;
    const order = [...vmsOf.keys()]
      .filter(host => vmsOf[host]!.length > 0)
      .toSorted((a, b) => this.#load[a]! - this.#load[b]! || a - b);
    const received = new Set<number>(this.moves.map(({ host }) => host));
    const emptied = new Set<number>();
    for (const host of order) {
      const vms = vmsOf[host]!.toSorted((a, b) => this.#demand[b]! - this.#demand[a]! || a - b);
      if (received.has(host) || vms.some(vm => this.#moved.has(vm))) continue;
      const before = this.moves.length;
      const isEmpty = vms.every(vm => {
        const target = this.#targetFor(vm, host, 'on', emptied);
        if (target >= 0) this.#move(vm, host, target);
        return target >= 0;
      });
      if (!isEmpty) this.#undo(before, host);
      else emptied.add(host);
      for (const move of this.moves.slice(before)) received.add(move.host);
    }
  }

  /** The fullest host with room for what the machine needs soon and over hours; -1 when there is none. */
  #targetFor(vm: number, from: number, which: 'on' | 'on or off', excluded?: ReadonlySet<number>): number {
    const { fleet, vmsOf, requestMips, isMemoryHard } = this.#view;
    const { fill, limit } = this.#options;
    const most = Math.max(this.#outlook.mostMips[vm]!, requestMips[vm]!);
    let [best, least] = [-1, Infinity];
    for (let host = 0; host < fleet.hostCount; host += 1) {
      const isOff = vmsOf[host]!.length === 0 && this.#load[host] === 0;
      if (host === from || excluded?.has(host) || most > fleet.coreMips[host]! || (isOff && which === 'on'))
        continue;
      const mips = fleet.hostMips[host]!;
      const slack = fill * mips - this.#load[host]! - this.#demand[vm]!;
      const hasRoom = slack >= 0 && this.#soon[host]! + requestMips[vm]! <= limit * mips;
      const hasRam = !isMemoryHard || this.#ram[host]! + fleet.vmRamMb[vm]! <= fleet.hostRamMb[host]!;
      // A host that is off costs its idle power: only where nobody else has room.
      const cost = slack + (isOff ? 1e6 : 0);
      if (hasRoom && hasRam && cost < least) [best, least] = [host, cost];
    }
    return best;
  }

  #move(vm: number, from: number, to: number): void {
    this.moves.push({ vm, host: to });
    this.#moved.add(vm);
    this.#shift(vm, from, to);
  }

  #undo(count: number, from: number): void {
    for (const { vm, host } of this.moves.splice(count)) {
      this.#moved.delete(vm);
      this.#shift(vm, host, from);
      // It never left: the shift back has counted its memory at the source once more.
      this.#ram[from]! -= this.#view.fleet.vmRamMb[vm]!;
      this.#ram[host]! -= this.#view.fleet.vmRamMb[vm]!;
    }
  }

  /** Memory of the source stays taken until the migration has ended. */
  #shift(vm: number, from: number, to: number): void {
    this.#load[from]! -= this.#demand[vm]!;
    this.#load[to]! += this.#demand[vm]!;
    this.#soon[from]! -= this.#view.requestMips[vm]!;
    this.#soon[to]! += this.#view.requestMips[vm]!;
    this.#ram[to]! += this.#view.fleet.vmRamMb[vm]!;
  }
}
