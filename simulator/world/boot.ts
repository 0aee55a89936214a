import type { ActionRecord, Guest } from './inventory.ts';
import type { Stage, WorldCore } from './stage.ts';
import { endEvent } from './stage.ts';

const SPAWN_SECONDS = 4;

/** A new server from Nova's 202 until it is ACTIVE on its host, which it has been given already. */
export class Boot implements Stage {
  readonly guest: Guest;
  readonly record = undefined;
  readonly links = [];
  readonly #core: WorldCore;
  readonly #action: ActionRecord;
  #endsAt: number;

  constructor(core: WorldCore, guest: Guest, action: ActionRecord) {
    this.guest = guest;
    this.#core = core;
    this.#action = action;
    this.#endsAt = core.nowAt + SPAWN_SECONDS;
  }

  get hasEnded(): boolean {
    return this.guest.vmState !== 'building';
  }

  nextAt(): number {
    return this.#endsAt;
  }

  pass(): void {
    // Nothing is copied over a link.
  }

  step(): void {
    if (this.#core.nowAt < this.#endsAt) return;
    this.guest.vmState = 'active';
    this.guest.taskState = null;
    this.#core.moveGuest(this.guest, this.guest.hostName);
    endEvent(this.#core, this.#action, 'compute__do_build_and_run_instance');
  }

  hang(): void {
    this.#endsAt = Infinity;
  }

  fail(details: string): void {
    this.guest.vmState = 'error';
    this.guest.taskState = null;
    this.guest.fault = details;
  }
}
