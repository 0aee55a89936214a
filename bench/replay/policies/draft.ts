import { shareCpu } from '../planetlab/sharing.ts';
import type { CloudView } from '../policy.ts';
import type { Detector } from './detectors.ts';
import { HISTORY_LENGTH } from './detectors.ts';

/** The hosts as they would be with the moves planned so far; a machine may stand on two of them meanwhile. */
export class Draft {
  readonly #view: CloudView;
  readonly #detector: Detector;
  readonly vmsOf: number[][];
  /** MIPS shared out, to full requests where they fit. */
  readonly usedMips: Float64Array;
  readonly #requestMips: Float64Array;
  readonly #freeMips: Float64Array;
  readonly #freeRam: Float64Array;
  readonly #history: Float64Array;
  readonly #isHistoryFresh: Uint8Array;
  readonly #trial = new Float64Array(HISTORY_LENGTH);

  constructor(view: CloudView, detector: Detector) {
    const { hostCount } = view.fleet;
    this.#view = view;
    this.#detector = detector;
    this.vmsOf = view.vmsOf.map(vms => [...vms]);
    this.usedMips = new Float64Array(hostCount);
    this.#requestMips = new Float64Array(hostCount);
    this.#freeMips = new Float64Array(hostCount);
    this.#freeRam = new Float64Array(hostCount);
    this.#history = new Float64Array(hostCount * HISTORY_LENGTH);
    this.#isHistoryFresh = new Uint8Array(hostCount);
    for (let host = 0; host < hostCount; host += 1) this.#refresh(host);
  }

  add(vm: number, host: number): void {
    this.vmsOf[host]!.push(vm);
    this.#refresh(host);
  }

  remove(vm: number, host: number): void {
    const vms = this.vmsOf[host]!;
    vms.splice(vms.lastIndexOf(vm), 1);
    this.#refresh(host);
  }

  /** Whether the host has a core, CPU and memory left for the machine. */
  isSuitable(vm: number, host: number): boolean {
    const { fleet, requestMips, isMemoryHard } = this.#view;
    const request = requestMips[vm]!;
    return (
      fleet.coreMips[host]! >= request &&
      this.#freeMips[host]! >= request &&
      (!isMemoryHard || this.#freeRam[host]! >= fleet.vmRamMb[vm]!)
    );
  }

  isOver(host: number): boolean {
    const history = this.#detector.needsHistory ? this.#historyOf(host) : this.#trial;
    return this.#detector.isOver(
      this.#requestMips[host]! / this.#view.fleet.hostMips[host]!,
      withoutTail(history),
    );
  }

  isOverWith(vm: number, host: number): boolean {
    const { fleet, requestMips } = this.#view;
    const request = (this.#requestMips[host]! + requestMips[vm]!) / fleet.hostMips[host]!;
    if (this.#detector.needsHistory) {
      this.#trial.set(this.#historyOf(host));
      this.#addHistory(vm, host, this.#trial);
    }
    return this.#detector.isOver(request, withoutTail(this.#trial));
  }

  #refresh(host: number): void {
    const { fleet, requestMips } = this.#view;
    let [request, ram] = [0, 0];
    for (const vm of this.vmsOf[host]!) {
      request += requestMips[vm]!;
      ram += fleet.vmRamMb[vm]!;
    }
    this.#requestMips[host] = request;
    this.#freeRam[host] = fleet.hostRamMb[host]! - ram;
    this.#share(host);
    this.#isHistoryFresh[host] = 0;
  }

  #share(host: number): void {
    const { fleet, requestMips } = this.#view;
    const sharers = this.vmsOf[host]!.map(
      vm => ({ requestMips: requestMips[vm]!, standing: 'here' }) as const,
    );
    const { got, free } = shareCpu(sharers, fleet.coreMips[host]!, fleet.hostMips[host]!);
    this.usedMips[host] = got.reduce((sum, mips) => sum + mips, 0);
    this.#freeMips[host] = free;
  }

  #historyOf(host: number): Float64Array {
    const history = this.#history.subarray(host * HISTORY_LENGTH, (host + 1) * HISTORY_LENGTH);
    if (this.#isHistoryFresh[host] === 1) return history;
    history.fill(0);
    for (const vm of this.vmsOf[host]!) this.#addHistory(vm, host, history);
    this.#isHistoryFresh[host] = 1;
    return history;
  }

  #addHistory(vm: number, host: number, history: Float64Array): void {
    const { fleet, seen, step, stepsPerVm } = this.#view;
    const newest = vm * stepsPerVm + step - 1;
    const scale = fleet.vmMips[vm]! / fleet.hostMips[host]!;
    const length = Math.min(HISTORY_LENGTH, step);
    for (let back = 0; back < length; back += 1) history[back]! += seen[newest - back]! * scale;
  }
}

function withoutTail(history: Float64Array): Float64Array {
  let length = history.length;
  while (length > 0 && history[length - 1] === 0) length -= 1;
  return history.subarray(0, length);
}
