import type { ActionRecord, Guest, Host, MigrationRecord } from './inventory.ts';
import { cpuPercentAt, memoryPercentAt, stepOf } from './demand.ts';
import { LiveCopy } from './live-copy.ts';
import type { Stage, WorldCore } from './stage.ts';
import { endEvent, failAction } from './stage.ts';
import { chooseHost } from './room.ts';
import { uniform } from './random.ts';

/** How long Nova takes for its own part, as measured on a small cloud. */
const RECORD_SECONDS = 0.2;
const SCHEDULE_SECONDS = 0.6;
const PREPARE_SECONDS = 1.5;
const ARRIVE_SECONDS = 0.5;
const CLOSE_SECONDS = 0.7;
/** nova-compute writes the progress into its record so often. */
const REPORT_SECONDS = 5;
const ABORT_SECONDS = 0.5;
const SHORTEST_SECONDS = 1e-4;
/** The hypervisor and its devices need some memory besides what the guest uses. */
const LEAST_COPIED_MIB = 64;

type Phase = 'asked' | 'accepted' | 'preparing' | 'running' | 'arriving' | 'closing' | 'hung' | 'ended';

/** One live migration, from Nova's 202 to the end of its record. */
export class LiveMigration implements Stage {
  readonly guest: Guest;
  readonly #core: WorldCore;
  readonly #wanted: string | undefined;
  readonly #action: ActionRecord;
  #phase: Phase = 'asked';
  #phaseEndsAt: number;
  #record: MigrationRecord | undefined;
  #copy: LiveCopy | undefined;
  #beganAt = 0;
  #reportAt = Infinity;
  #cancelAt = Infinity;
  #breaksAt = Infinity;

  constructor(core: WorldCore, guest: Guest, wanted: string | undefined, action: ActionRecord) {
    this.#core = core;
    this.guest = guest;
    this.#wanted = wanted;
    this.#action = action;
    this.#phaseEndsAt = core.nowAt + RECORD_SECONDS;
  }

  get record(): MigrationRecord | undefined {
    return this.#record;
  }

  get hasEnded(): boolean {
    return this.#phase === 'ended';
  }

  /** Hosts whose links it uses now; it shares them with the others. */
  get links(): readonly string[] {
    if (this.#phase !== 'running' || this.#record?.targetName === undefined) return [];
    return [this.#record.sourceName, this.#record.targetName];
  }

  nextAt(): number {
    const copied = this.#copy?.untilNext(this.#core.bandwidthOf(this)) ?? Infinity;
    const running = this.#phase === 'running' ? this.#core.nowAt + copied : this.#phaseEndsAt;
    return Math.min(running, this.#reportAt, this.#cancelAt, this.#breaksAt);
  }

  pass(seconds: number, bandwidth: number): void {
    if (this.#phase === 'running') this.#copy?.advance(seconds, bandwidth);
  }

  /** Does what is due now. */
  step(): void {
    const now = this.#core.nowAt;
    if (now >= this.#breaksAt && this.#phase === 'running') {
      this.fail(
        'Live migration failed.: libvirt.libvirtError: operation failed: migration job: unexpectedly failed',
      );
    } else if (now >= this.#cancelAt && ['accepted', 'preparing', 'running'].includes(this.#phase)) {
      this.#cancel();
    } else if (this.#phase === 'running') {
      if (now >= this.#reportAt) this.#report();
      this.#finishCrumb();
      if (this.#copy?.phase === 'done') this.#arrive();
    } else if (now >= this.#phaseEndsAt) this.#next();
  }

  abort(): void {
    if (this.#phase === 'hung') return;
    this.#cancelAt = Math.min(this.#cancelAt, this.#core.nowAt + ABORT_SECONDS);
  }

  forceComplete(): void {
    this.#copy?.forceComplete();
  }

  /** Its source has died: nobody writes the record any more. */
  hang(): void {
    this.#phase = 'hung';
    this.#stopTimers();
  }

  /** Ends it as failed; the guest stays where it is. */
  fail(details: string): void {
    this.#end('error');
    failAction(this.#core, this.#action, details);
  }

  #next(): void {
    switch (this.#phase) {
      case 'asked':
        this.#phase = 'accepted';
        this.#phaseEndsAt += SCHEDULE_SECONDS;
        this.#record = this.#core.openRecord(this.guest, 'live-migration', 'accepted', this.#wanted);
        return;
      case 'accepted':
        return this.#schedule();
      case 'preparing':
        return this.#run();
      case 'arriving':
        this.#phase = 'closing';
        this.#phaseEndsAt += CLOSE_SECONDS;
        this.#core.moveGuest(this.guest, this.#record!.targetName!);
        this.guest.taskState = null;
        return;
      case 'closing':
        this.#end('completed');
        endEvent(this.#core, this.#action, 'compute_live_migration');
        return;
      case 'running':
      case 'hung':
      case 'ended':
    }
  }

  #schedule(): void {
    const { guest } = this;
    const target = chooseHost(this.#core, { guest, flavor: guest.flavor, hostName: this.#wanted });
    if (target === undefined) {
      this.#end('error');
      const why =
        this.#wanted === guest.hostName
          ? `Unable to migrate instance (${guest.id}) to current host (${guest.hostName}).`
          : 'No valid host was found. There are not enough hosts available.';
      failAction(this.#core, this.#action, why, 'conductor_live_migrate_instance');
      return;
    }
    endEvent(this.#core, this.#action, 'conductor_live_migrate_instance');
    if (!target.alive)
      return this.fail(
        'Timed out waiting for a reply to message ID compute_check_can_live_migrate_destination',
      );
    this.#core.claim(guest, target.name);
    this.#phase = 'preparing';
    this.#phaseEndsAt += PREPARE_SECONDS;
    this.#update('preparing', target);
  }

  #run(): void {
    const { guest } = this;
    const { settings, nowAt } = this.#core;
    const step = stepOf(nowAt);
    const busy = (cpuPercentAt(guest.demand, step) / 100) * guest.flavor.vcpus;
    const used = (memoryPercentAt(guest.demand, step) / 100) * guest.flavor.memoryMiB;
    const memoryMiB = Math.max(LEAST_COPIED_MIB, used);
    this.#copy = new LiveCopy(
      {
        memoryMiB,
        workingSetMiB: Math.min(memoryMiB, guest.workingSetMiB),
        dirtyMiBPerSecond: guest.vmState === 'paused' ? 0 : busy * guest.dirtyMiBPerBusyCpu,
      },
      settings,
    );
    this.#beganAt = nowAt;
    this.#phase = 'running';
    this.#update('running');
    this.#reportAt = nowAt + REPORT_SECONDS / 5;
    if (uniform(settings.seed ^ 0x632be5ab, this.#record!.id) < settings.migrationFailureShare)
      this.#breaksAt = nowAt + 2;
  }

  /** What is left is shorter than the clock can tell: without this, time would stand still before it. */
  #finishCrumb(): void {
    const bandwidth = this.#core.bandwidthOf(this);
    const left = this.#copy!.untilNext(bandwidth);
    if (left < SHORTEST_SECONDS) this.#copy!.advance(left, bandwidth);
  }

  #report(): void {
    const copy = this.#copy!;
    this.#record!.progress = {
      totalMiB: this.guest.flavor.memoryMiB,
      remainingMiB: copy.remainingMiB,
      processedMiB: copy.processedMiB,
    };
    this.#record!.updatedAt = this.#core.nowAt;
    this.#reportAt = this.#core.nowAt + REPORT_SECONDS;
  }

  #arrive(): void {
    const { nowAt } = this.#core;
    const { downtimeSeconds, rounds } = this.#copy!;
    this.#record!.outcome = { seconds: nowAt - this.#beganAt, downtimeSeconds, rounds };
    this.#report();
    this.#reportAt = Infinity;
    this.#breaksAt = Infinity;
    this.#cancelAt = Infinity;
    this.#phase = 'arriving';
    this.#phaseEndsAt = nowAt + ARRIVE_SECONDS;
    this.#update('post-migrating');
  }

  #cancel(): void {
    this.#end('cancelled');
    endEvent(this.#core, this.#action, 'compute_live_migration');
  }

  #end(status: 'completed' | 'cancelled' | 'error'): void {
    const record = this.#record;
    if (record !== undefined) {
      const left = status === 'completed' ? record.sourceName : record.targetName;
      if (left !== undefined && left !== this.guest.hostName)
        this.#core.allocations.release(left, this.guest.id);
      this.#update(status);
    }
    this.guest.taskState = null;
    this.#phase = 'ended';
    this.#stopTimers();
  }

  #stopTimers(): void {
    this.#reportAt = Infinity;
    this.#cancelAt = Infinity;
    this.#breaksAt = Infinity;
    this.#phaseEndsAt = Infinity;
  }

  #update(status: string, target?: Host): void {
    const record = this.#record!;
    record.status = status;
    if (target !== undefined) record.targetName = target.name;
    record.updatedAt = this.#core.nowAt;
  }
}
