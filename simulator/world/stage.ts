import type { ActionRecord, Guest, Host, MigrationRecord, WorldSettings } from './inventory.ts';
import type { Allocations } from './room.ts';

/** Something that goes on in the world over time. */
export interface Stage {
  readonly guest: Guest;
  readonly record: MigrationRecord | undefined;
  readonly hasEnded: boolean;
  /** Names of the hosts whose links it loads now. */
  readonly links: readonly string[];
  /** Epoch seconds at which `step` has something to do. */
  nextAt(): number;
  /** Time passes; `bandwidth` in MiB/s is constant meanwhile. */
  pass(seconds: number, bandwidth: number): void;
  step(): void;
  /** Its source host died: nothing more happens until the host is back, and then it fails. */
  hang(): void;
  /** Its target host died, or the hypervisor gave up. */
  fail(details: string): void;
}

/** What stages may do to the world. */
export interface WorldCore {
  /** Epoch seconds. */
  readonly nowAt: number;
  readonly settings: WorldSettings;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly guests: ReadonlyMap<string, Guest>;
  readonly allocations: Allocations;
  isUp(host: Host): boolean;
  /** MiB/s that the stage gets of its links. */
  bandwidthOf(stage: Stage): number;
  openRecord(
    guest: Guest,
    type: MigrationRecord['type'],
    status: string,
    targetName: string | undefined,
  ): MigrationRecord;
  claim(guest: Guest, hostName: string): void;
  /** The guest runs on that host from now on, in a new process. */
  moveGuest(guest: Guest, hostName: string): void;
  /** The guest does not run from now on. */
  haltGuest(guest: Guest): void;
}

export function endEvent(core: WorldCore, action: ActionRecord, event: string): void {
  action.events.push({
    event,
    startedAt: core.nowAt,
    finishedAt: core.nowAt,
    result: 'Success',
    details: null,
  });
}

export function failAction(
  core: WorldCore,
  action: ActionRecord,
  details: string,
  event = 'compute_live_migration',
): void {
  action.message = 'Error';
  action.events.push({ event, startedAt: core.nowAt, finishedAt: core.nowAt, result: 'Error', details });
}
