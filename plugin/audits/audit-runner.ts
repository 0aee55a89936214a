import type { Clock } from '../actions/clock.ts';
import type { RunOptions } from './conduct-run.ts';
import { conductRun } from './conduct-run.ts';
import { dueAudits } from './due-audits.ts';

export interface AuditRunnerOptions extends Omit<RunOptions, 'now'> {
  readonly clock: Clock;
  /** Audits under way at once. */
  readonly maximumAudits: number;
}

interface Running {
  readonly cancel: AbortController;
  /** Never rejects. */
  readonly ended: Promise<void>;
}

/**
 * Runs audits in the background when they are due, a few at once; the rest wait in the order in which they came. What is due, and who runs it, is
 * in the database only: of several replicas exactly one begins a run, and another takes up what one that is gone has left.
 */
export class AuditRunner {
  readonly #options: AuditRunnerOptions & RunOptions;
  readonly #waiting: string[] = [];
  readonly #running = new Map<string, Running>();
  readonly #stop = new AbortController();
  #alarm = new AbortController();
  #looking: Promise<void> | undefined;
  #isLookWanted = false;

  constructor(options: AuditRunnerOptions) {
    this.#options = { ...options, now: () => options.clock.now() };
  }

  /** Looks for audits that are due; to be called when one may be. */
  trigger(): void {
    this.#isLookWanted = true;
    this.#looking ??= this.#lookWhileWanted().finally(() => {
      this.#looking = undefined;
      // Somebody has asked at the very end.
      if (this.#isLookWanted && !this.#stop.signal.aborted) this.trigger();
    });
  }

  /** Breaks off the audit if it runs here; to be called once its row says that it is not ONGOING. */
  cancel(auditUuid: string): void {
    this.#running.get(auditUuid)?.cancel.abort();
  }

  /** The same as `trigger`, at the start and from time to time, until what is due has been found. Never rejects. */
  async recover(): Promise<void> {
    this.trigger();
    await this.#looking;
  }

  /** Resolves when nothing is running or about to. */
  async whenIdle(): Promise<void> {
    while (this.#looking !== undefined || this.#running.size > 0) {
      await Promise.all([this.#looking, ...[...this.#running.values()].map(({ ended }) => ended)]);
    }
  }

  /** Breaks off what is running: ONESHOT audits end as CANCELLED, the others are due still. */
  async stop(): Promise<void> {
    this.#waiting.length = 0;
    this.#stop.abort();
    this.#alarm.abort();
    await this.whenIdle();
  }

  async #lookWhileWanted(): Promise<void> {
    while (this.#isLookWanted && !this.#stop.signal.aborted) {
      this.#isLookWanted = false;
      try {
        const isHere = (uuid: string): boolean => this.#running.has(uuid) || this.#waiting.includes(uuid);
        const { uuids, live, nextAt } = await dueAudits(this.#options, isHere);
        // Cancelled or suspended through another replica.
        for (const uuid of this.#running.keys()) if (!live.has(uuid)) this.cancel(uuid);
        this.#waiting.push(...uuids.filter(uuid => !isHere(uuid)));
        this.#fill();
        this.#setAlarm(nextAt);
      } catch (error) {
        this.#options.logger.warn(
          { err: error },
          'audits that are due were not found, they are looked for again',
        );
      }
    }
  }

  #fill(): void {
    while (this.#running.size < this.#options.maximumAudits && !this.#stop.signal.aborted) {
      const uuid = this.#waiting.shift();
      if (uuid === undefined) return;
      const cancel = new AbortController();
      const breaks = { cancelled: cancel.signal, stop: this.#stop.signal };
      const ended = conductRun(uuid, this.#options, breaks).then(isStored => {
        this.#running.delete(uuid);
        this.#fill();
        // It may be due again, or soon; what cannot be stored now is tried again when somebody looks from time to time.
        if (isStored) this.trigger();
      });
      this.#running.set(uuid, { cancel, ended });
    }
  }

  /** One look at that time, in place of the one that was to come. */
  #setAlarm(nextAt: number): void {
    this.#alarm.abort();
    if (nextAt === Number.POSITIVE_INFINITY || this.#stop.signal.aborted) return;
    const alarm = new AbortController();
    this.#alarm = alarm;
    const { clock } = this.#options;
    void clock.sleep(Math.max(0, nextAt - clock.now()), alarm.signal).then(() => {
      if (!alarm.signal.aborted) this.trigger();
    });
  }
}
