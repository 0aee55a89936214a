/** Packs each machine by its mean so far, half an hour after the start, and never again. */
import type { CloudView, ReplayPolicy } from '../policy.ts';
import { movesToward, pack } from './packing.ts';

const PACK_AT_STEP = 6;
/** In mode `ram` a machine may have to wait until its place is free; who has no place by then stays. */
const LAST_STEP = PACK_AT_STEP + 12;

/** Hosts are filled to `percent` of their CPU. */
export function packOnce(percent: number): ReplayPolicy {
  let wanted: Int32Array | undefined;
  return {
    name: `PACK-ONCE-${percent}`,
    start: 'first fit',
    power: 'measured',
    decide(view) {
      if (view.step < PACK_AT_STEP || view.step > LAST_STEP) return [];
      wanted ??= pack(view, { demandMips: meansOf(view), share: percent / 100, mayUse: () => true });
      return movesToward(view, wanted);
    },
  };
}

function meansOf({ fleet, seen, step, stepsPerVm }: CloudView): Float64Array {
  return fleet.vmMips.map((mips, vm) => {
    let sum = 0;
    for (let k = 0; k < step; k += 1) sum += seen[vm * stepsPerVm + k]!;
    return (mips * sum) / step;
  });
}
