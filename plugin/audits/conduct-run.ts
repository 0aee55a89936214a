import type { ActionPlan } from '../lifecycle/action-plan.ts';
import type { Audit } from '../lifecycle/audit.ts';
import type { Repositories } from '../lifecycle/repositories.ts';
import type { Replica } from './due-audits.ts';
import { aliveOf, holdOf } from './due-audits.ts';
import { dutyOf } from './duty.ts';
import type { Outcome } from './end-run.ts';
import { endOfRun } from './end-run.ts';
import { PlanUnderWayError } from './errors.ts';
import type { AuditTools } from './run-audit.ts';
import { runAudit } from './run-audit.ts';

export interface RunOptions extends AuditTools, Replica {
  readonly repositories: Pick<Repositories, 'audits' | 'actionPlans' | 'actions'>;
  readonly applier: { launch(planUuid: string): Promise<unknown> };
  readonly timeoutMilliseconds: number;
}

export interface Breaks {
  /** Somebody has changed the audit's state. */
  readonly cancelled: AbortSignal;
  /** The service stops. */
  readonly stop: AbortSignal;
}

/** How often the end of a run is tried to be written while others change the audit at the same moment. */
const ATTEMPTS = 5;

/** Never rejects: whatever happens to an audit is written into its row. False when it could not be. */
export async function conductRun(uuid: string, options: RunOptions, breaks: Breaks): Promise<boolean> {
  const { logger } = options;
  try {
    const begun = await begin(uuid, options);
    if (begun === undefined) return true;
    const { before, audit } = begun;
    logger.info({ audit: uuid, strategy: audit.strategyName, goal: audit.goalName }, 'audit begins');
    const outcome = await outcomeOf(audit, options, breaks);
    const ended = await end(before, audit.runUuid, { outcome, options });
    if (outcome.kind === 'done') await handOver(outcome.plan, ended, options);
    const { state, statusMessage, nextRunAt } = ended ?? {};
    logger.info({ audit: uuid, outcome: outcome.kind, state, statusMessage, nextRunAt }, 'audit ended');
    return true;
  } catch (error) {
    logger.error({ audit: uuid, error: sentenceOf(error) }, 'the state of an audit was not stored');
    return false;
  }
}

/** Undefined when it is not due any more, or another was faster: of all replicas, one gets it. */
async function begin(
  uuid: string,
  options: RunOptions,
): Promise<{ readonly before: Audit; readonly audit: Audit } | undefined> {
  const { clock, hostname, newUuid } = options;
  const { audits } = options.repositories;
  const before = await audits.find(uuid);
  if (before === undefined) return undefined;
  const hold = holdOf(before, { hostname, alive: await aliveOf([before], options) });
  if (dutyOf(before, { now: clock.now(), hold }).kind !== 'run') return undefined;
  const { state, runUuid, nextRunAt } = before;
  const isContinuous = before.auditType === 'CONTINUOUS';
  const changes = {
    hostname,
    runUuid: newUuid(),
    // What the last run had to say stays until the next has ended.
    ...(isContinuous ? {} : { nextRunAt: null, statusMessage: null }),
  };
  const audit = await audits.transition(uuid, state, 'ONGOING', changes, { runUuid, nextRunAt });
  return audit && { before, audit };
}

async function outcomeOf(audit: Audit, options: RunOptions, { cancelled, stop }: Breaks): Promise<Outcome> {
  const timeout = AbortSignal.timeout(options.timeoutMilliseconds);
  try {
    const { plan, message } = await runAudit(audit, options, AbortSignal.any([stop, cancelled, timeout]));
    return { kind: 'done', message, plan };
  } catch (error) {
    if (stop.aborted) return { kind: 'stopped' };
    if (cancelled.aborted) return { kind: 'cancelled' };
    if (error instanceof PlanUnderWayError) return { kind: 'skipped', why: error.message };
    const seconds = options.timeoutMilliseconds / 1000;
    const why = timeout.aborted ? `The audit took longer than ${seconds} s.` : sentenceOf(error);
    options.logger.warn({ audit: audit.uuid, err: error }, 'audit failed');
    return { kind: 'failed', why };
  }
}

/** The audit as it has ended; undefined when it was cancelled or suspended at the last moment, or is another replica's now. */
async function end(
  before: Audit,
  runUuid: string | null,
  { outcome, options }: { readonly outcome: Outcome; readonly options: RunOptions },
): Promise<Audit | undefined> {
  const { uuid } = before;
  const { audits } = options.repositories;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const audit = await audits.find(uuid);
    if (audit === undefined || audit.runUuid !== runUuid) return undefined;
    const run = { before, audit, now: options.clock.now() };
    const ending = audit.state === 'ONGOING' ? endOfRun(run, outcome) : undefined;
    if (ending === undefined) {
      await audits.update(uuid, { runUuid: null }, { runUuid });
      return undefined;
    }
    const { to, changes } = ending;
    const { nextRunAt, interval } = audit;
    const seen = { runUuid, nextRunAt, interval };
    const ended = await audits.transition(uuid, 'ONGOING', to, { ...changes, runUuid: null }, seen);
    if (ended !== undefined) return ended;
  }
  throw new Error(`The audit ${uuid} is changed by others all the time.`);
}

/** Nobody wants the plan of an audit that was cancelled at the last moment. */
async function handOver(
  plan: ActionPlan,
  ended: Audit | undefined,
  { repositories: { actionPlans }, applier }: RunOptions,
): Promise<void> {
  if (ended === undefined) await actionPlans.transition(plan.uuid, ['RECOMMENDED', 'PENDING'], 'CANCELLED');
  else if (plan.state === 'PENDING') await applier.launch(plan.uuid);
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
