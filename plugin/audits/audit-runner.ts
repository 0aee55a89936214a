import type { Logger } from 'pino';
import type { ActionPlan } from '../lifecycle/action-plan.ts';
import type { Audit } from '../lifecycle/audit.ts';
import type { Repositories } from '../lifecycle/repositories.ts';
import type { AuditTools } from './run-audit.ts';
import { runAudit } from './run-audit.ts';

export interface AuditRunnerOptions extends AuditTools {
  readonly repositories: Pick<Repositories, 'audits' | 'actionPlans'>;
  readonly applier: { launch(planUuid: string): Promise<unknown> };
  readonly logger: Logger;
  readonly hostname: string;
  /** Audits under way at once. */
  readonly maximumAudits: number;
  readonly timeoutMilliseconds: number;
}

/** Runs audits in the background, a few at once; the rest wait in the order in which they came. */
export class AuditRunner {
  readonly #options: AuditRunnerOptions;
  readonly #waiting: string[] = [];
  readonly #running = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();

  constructor(options: AuditRunnerOptions) {
    this.#options = options;
  }

  /** Lets a PENDING audit run as soon as there is room. */
  trigger(auditUuid: string): void {
    this.#waiting.push(auditUuid);
    this.#fill();
  }

  /** At start-up: what an interruption left ONGOING is cancelled, as Watcher does; what is PENDING runs. */
  async recover(): Promise<void> {
    const { audits } = this.#options.repositories;
    const { hostname } = this.#options;
    for (const { uuid } of await audits.list({
      where: { state: 'ONGOING', hostname, auditType: 'ONESHOT' },
    })) {
      const statusMessage = 'The service was interrupted while this audit was running.';
      await audits.transition(uuid, 'ONGOING', 'CANCELLED', { statusMessage });
    }
    for (const { uuid } of await audits.list({ where: { state: 'PENDING', auditType: 'ONESHOT' } }))
      this.trigger(uuid);
  }

  /** Resolves when nothing is running or waiting. */
  async whenIdle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
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
      const run = this.#conduct(uuid).finally(() => {
        this.#running.delete(uuid);
        this.#fill();
      });
      this.#running.set(uuid, run);
    }
  }

  /** Never rejects: whatever happens to an audit is written into its row. */
  async #conduct(uuid: string): Promise<void> {
    const { repositories, logger } = this.#options;
    try {
      const audit = await this.#claim(uuid);
      if (audit === undefined) return;
      logger.info({ audit: uuid, strategy: audit.strategyName, goal: audit.goalName }, 'audit begins');
      const { state, statusMessage } = await this.#outcome(audit);
      await repositories.audits.transition(uuid, 'ONGOING', state, { statusMessage });
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

  async #outcome(
    audit: Audit,
  ): Promise<{ state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED'; statusMessage: string }> {
    const timeout = AbortSignal.timeout(this.#options.timeoutMilliseconds);
    try {
      const { plan, message } = await runAudit(
        audit,
        this.#options,
        AbortSignal.any([this.#stop.signal, timeout]),
      );
      if (audit.autoTrigger) await this.#start(plan);
      return { state: 'SUCCEEDED', statusMessage: message };
    } catch (error) {
      if (this.#stop.signal.aborted) {
        return { state: 'CANCELLED', statusMessage: 'The service was stopped while this audit was running.' };
      }
      const seconds = this.#options.timeoutMilliseconds / 1000;
      const why = timeout.aborted ? `The audit took longer than ${seconds} s.` : sentenceOf(error);
      this.#options.logger.warn({ audit: audit.uuid, err: error }, 'audit failed');
      return { state: 'FAILED', statusMessage: why };
    }
  }

  async #start(plan: ActionPlan): Promise<void> {
    const { actionPlans } = this.#options.repositories;
    const pending = await actionPlans.transition(plan.uuid, 'RECOMMENDED', 'PENDING');
    if (pending !== undefined) await this.#options.applier.launch(plan.uuid);
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
