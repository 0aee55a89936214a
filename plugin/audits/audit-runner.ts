import type { ActionPlan } from '../lifecycle/action-plan.ts';
import type { Audit } from '../lifecycle/audit.ts';
import type { Repositories } from '../lifecycle/repositories.ts';
import type { AuditTools } from './run-audit.ts';
import { runAudit } from './run-audit.ts';

export interface AuditRunnerOptions extends AuditTools {
  readonly repositories: Pick<Repositories, 'audits' | 'actionPlans'>;
  readonly applier: { launch(planUuid: string): Promise<unknown> };
  readonly hostname: string;
  /** Audits under way at once. */
  readonly maximumAudits: number;
  readonly timeoutMilliseconds: number;
}

interface Outcome {
  readonly state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  readonly statusMessage: string | null;
  readonly plan?: ActionPlan;
}

interface Running {
  readonly cancel: AbortController;
  /** Never rejects. */
  readonly ended: Promise<void>;
}

/** Runs audits in the background, a few at once; the rest wait in the order in which they came. */
export class AuditRunner {
  readonly #options: AuditRunnerOptions;
  readonly #waiting: string[] = [];
  readonly #running = new Map<string, Running>();
  readonly #stop = new AbortController();

  constructor(options: AuditRunnerOptions) {
    this.#options = options;
  }

  /** Lets a PENDING audit run as soon as there is room. */
  trigger(auditUuid: string): void {
    this.#waiting.push(auditUuid);
    this.#fill();
  }

  /** Breaks off the audit if it runs here; to be called once its row says CANCELLED. */
  cancel(auditUuid: string): void {
    this.#running.get(auditUuid)?.cancel.abort();
  }

  /**
   * For the start and from time to time: what an interruption left ONGOING is cancelled, as Watcher does; what is PENDING runs.
   */
  async recover(): Promise<void> {
    const { audits } = this.#options.repositories;
    const { hostname } = this.#options;
    for (const { uuid } of await audits.list({
      where: { state: 'ONGOING', hostname, auditType: 'ONESHOT' },
    })) {
      if (this.#running.has(uuid)) continue;
      const statusMessage = 'The service was interrupted while this audit was running.';
      await audits.transition(uuid, 'ONGOING', 'CANCELLED', { statusMessage });
    }
    for (const { uuid } of await audits.list({ where: { state: 'PENDING', auditType: 'ONESHOT' } })) {
      if (!this.#running.has(uuid) && !this.#waiting.includes(uuid)) this.trigger(uuid);
    }
  }

  /** Resolves when nothing is running or waiting. */
  async whenIdle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  /** Breaks off what is running; it ends as CANCELLED. */
  async stop(): Promise<void> {
    this.#waiting.length = 0;
    this.#stop.abort();
    await this.whenIdle();
  }

  #fill(): void {
    while (this.#running.size < this.#options.maximumAudits && !this.#stop.signal.aborted) {
      const uuid = this.#waiting.shift();
      if (uuid === undefined) return;
      const cancel = new AbortController();
      const ended = this.#conduct(uuid, cancel.signal).finally(() => {
        this.#running.delete(uuid);
        this.#fill();
      });
      this.#running.set(uuid, { cancel, ended });
    }
  }

  /** Never rejects: whatever happens to an audit is written into its row. */
  async #conduct(uuid: string, cancelled: AbortSignal): Promise<void> {
    const { repositories, logger } = this.#options;
    try {
      const audit = await this.#claim(uuid);
      if (audit === undefined) return;
      logger.info({ audit: uuid, strategy: audit.strategyName, goal: audit.goalName }, 'audit begins');
      const { state, statusMessage, plan } = await this.#outcome(audit, cancelled);
      const ended = await repositories.audits.transition(uuid, 'ONGOING', state, { statusMessage });
      if (plan !== undefined) await this.#handOver(plan, ended);
      logger.info({ audit: uuid, state, statusMessage }, 'audit ended');
    } catch (error) {
      logger.error({ audit: uuid, error: sentenceOf(error) }, 'the state of an audit was not stored');
    }
  }

  /** Undefined when it was cancelled meanwhile, taken by another, or must not run beside a plan under way. */
  async #claim(uuid: string): Promise<Audit | undefined> {
    const { audits, actionPlans } = this.#options.repositories;
    const audit = await audits.find(uuid);
    if (audit?.state !== 'PENDING') return undefined;
    const [ongoing] = audit.force ? [] : await actionPlans.list({ where: { state: 'ONGOING' }, limit: 1 });
    if (ongoing !== undefined) {
      const statusMessage = `The action plan ${ongoing.uuid} is under way; use force to run the audit beside it.`;
      await audits.transition(uuid, 'PENDING', 'CANCELLED', { statusMessage });
      return undefined;
    }
    return audits.transition(uuid, 'PENDING', 'ONGOING', {
      hostname: this.#options.hostname,
      statusMessage: null,
    });
  }

  async #outcome(audit: Audit, cancelled: AbortSignal): Promise<Outcome> {
    const timeout = AbortSignal.timeout(this.#options.timeoutMilliseconds);
    try {
      const { plan, message } = await runAudit(
        audit,
        this.#options,
        AbortSignal.any([this.#stop.signal, cancelled, timeout]),
      );
      return { state: 'SUCCEEDED', statusMessage: message, plan };
    } catch (error) {
      if (this.#stop.signal.aborted) {
        return { state: 'CANCELLED', statusMessage: 'The service was stopped while this audit was running.' };
      }
      if (cancelled.aborted) return { state: 'CANCELLED', statusMessage: null };
      const seconds = this.#options.timeoutMilliseconds / 1000;
      const why = timeout.aborted ? `The audit took longer than ${seconds} s.` : sentenceOf(error);
      this.#options.logger.warn({ audit: audit.uuid, err: error }, 'audit failed');
      return { state: 'FAILED', statusMessage: why };
    }
  }

  /** `audit`: as it has ended; undefined when it was cancelled at the last moment. */
  async #handOver(plan: ActionPlan, audit: Audit | undefined): Promise<void> {
    const { actionPlans } = this.#options.repositories;
    if (audit === undefined) await actionPlans.transition(plan.uuid, 'RECOMMENDED', 'CANCELLED');
    if (audit?.autoTrigger !== true) return;
    const pending = await actionPlans.transition(plan.uuid, 'RECOMMENDED', 'PENDING');
    if (pending !== undefined) await this.#options.applier.launch(plan.uuid);
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
