import type { Flavor, Guest, Host } from './inventory.ts';

/** What one host offers, and what is allocated of it. */
export interface Room {
  readonly total: number;
  readonly reserved: number;
  readonly allocationRatio: number;
  readonly used: number;
}

export type ResourceClass = 'VCPU' | 'MEMORY_MB' | 'DISK_GB';

const RESERVED_MEMORY_MIB = 512;

/** Placement's books: every server's allocation, and during a migration one on each of both hosts. */
export class Allocations {
  /** By host name, then by guest id. */
  readonly #held = new Map<string, Map<string, Flavor>>();
  readonly #used = new Map<string, Record<ResourceClass, number>>();

  claim(hostName: string, guestId: string, flavor: Flavor, fromVolume: boolean): void {
    this.release(hostName, guestId);
    const held = this.#held.get(hostName) ?? new Map<string, Flavor>();
    this.#held.set(hostName, held);
    const taken = { ...flavor, diskGiB: fromVolume ? 0 : flavor.diskGiB };
    held.set(guestId, taken);
    this.#book(hostName, taken, 1);
  }

  release(hostName: string, guestId: string): void {
    const flavor = this.#held.get(hostName)?.get(guestId);
    if (flavor === undefined) return;
    this.#held.get(hostName)?.delete(guestId);
    this.#book(hostName, flavor, -1);
  }

  roomOf(host: Host): Readonly<Record<ResourceClass, Room>> {
    const used = this.#used.get(host.name) ?? { VCPU: 0, MEMORY_MB: 0, DISK_GB: 0 };
    return {
      VCPU: { total: host.vcpus, reserved: 0, allocationRatio: host.cpuRatio, used: used.VCPU },
      MEMORY_MB: {
        total: host.memoryMiB,
        reserved: RESERVED_MEMORY_MIB,
        allocationRatio: 1,
        used: used.MEMORY_MB,
      },
      DISK_GB: { total: host.diskGiB, reserved: 0, allocationRatio: 1, used: used.DISK_GB },
    };
  }

  fits(host: Host, flavor: Flavor, fromVolume: boolean): boolean {
    const room = this.roomOf(host);
    const wanted = {
      VCPU: flavor.vcpus,
      MEMORY_MB: flavor.memoryMiB,
      DISK_GB: fromVolume ? 0 : flavor.diskGiB,
    };
    return (Object.keys(wanted) as ResourceClass[]).every(
      name => wanted[name] <= room[name].total && wanted[name] <= capacityOf(room[name]) - room[name].used,
    );
  }

  #book(hostName: string, flavor: Flavor, sign: 1 | -1): void {
    const used = this.#used.get(hostName) ?? { VCPU: 0, MEMORY_MB: 0, DISK_GB: 0 };
    used.VCPU += sign * flavor.vcpus;
    used.MEMORY_MB += sign * flavor.memoryMiB;
    used.DISK_GB += sign * flavor.diskGiB;
    this.#used.set(hostName, used);
  }
}

export function capacityOf({ total, reserved, allocationRatio }: Room): number {
  return Math.floor((total - reserved) * allocationRatio);
}

export interface Wish {
  readonly guest: Guest;
  readonly flavor: Flavor;
  /** Undefined: any host but the guest's own. */
  readonly hostName: string | undefined;
  /** A resize may stay where it is. */
  readonly mayStay?: boolean;
}

interface Cloud {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly guests: ReadonlyMap<string, Guest>;
  readonly allocations: Allocations;
  isUp(host: Host): boolean;
}

/** Nova's scheduler: enabled, up, room, anti-affinity; the emptiest host by memory, ties by name. Undefined: no valid host. */
export function chooseHost(cloud: Cloud, wish: Wish): Host | undefined {
  const { guest, flavor } = wish;
  const fromVolume = guest.volumeGiB !== undefined;
  const named = wish.hostName === undefined ? undefined : cloud.hosts.get(wish.hostName);
  const candidates = wish.hostName === undefined ? [...cloud.hosts.values()] : named ? [named] : [];
  const free = (host: Host): number => {
    const { MEMORY_MB: memory } = cloud.allocations.roomOf(host);
    return capacityOf(memory) - memory.used;
  };
  return candidates
    .filter(host => wish.mayStay === true || host.name !== guest.hostName)
    .filter(host => host.enabled && cloud.isUp(host) && !host.cellDown)
    .filter(host => cloud.allocations.fits(host, flavor, fromVolume) && !meetsItsGroup(cloud, guest, host))
    .sort((a, b) => free(b) - free(a) || (a.name < b.name ? -1 : 1))[0];
}

function meetsItsGroup(cloud: Cloud, guest: Guest, host: Host): boolean {
  if (guest.antiAffinity === undefined) return false;
  for (const other of cloud.guests.values()) {
    if (other === guest || other.antiAffinity !== guest.antiAffinity) continue;
    if (other.hostName === host.name) return true;
  }
  return false;
}
