import type { Fleet } from './machines.ts';
import { wattsAt } from './machines.ts';

/** The start could not be: a machine fits nowhere. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
  readonly code = 'replay_no_room';
}

/** What a machine's network takes of a host's, at the start: a tenth. */
const MOST_PER_HOST = 10;

/** How machines are placed at the start: by the policy's way in CloudSim. */
export type Start = 'first fit' | 'least power' | 'most free cores';

/** The host of each machine at the start. Throws `NoRoomError`. */
export function initialPlacement(fleet: Fleet, how: Start): Int32Array {
  const room = new Room(fleet);
  return Int32Array.from({ length: fleet.vmCount }, (_, vm) => {
    const host = choose(room, vm, how);
    if (host < 0)
      throw new NoRoomError(
        `Machine ${vm} of ${fleet.vmCount} fits on none of the ${fleet.hostCount} hosts.`,
      );
    room.take(vm, host);
    return host;
  });
}

/** What is left of each host, by nominal sizes. */
class Room {
  readonly fleet: Fleet;
  readonly usedMips: Float64Array;
  readonly freeRam: Float64Array;
  readonly count: Int32Array;

  constructor(fleet: Fleet) {
    this.fleet = fleet;
    this.usedMips = new Float64Array(fleet.hostCount);
    this.freeRam = fleet.hostRamMb.slice();
    this.count = new Int32Array(fleet.hostCount);
  }

  take(vm: number, host: number): void {
    this.usedMips[host]! += this.fleet.vmMips[vm]!;
    this.freeRam[host]! -= this.fleet.vmRamMb[vm]!;
    this.count[host]! += 1;
  }

  fits(vm: number, host: number): boolean {
    const { coreMips, hostMips, vmMips, vmRamMb } = this.fleet;
    const mips = vmMips[vm]!;
    return (
      coreMips[host]! >= mips &&
      hostMips[host]! - this.usedMips[host]! >= mips &&
      this.freeRam[host]! >= vmRamMb[vm]! &&
      this.count[host]! < MOST_PER_HOST
    );
  }
}

function choose(room: Room, vm: number, how: Start): number {
  const { fleet, freeRam, count } = room;
  switch (how) {
    case 'first fit':
      return lowest(fleet.hostCount, host => (room.fits(vm, host) ? 0 : Infinity));
    case 'least power':
      return lowest(fleet.hostCount, host => (room.fits(vm, host) ? riseOf(room, vm, host) : Infinity));
    // Round robin, in effect; a core may be slower than the machine's virtual one.
    case 'most free cores':
      return lowest(fleet.hostCount, host => (freeRam[host]! < fleet.vmRamMb[vm]! ? Infinity : count[host]!));
  }
}

/** Power is compared with that of an idle host, whatever has been put there before: nothing has run yet. */
function riseOf({ fleet, usedMips }: Room, vm: number, host: number): number {
  const kind = fleet.hostKind[host]!;
  return wattsAt(kind, (usedMips[host]! + fleet.vmMips[vm]!) / kind.totalMips) - wattsAt(kind, 0);
}

/** The first of the hosts with the lowest score; -1 when all are infinite. */
function lowest(hostCount: number, scoreOf: (host: number) => number): number {
  let [best, least] = [-1, Infinity];
  for (let host = 0; host < hostCount; host += 1) {
    const score = scoreOf(host);
    if (score < least) [best, least] = [host, score];
  }
  return best;
}
