import type { ActionRecord, Flavor, Guest, MigrationRecord } from './inventory.ts';
import { chooseHost } from './room.ts';
import type { Stage, WorldCore } from './stage.ts';
import { endEvent, failAction } from './stage.ts';

const PREPARE_SECONDS = 1;
const COPY_SECONDS = 3;
const FINISH_SECONDS = 1;
const CONFIRM_SECONDS = 1;

type Phase = 'preparing' | 'migrating' | 'finishing' | 'waiting' | 'confirming' | 'reverting' | 'ended';

/** A cold migration, or a resize: the guest is shut down, copied, started, and waits to be confirmed or reverted. */
export class ColdMigration implements Stage {
  readonly guest: Guest;
  readonly #core: WorldCore;
  readonly #wanted: string | undefined;
  readonly #newFlavor: Flavor;
  readonly #oldFlavor: Flavor;
  readonly #action: ActionRecord;
  readonly #cameFrom: 'active' | 'stopped';
  #phase: Phase = 'preparing';
  #phaseEndsAt: number;
  #record: MigrationRecord | undefined;

  constructor(
    core: WorldCore,
    guest: Guest,
    wish: { readonly hostName?: string | undefined; readonly flavor?: Flavor | undefined },
    action: ActionRecord,
  ) {
    this.#core = core;
    this.guest = guest;
    this.#wanted = wish.hostName;
    this.#oldFlavor = guest.flavor;
    this.#newFlavor = wish.flavor ?? guest.flavor;
    this.#action = action;
    this.#cameFrom = guest.vmState === 'stopped' ? 'stopped' : 'active';
    this.#phaseEndsAt = core.nowAt + PREPARE_SECONDS;
    guest.taskState = 'resize_prep';
  }

  get record(): MigrationRecord | undefined {
    return this.#record;
  }

  get hasEnded(): boolean {
    return this.#phase === 'ended';
  }

  readonly links = [];

  nextAt(): number {
    return this.#phaseEndsAt;
  }

  pass(): void {
    // Its copy is not timed by the link.
  }

  step(): void {
    if (this.#core.nowAt < this.#phaseEndsAt) return;
    switch (this.#phase) {
      case 'preparing':
        return this.#begin();
      case 'migrating':
        return this.#switchOver();
      case 'finishing':
        return this.#wait();
      case 'confirming':
        return this.#confirmed();
      case 'reverting':
        return this.#reverted();
      case 'waiting':
      case 'ended':
    }
  }

  /** True when the server waits for it. */
  confirm(): void {
    this.#go('confirming', CONFIRM_SECONDS, 'confirming');
  }

  revert(): void {
    this.#go('reverting', CONFIRM_SECONDS, 'reverting');
    this.guest.taskState = 'resize_reverting';
  }

  hang(): void {
    this.#phaseEndsAt = Infinity;
  }

  fail(details: string): void {
    const { guest } = this;
    const other = [this.#record?.sourceName, this.#record?.targetName].find(name => name !== guest.hostName);
    if (other !== undefined) this.#core.allocations.release(other, guest.id);
    if (this.#phase !== 'preparing') guest.vmState = 'error';
    guest.taskState = null;
    guest.fault = details;
    this.#close('error');
    failAction(this.#core, this.#action, details, 'compute_resize_instance');
  }

  #begin(): void {
    const { guest } = this;
    const isResize = this.#newFlavor !== this.#oldFlavor;
    const wish = { guest, flavor: this.#newFlavor, hostName: this.#wanted, mayStay: false };
    const target = chooseHost(this.#core, wish);
    if (target === undefined) {
      guest.taskState = null;
      this.#phase = 'ended';
      this.#phaseEndsAt = Infinity;
      const why = 'No valid host was found. There are not enough hosts available.';
      failAction(this.#core, this.#action, why, 'cold_migrate');
      return;
    }
    this.#record = this.#core.openRecord(guest, isResize ? 'resize' : 'migration', 'migrating', target.name);
    this.#core.allocations.claim(target.name, guest.id, this.#newFlavor, guest.volumeGiB !== undefined);
    guest.taskState = 'resize_migrating';
    this.#core.haltGuest(guest);
    this.#go('migrating', COPY_SECONDS, 'migrating');
  }

  #switchOver(): void {
    this.guest.hostName = this.#record!.targetName!;
    this.guest.flavor = this.#newFlavor;
    this.guest.taskState = 'resize_finish';
    this.#go('finishing', FINISH_SECONDS, 'post-migrating');
  }

  #wait(): void {
    this.guest.vmState = 'resized';
    this.guest.taskState = null;
    if (this.#cameFrom === 'active') this.#core.moveGuest(this.guest, this.guest.hostName);
    this.#go('waiting', Infinity, 'finished');
    endEvent(this.#core, this.#action, 'compute_finish_resize');
  }

  #confirmed(): void {
    this.#core.allocations.release(this.#record!.sourceName, this.guest.id);
    this.guest.vmState = this.#cameFrom;
    this.#close('confirmed');
  }

  #reverted(): void {
    const { guest } = this;
    this.#core.allocations.release(guest.hostName, guest.id);
    guest.hostName = this.#record!.sourceName;
    guest.flavor = this.#oldFlavor;
    guest.vmState = this.#cameFrom;
    guest.taskState = null;
    if (this.#cameFrom === 'active') this.#core.moveGuest(guest, guest.hostName);
    this.#close('reverted');
  }

  #go(phase: Phase, seconds: number, status: string): void {
    this.#phase = phase;
    this.#phaseEndsAt = this.#core.nowAt + seconds;
    this.#record!.status = status;
    this.#record!.updatedAt = this.#core.nowAt;
  }

  #close(status: string): void {
    this.#phase = 'ended';
    this.#phaseEndsAt = Infinity;
    if (this.#record === undefined) return;
    this.#record.status = status;
    this.#record.updatedAt = this.#core.nowAt;
  }
}
