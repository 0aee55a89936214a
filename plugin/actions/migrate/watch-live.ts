import { OpenStackError } from '../../openstack/errors.ts';
import type { LiveMigrationProgress, Migration } from '../../openstack/nova.ts';
import type { ActionContext } from '../action-type.ts';
import { ActionFailedError } from '../errors.ts';
import { goneError, routeOf } from './move.ts';
import type { Move } from './move.ts';
import { isOutage, patiently } from './patiently.ts';
import { progressOf, remainingBytes } from './progress.ts';
import { hasEnded } from './records.ts';
import { StallWatch } from './stall.ts';

/** Why a live migration was to end before it was done. */
export type Interruption = 'cancelled' | 'timed out' | 'stalled';

export interface LiveEnd {
  readonly record: Migration;
  /** Undefined when nobody here asked for its end. */
  readonly interruption: Interruption | undefined;
}

/**
 * Follows a live migration through Nova's record of it until that has ended; aborts it when the signal fires, when it
 * takes too long, or when it is stuck and the settings say so. `doubt` is the failure when Nova shows no record.
 * Throws `ActionFailedError` when Nova never ends it.
 */
export async function watchLive(
  move: Move,
  context: ActionContext,
  doubt: string | undefined,
): Promise<LiveEnd> {
  const watch = new LiveWatch(move, context, doubt);
  for (;;) {
    const end = await watch.look();
    if (end !== undefined) return end;
    await watch.pause();
  }
}

class LiveWatch {
  readonly #move: Move;
  readonly #context: ActionContext;
  readonly #doubt: string | undefined;
  readonly #stall: StallWatch;
  #interruption: Interruption | undefined;
  /** When Nova accepted the abort. */
  #abortedAt: number | undefined;
  #forced = false;

  constructor(move: Move, context: ActionContext, doubt: string | undefined) {
    this.#move = move;
    this.#context = context;
    this.#doubt = doubt;
    this.#stall = new StallWatch(context.settings.stallSeconds);
  }

  async look(): Promise<LiveEnd | undefined> {
    const { report, clock } = this.#context;
    const progress = await patiently(this.#context, () => this.#progress());
    if (progress !== undefined) {
      const stalledMs = this.#stall.see(remainingBytes(progress), clock.now());
      report(progressOf(progress, this.#move, stalledMs));
      await this.#intervene(progress.id, stalledMs);
      this.#giveUpIfLate(progress.id, progress.status);
      return undefined;
    }
    const record = await patiently(this.#context, () => this.#record());
    if (record !== undefined && hasEnded(record.status)) return { record, interruption: this.#interruption };
    report({
      percent: undefined,
      message: `Waiting for Nova to begin the migration of ${routeOf(this.#move)}`,
    });
    if (record === undefined) this.#giveUpIfMissing();
    else this.#giveUpIfLate(record.id, record.status);
    return undefined;
  }

  /** Until the next look; a cancellation cuts it short, once. */
  async pause(): Promise<void> {
    const { clock, settings, signal } = this.#context;
    const waking = signal.aborted ? [] : [signal];
    await clock.sleep(settings.pollSeconds * 1000, ...waking);
  }

  async #progress(): Promise<LiveMigrationProgress | undefined> {
    const { cloud, callSignal } = this.#context;
    try {
      const list = await cloud.nova.listLiveMigrations(this.#move.serverId, callSignal);
      return list.find(entry => this.#move.isOurs(entry));
    } catch (error) {
      if (error instanceof OpenStackError && error.status === 404) throw goneError(this.#move.name);
      throw error;
    }
  }

  async #record(): Promise<Migration | undefined> {
    const { cloud, callSignal } = this.#context;
    const records = await cloud.nova.listMigrations({ serverId: this.#move.serverId }, callSignal);
    return records.find(record => record.type === 'live-migration' && this.#move.isOurs(record));
  }

  async #intervene(migrationId: number, stalledMs: number): Promise<void> {
    const { signal, settings } = this.#context;
    if (signal.aborted) this.#interruption ??= 'cancelled';
    else if (this.#elapsedSeconds() >= settings.migrationTimeoutSeconds) this.#interruption ??= 'timed out';
    else if (this.#stall.isStalled(stalledMs)) await this.#onStall(migrationId);
    if (this.#interruption !== undefined && this.#abortedAt === undefined) await this.#abort(migrationId);
  }

  async #onStall(migrationId: number): Promise<void> {
    const { settings, cloud, callSignal, clock } = this.#context;
    if (settings.onStall === 'wait') return;
    if (settings.onStall === 'force_complete' && settings.allowForceComplete && !this.#forced) {
      this.#forced = true;
      const migration = { serverId: this.#move.serverId, migrationId };
      if (await accepted(() => cloud.nova.forceCompleteLiveMigration(migration, callSignal))) {
        this.#stall.restart(clock.now());
        return;
      }
    }
    this.#interruption ??= 'stalled';
  }

  /** Nova refuses while the migration is prepared and once it is past the copying: it is asked again at the next look. */
  async #abort(migrationId: number): Promise<void> {
    const { cloud, callSignal, clock } = this.#context;
    const migration = { serverId: this.#move.serverId, migrationId };
    const done = await accepted(() => cloud.nova.abortLiveMigration(migration, callSignal));
    if (done) this.#abortedAt = clock.now();
  }

  #giveUpIfMissing(): void {
    const { graceSeconds } = this.#context.settings;
    if (this.#elapsedSeconds() < graceSeconds) return;
    const silence = `Nova accepted the live migration of ${routeOf(this.#move)}, but has no record of it`;
    throw new ActionFailedError(this.#doubt ?? `${silence} after ${graceSeconds} s`);
  }

  #giveUpIfLate(migrationId: number, status: string): void {
    const { settings, clock } = this.#context;
    const grace = settings.graceSeconds;
    const afterAbort = this.#abortedAt === undefined ? 0 : (clock.now() - this.#abortedAt) / 1000;
    const elapsed = this.#elapsedSeconds();
    if (elapsed < settings.migrationTimeoutSeconds + grace && afterAbort < grace) return;
    const aborted = this.#abortedAt === undefined ? '' : ' though it was aborted';
    throw new ActionFailedError(
      `Nova's migration ${migrationId} of ${routeOf(this.#move)} is still ${status} after ` +
        `${Math.round(elapsed)} s${aborted}; it goes on unwatched`,
    );
  }

  #elapsedSeconds(): number {
    return (this.#context.clock.now() - this.#move.beganAt) / 1000;
  }
}

/** False when Nova refuses or does not answer. */
async function accepted(call: () => Promise<void>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (isOutage(error) || error instanceof OpenStackError) return false;
    throw error;
  }
}
