import { Boot } from './boot.ts';
import { ColdMigration } from './cold-migration.ts';
import { newGuest, newHost } from './create.ts';
import type {
  ActionRecord,
  Flavor,
  Guest,
  GuestPlan,
  Host,
  HostPlan,
  MigrationRecord,
  WorldSettings,
} from './inventory.ts';
import type { WorldFault } from './faults.ts';
import { LiveMigration } from './live-migration.ts';
import { Loads } from './loads.ts';
import { uuidOf } from './random.ts';
import { Refusal } from './refusal.ts';
import { Allocations, chooseHost } from './room.ts';
import type { Stage, WorldCore } from './stage.ts';

/** Nova calls a service down when it has not heard of it for so long. */
const SERVICE_DOWN_SECONDS = 60;

export interface WorldPlan {
  readonly settings: WorldSettings;
  readonly hosts: readonly HostPlan[];
  readonly guests: readonly GuestPlan[];
  /** What will go wrong, in any order. */
  readonly faults?: readonly WorldFault[];
}

/**
 * A cloud that exists in memory only: what Nova would answer, what guests would do, what would be measured. Time passes when
 * `advanceTo` says so and not otherwise; equal plans and equal calls give equal worlds.
 */
export class World implements WorldCore {
  readonly settings: WorldSettings;
  readonly hosts = new Map<string, Host>();
  readonly guests = new Map<string, Guest>();
  readonly allocations = new Allocations();
  readonly loads: Loads;
  /** Newest first. */
  readonly migrations: MigrationRecord[] = [];
  /** Newest first. */
  readonly actions: ActionRecord[] = [];
  readonly #stages = new Set<Stage>();
  /** Those to come, soonest first. */
  readonly #faults: WorldFault[];
  #nowAt: number;
  #lastId = 0;
  /** Live copies on each host's link; undefined when it must be counted anew. */
  #linkUsers: Map<string, number> | undefined;

  /** Throws `Refusal` when a guest's first host does not exist or two hosts have one name. */
  constructor({ settings, hosts, guests, faults = [] }: WorldPlan) {
    this.settings = settings;
    this.#nowAt = settings.startAt;
    this.#faults = [...faults].sort((a, b) => a.at - b.at);
    for (const plan of hosts) {
      if (this.hosts.has(plan.name)) throw new Refusal('conflict', `There are two hosts ${plan.name}.`);
      this.hosts.set(plan.name, newHost(plan, settings));
    }
    const firstAt = settings.startAt - settings.historySeconds;
    this.loads = new Loads(this.hosts, firstAt, settings.startAt);
    for (const plan of guests) {
      const guest = newGuest(plan, { settings, createdAt: firstAt - 86_400, n: this.guests.size });
      this.#hostNamed(plan.hostName);
      this.guests.set(guest.id, guest);
      this.claim(guest, plan.hostName);
      this.loads.settle(guest, plan.hostName);
    }
  }

  /** Epoch seconds. */
  get nowAt(): number {
    return this.#nowAt;
  }

  /** Lets time pass until then; earlier instants are ignored, for a clock never goes back. */
  advanceTo(at: number): void {
    for (;;) {
      let next = Math.min(at, this.#faults[0]?.at ?? Infinity);
      for (const stage of this.#stages) next = Math.min(next, stage.nextAt());
      if (next > this.#nowAt) {
        const shares = [...this.#stages].map(stage => [stage, this.bandwidthOf(stage)] as const);
        for (const [stage, bandwidth] of shares) stage.pass(next - this.#nowAt, bandwidth);
        this.#nowAt = next;
      }
      while ((this.#faults[0]?.at ?? Infinity) <= this.#nowAt) this.suffer(this.#faults.shift()!);
      const due = [...this.#stages].filter(stage => stage.nextAt() <= this.#nowAt);
      if (due.length === 0 && this.#nowAt >= at) break;
      for (const stage of due) {
        stage.step();
        this.#linkUsers = undefined;
        if (stage.hasEnded) this.#stages.delete(stage);
      }
    }
    this.loads.passTo(this.#nowAt);
  }

  /** Whether Nova takes the host's service for alive: it learns late of a death, and at once of a return. */
  isUp(host: Host): boolean {
    return host.alive || this.#nowAt - host.aliveChangedAt < SERVICE_DOWN_SECONDS;
  }

  /** Throws `Refusal`, as all that follows, with Nova's own words. */
  liveMigrate(guestId: string, hostName: string | undefined, requestId: string): void {
    const guest = this.#movable(guestId, ['active', 'paused'], 'os-migrateLive');
    if (hostName !== undefined && !this.hosts.has(hostName)) {
      throw new Refusal('bad_request', `Compute host ${hostName} could not be found.`);
    }
    guest.taskState = 'migrating';
    this.#stages.add(
      new LiveMigration(this, guest, hostName, this.#note(guest, 'live-migration', requestId)),
    );
  }

  /** With a flavor it is a resize. */
  coldMigrate(
    guestId: string,
    wish: { readonly hostName?: string | undefined; readonly flavor?: Flavor | undefined },
    requestId: string,
  ): void {
    const what = wish.flavor === undefined ? 'migrate' : 'resize';
    const guest = this.#movable(guestId, ['active', 'stopped'], what);
    if (wish.hostName !== undefined && !this.hosts.has(wish.hostName)) {
      throw new Refusal('bad_request', `Compute host ${wish.hostName} could not be found.`);
    }
    if (wish.hostName === guest.hostName) {
      throw new Refusal('bad_request', `Unable to migrate to the same host.`);
    }
    this.#stages.add(new ColdMigration(this, guest, wish, this.#note(guest, what, requestId)));
  }

  confirmResize(guestId: string): void {
    this.#waiting(guestId, 'confirmResize').confirm();
  }

  revertResize(guestId: string): void {
    this.#waiting(guestId, 'revertResize').revert();
  }

  /** `mayWait`: also one that has not begun to copy, as Nova does from 2.65 on. */
  abort(guestId: string, migrationId: number, { mayWait }: { readonly mayWait: boolean }): void {
    const statuses = mayWait ? ['queued', 'preparing', 'running'] : ['running'];
    this.#underWay(guestId, migrationId, { action: 'abort live migration', statuses }).abort();
  }

  forceComplete(guestId: string, migrationId: number): void {
    const call = { action: 'force_complete', statuses: ['running'] };
    this.#underWay(guestId, migrationId, call).forceComplete();
  }

  /** `hostName` undefined: the scheduler chooses. Throws `Refusal` when there is no room. */
  boot(plan: Omit<GuestPlan, 'hostName'>, hostName: string | undefined, requestId: string): Guest {
    const { settings } = this;
    const draft = newGuest({ ...plan, hostName: '' }, { settings, createdAt: this.#nowAt, n: this.#newId() });
    const host = chooseHost(this, { guest: draft, flavor: plan.flavor, hostName });
    if (host === undefined) throw new Refusal('bad_request', 'No valid host was found.');
    const guest: Guest = {
      ...draft,
      hostName: host.name,
      vmState: 'building',
      taskState: 'spawning',
      runs: [],
    };
    this.guests.set(guest.id, guest);
    this.claim(guest, host.name);
    this.#stages.add(new Boot(this, guest, this.#note(guest, 'create', requestId)));
    return guest;
  }

  remove(guestId: string): void {
    const guest = this.#guest(guestId);
    this.#linkUsers = undefined;
    for (const stage of this.#stages) if (stage.guest === guest) this.#stages.delete(stage);
    for (const host of this.hosts.keys()) this.allocations.release(host, guestId);
    this.loads.forget(guest);
    this.guests.delete(guestId);
  }

  setService(serviceId: string, status: 'enabled' | 'disabled', reason: string | undefined): Host {
    const host = [...this.hosts.values()].find(each => each.serviceId === serviceId);
    if (host === undefined) throw new Refusal('not_found', `Service ${serviceId} could not be found.`);
    host.enabled = status === 'enabled';
    host.disabledReason = host.enabled ? null : (reason ?? null);
    return host;
  }

  /** A power failure: its guests stop, migrations from it hang, those to it fail. */
  kill(hostName: string): void {
    const host = this.#hostNamed(hostName);
    if (!host.alive) return;
    this.#linkUsers = undefined;
    host.alive = false;
    host.aliveChangedAt = this.#nowAt;
    for (const stage of this.#stages) {
      if (stage.guest.hostName === hostName) stage.hang();
      else if (stage.record?.targetName === hostName) stage.fail(`Connection to ${hostName} was lost`);
    }
    for (const guest of this.guests.values()) if (guest.hostName === hostName) this.haltGuest(guest);
  }

  /** The host is back; its guests are started again, migrations that hung have failed. */
  revive(hostName: string): void {
    const host = this.#hostNamed(hostName);
    if (host.alive) return;
    this.#linkUsers = undefined;
    host.alive = true;
    host.aliveChangedAt = this.#nowAt;
    for (const stage of this.#stages) {
      if (stage.guest.hostName === hostName) stage.fail(`${hostName} was restarted`);
    }
    for (const guest of this.guests.values()) {
      if (guest.hostName === hostName && guest.vmState === 'active') this.moveGuest(guest, hostName);
    }
  }

  /** Now, whatever its `at` says. Throws `Refusal` when there is no such host. */
  suffer({ kind, name }: WorldFault): void {
    switch (kind) {
      case 'host_dies':
        return this.kill(name ?? '');
      case 'host_returns':
        return this.revive(name ?? '');
      case 'cell_down':
      case 'cell_returns':
        for (const host of this.hosts.values()) {
          if (name === undefined || host.name === name) host.cellDown = kind === 'cell_down';
        }
        return;
      case 'metrics_lost':
      case 'metrics_return':
        for (const guest of this.guests.values()) {
          if (name === undefined || guest.name === name) guest.metricsLost = kind === 'metrics_lost';
        }
    }
  }

  bandwidthOf(stage: Stage): number {
    const users = (this.#linkUsers ??= this.#countLinkUsers());
    const shares = stage.links.map(
      name => (this.hosts.get(name)?.linkMiBPerSecond ?? 0) / Math.max(1, users.get(name) ?? 1),
    );
    return shares.length === 0 ? 0 : Math.min(...shares);
  }

  openRecord(
    guest: Guest,
    type: MigrationRecord['type'],
    status: string,
    targetName: string | undefined,
  ): MigrationRecord {
    const id = this.#newId();
    const uuid = uuidOf(`${this.settings.seed}/migration/${id}`);
    const record: MigrationRecord = {
      id,
      uuid,
      guestId: guest.id,
      sourceName: guest.hostName,
      targetName,
      type,
      status,
      createdAt: this.#nowAt,
      updatedAt: undefined,
      progress: undefined,
      outcome: undefined,
    };
    this.migrations.unshift(record);
    return record;
  }

  claim(guest: Guest, hostName: string): void {
    this.allocations.claim(hostName, guest.id, guest.flavor, guest.volumeGiB !== undefined);
  }

  moveGuest(guest: Guest, hostName: string): void {
    guest.hostName = hostName;
    guest.countersFromAt = this.#nowAt;
    guest.runs.push({ fromAt: this.#nowAt, hostName });
    this.loads.settle(guest, hostName);
  }

  haltGuest(guest: Guest): void {
    guest.runs.push({ fromAt: this.#nowAt, hostName: undefined });
  }

  #countLinkUsers(): Map<string, number> {
    const users = new Map<string, number>();
    for (const stage of this.#stages) {
      for (const name of stage.links) users.set(name, (users.get(name) ?? 0) + 1);
    }
    return users;
  }

  #newId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #hostNamed(name: string): Host {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Refusal('not_found', `There is no host ${name}.`);
    return host;
  }

  #guest(id: string): Guest {
    const guest = this.guests.get(id);
    if (guest === undefined) throw new Refusal('not_found', `Instance ${id} could not be found.`);
    return guest;
  }

  #movable(id: string, vmStates: readonly string[], action: string): Guest {
    const guest = this.#guest(id);
    const refuse = (what: string) =>
      new Refusal('conflict', `Cannot '${action}' instance ${id} while it is in ${what}`);
    if (guest.taskState !== null) throw refuse(`task_state ${guest.taskState}`);
    if (!vmStates.includes(guest.vmState)) throw refuse(`vm_state ${guest.vmState}`);
    return guest;
  }

  #waiting(id: string, action: string): ColdMigration {
    this.#movable(id, ['resized'], action);
    const stage = [...this.#stages].find(each => each.guest.id === id && each instanceof ColdMigration);
    if (stage instanceof ColdMigration) return stage;
    throw new Refusal('bad_request', 'Instance has not been resized.');
  }

  #underWay(
    guestId: string,
    id: number,
    { action, statuses }: { readonly action: string; readonly statuses: readonly string[] },
  ): LiveMigration {
    const { taskState } = this.#guest(guestId);
    if (taskState !== 'migrating') {
      const why =
        taskState === null
          ? `Instance ${guestId} is in an invalid state for '${action}'`
          : `Cannot '${action}' instance ${guestId} while it is in task_state ${taskState}`;
      throw new Refusal('conflict', why);
    }
    const found = [...this.#stages].find(stage => stage.guest.id === guestId && stage.record?.id === id);
    if (!(found instanceof LiveMigration)) {
      const code = action === 'force_complete' ? 'bad_request' : 'not_found';
      throw new Refusal(code, `Migration ${id} not found for instance ${guestId}`);
    }
    const status = found.record?.status ?? '';
    if (statuses.includes(status)) return found;
    throw new Refusal(
      'bad_request',
      `Migration ${id} state of instance ${guestId} is ${status}. Cannot ${action.replace('_', ' ')} while the migration is in this state.`,
    );
  }

  #note(guest: Guest, action: string, requestId: string): ActionRecord {
    const record = {
      requestId,
      guestId: guest.id,
      action,
      startedAt: this.#nowAt,
      message: null,
      events: [],
    };
    this.actions.unshift(record);
    return record;
  }
}
