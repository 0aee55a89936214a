import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { z } from 'zod';
import type { Database } from '../../../db/connect.ts';
import { openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import type { Goal } from '../../../goals/goal.ts';
import { ACTION_TYPES } from '../../../plugin/actions/action-types.ts';
import type { AuditRunnerOptions } from '../../../plugin/audits/audit-runner.ts';
import { AuditRunner } from '../../../plugin/audits/audit-runner.ts';
import type { ActionPlan } from '../../../plugin/lifecycle/action-plan.ts';
import type { Audit } from '../../../plugin/lifecycle/audit.ts';
import type { New, Repositories } from '../../../plugin/lifecycle/repositories.ts';
import type { Strategy } from '../../../strategies/strategy.ts';
import { cluster, host } from '../../cluster/tiny-cluster.ts';
import { newAction, newAudit, newPlan } from '../../db/rows.ts';
import { SteppedClock } from './stepped-clock.ts';

export const QUIET: Goal = { name: 'quiet', displayName: 'Quiet', indicators: [], globalEfficacy: () => [] };

/** Always one action that does nothing. */
export const GREET: Strategy<unknown> = {
  name: 'greet',
  displayName: 'Greet',
  goal: 'quiet',
  parameters: z.object({}),
  needs: () => ({ metrics: [], historySeconds: 0, stepSeconds: 300, steps: 1 }),
  decide: () => ({
    actions: [
      {
        id: 'a',
        type: 'nop',
        resourceId: '',
        parameters: { message: 'hello' },
        reason: '1 greeting',
        benefit: 0,
        cost: 0,
        after: [],
      },
    ],
    indicators: {},
    explanation: ['A greeting is in order.'],
    rejected: [],
    examined: 0,
  }),
};

const MODEL = cluster({ hosts: [host('one'), host('two')] });

/** Some replicas on one database in memory, at noon on a Sunday. */
export class Replicas {
  readonly clock = new SteppedClock('2026-03-01T12:00:00Z');
  readonly database: Database;
  readonly repositories: Repositories;
  readonly launched: string[] = [];
  /** Hosts that are alive, as heartbeats would have it. */
  readonly alive = new Set<string>();
  /** What gathering does on the host; default: it answers at once. */
  gather: (hostname: string, signal: AbortSignal) => Promise<unknown> = () => Promise.resolve();
  readonly #runners = new Map<string, AuditRunner>();
  readonly #lives = new Map<AuditRunner, { isOver: boolean }>();

  private constructor(database: Database) {
    this.database = database;
    this.repositories = createRepositories(database);
  }

  static async open(): Promise<Replicas> {
    let replicas: Replicas | undefined;
    const now = (): Date => new Date(replicas?.clock.now() ?? 0);
    replicas = new Replicas(await openDatabase('sqlite://', { now }));
    return replicas;
  }

  /** A new process on that host. */
  async start(hostname: string, changes: Partial<AuditRunnerOptions> = {}): Promise<AuditRunner> {
    this.alive.add(hostname);
    const life = { isOver: false };
    const runner: AuditRunner = new AuditRunner({
      repositories: whileAlive(this.repositories, life),
      goals: [QUIET],
      strategies: [GREET],
      actionTypes: ACTION_TYPES,
      collectCluster: async signal => {
        await this.gather(hostname, signal);
        return MODEL;
      },
      datasource: { name: 'none', metrics: [], async *query() {} },
      clock: { now: () => this.clock.now(), sleep: (...args) => this.clock.sleep(...args) },
      newUuid: randomUUID,
      applier: { launch: uuid => Promise.resolve(this.launched.push(uuid)) },
      logger: pino({ level: 'silent' }),
      hostname,
      aliveHosts: () => Promise.resolve([...this.alive]),
      ongoingPlans: 'all',
      maximumAudits: 2,
      timeoutMilliseconds: 60_000,
      ...changes,
    });
    this.#lives.set(runner, life);
    this.#runners.set(hostname, runner);
    await runner.recover();
    return runner;
  }

  /** As kill -9 does; the others know at once. */
  kill(hostname: string): void {
    const runner = this.#runners.get(hostname);
    if (runner === undefined) return;
    this.#lives.get(runner)!.isOver = true;
    this.#runners.delete(hostname);
    this.alive.delete(hostname);
  }

  /** All look for what is due, as they do every ten seconds. */
  async look(): Promise<void> {
    await Promise.all([...this.#runners.values()].map(runner => runner.recover()));
    await this.settled();
  }

  /** The same, and does not wait for the runs. */
  lookInPassing(): void {
    for (const runner of this.#runners.values()) runner.trigger();
  }

  pass(seconds: number): Promise<void> {
    return this.clock.pass(seconds, () => this.settled());
  }

  async settled(): Promise<void> {
    await Promise.all([...this.#runners.values()].map(runner => runner.whenIdle()));
  }

  create(audit: Partial<New<Audit>> = {}): Promise<Audit> {
    return this.repositories.audits.create(newAudit({ goalName: 'quiet', ...audit }));
  }

  async audit(uuid: string): Promise<Audit> {
    return (await this.repositories.audits.find(uuid))!;
  }

  plans(auditUuid: string): Promise<ActionPlan[]> {
    return this.repositories.actionPlans.list({ where: { auditUuid } });
  }

  /** Another audit's plan, which is under way. */
  async planUnderWay(): Promise<string> {
    const { uuid: auditUuid } = await this.create({ state: 'SUCCEEDED' });
    const plan = newPlan({ auditUuid, state: 'ONGOING' });
    await this.repositories.actionPlans.createWithActions(plan, [newAction({ actionPlanUuid: plan.uuid })]);
    return plan.uuid;
  }

  async close(): Promise<void> {
    for (const runner of this.#runners.values()) await runner.stop();
    await this.repositories.close();
  }
}

/** The repositories of a process: nothing of what it still does reaches the database after its death. */
function whileAlive(
  { audits, actionPlans, actions }: Repositories,
  life: { readonly isOver: boolean },
): Pick<Repositories, 'audits' | 'actionPlans' | 'actions'> {
  const guarded = <T extends object>(repository: T): T =>
    new Proxy(repository, {
      get: (target, key) => {
        const method = Reflect.get(target, key) as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => (life.isOver ? new Promise(() => undefined) : method(...args));
      },
    });
  return { audits: guarded(audits), actionPlans: guarded(actionPlans), actions: guarded(actions) };
}
