import { z } from 'zod';
import { parseScope } from '../../cluster/scope/parse-scope.ts';
import type { EfficacyIndicator, Goal } from '../../goals/goal.ts';
import type { Decision, Strategy } from '../../strategies/strategy.ts';
import type { Logger } from 'pino';
import { describeObstacle } from '../../cluster/obstacle.ts';
import type { ActionType } from '../actions/action-type.ts';
import type { Datasource } from '../datasources/datasource.ts';
import type { ActionPlan } from '../lifecycle/action-plan.ts';
import type { Audit } from '../lifecycle/audit.ts';
import type { Repositories } from '../lifecycle/repositories.ts';
import { AuditError } from './errors.ts';
import { gather } from './gather.ts';
import type { OngoingPlans } from './ongoing-plans.ts';
import { checkOngoingPlans } from './ongoing-plans.ts';
import { planActions } from './plan-actions.ts';
import type { ModelOptions } from './take-models.ts';

export interface AuditTools {
  readonly repositories: Pick<Repositories, 'audits' | 'actionPlans' | 'actions'>;
  readonly goals: readonly Goal[];
  readonly strategies: readonly Strategy<unknown>[];
  readonly actionTypes: readonly ActionType<unknown>[];
  readonly collectCluster: ModelOptions['collectCluster'];
  readonly collectStorage?: ModelOptions['collectStorage'];
  readonly datasource: Datasource;
  /** Where a strategy may have another. */
  readonly datasourceFor?: (strategyName: string) => Datasource;
  readonly now: () => number;
  readonly newUuid: () => string;
  readonly logger: Logger;
  /** Which plans under way keep an audit from running: all, or those that touch a host of its own. */
  readonly ongoingPlans: OngoingPlans;
}

export interface AuditResult {
  readonly plan: ActionPlan;
  /** What the administrator is told, in sentences. */
  readonly message: string;
}

/** Sentences in a status message: the rest is in the log. */
const MOST_SENTENCES = 8;
const MOST_REJECTED_LOGGED = 100;

/**
 * Gathers, decides, plans and stores the plan, which is RECOMMENDED, PENDING when the audit starts it itself, or SUCCEEDED when there is nothing
 * to do. Throws `PlanUnderWayError` and `AuditError`, and what goes wrong with the cloud and the datasource.
 */
export async function runAudit(audit: Audit, tools: AuditTools, signal: AbortSignal): Promise<AuditResult> {
  const goal = tools.goals.find(({ name }) => name === audit.goalName);
  if (goal === undefined) throw new AuditError(`This service does not know the goal ${audit.goalName}.`);
  const strategy = strategyOf(audit, tools);
  const parameters = parametersOf(audit, strategy);
  const scope = parseScope(audit.scope);
  if (!audit.force && tools.ongoingPlans === 'all') await checkOngoingPlans(tools);
  const datasource = tools.datasourceFor?.(strategy.name) ?? tools.datasource;
  const gathered = await gather(strategy.needs(parameters), { ...tools, datasource, scope, signal });
  const { cluster, storage, forecast, warnings } = gathered;
  if (!audit.force && tools.ongoingPlans === 'same_hosts') await checkOngoingPlans(tools, cluster);
  for (const warning of warnings) tools.logger.warn({ audit: audit.uuid, warning }, 'usage is degraded');
  const decided = strategy.decide({ cluster, storage, forecast, parameters });
  // Warnings first: they say what the rest rests on.
  const explanation = [...warnings, ...gathered.explanation, ...decided.explanation];
  const decision = { ...decided, explanation };
  logDecision(audit, decision, tools);
  await checkWanted(audit, tools, signal);
  return { plan: await store(audit, { goal, strategy, decision, tools }), message: messageOf(decision) };
}

function strategyOf(audit: Audit, { strategies }: AuditTools): Strategy<unknown> {
  const name = audit.strategyName;
  const found = strategies.find(strategy =>
    name === null ? strategy.goal === audit.goalName : strategy.name === name,
  );
  if (found !== undefined) return found;
  if (name !== null) throw new AuditError(`This service does not know the strategy ${name}.`);
  throw new AuditError(`This service has no strategy for the goal ${audit.goalName}.`);
}

/** Every number of the decision, approved or rejected. */
function logDecision(audit: Audit, decision: Decision, { logger }: AuditTools): void {
  const { explanation, indicators, examined, rejected } = decision;
  const actions = decision.actions.map(({ type, resourceId, reason, benefit, cost }) => ({
    type,
    resourceId,
    reason,
    benefit,
    cost,
  }));
  const turnedDown = rejected
    .slice(0, MOST_REJECTED_LOGGED)
    .map(({ instanceId, targetHostId, reason, obstacles }) => ({
      instanceId,
      targetHostId,
      reason,
      obstacles: obstacles.slice(0, 3).map(describeObstacle),
    }));
  const counts = { examined, rejected: rejected.length };
  logger.info({ audit: audit.uuid, indicators, ...counts, actions, explanation, turnedDown }, 'decision');
}

/** Nobody wants the plan of an audit that was cancelled meanwhile, here or through another replica. */
async function checkWanted(audit: Audit, { repositories }: AuditTools, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const now = await repositories.audits.find(audit.uuid);
  if (now?.state !== 'ONGOING' || now.runUuid !== audit.runUuid)
    throw new AuditError('The audit was cancelled while it was running.');
}

function parametersOf(audit: Audit, strategy: Strategy<unknown>): unknown {
  const parsed = strategy.parameters.safeParse(audit.parameters);
  if (parsed.success) return parsed.data;
  const problem = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
  throw new AuditError(`Invalid parameters for the strategy ${strategy.name}: ${problem}`);
}

async function store(
  audit: Audit,
  {
    goal,
    strategy,
    decision,
    tools,
  }: { goal: Goal; strategy: Strategy<unknown>; decision: Decision; tools: AuditTools },
): Promise<ActionPlan> {
  const planUuid = tools.newUuid();
  const actions = planActions(decision, {
    planUuid,
    actionTypes: tools.actionTypes,
    newUuid: tools.newUuid,
    planner: strategy.planner,
  });
  const plan = await tools.repositories.actionPlans.createForRun(
    {
      uuid: planUuid,
      auditUuid: audit.uuid,
      strategyName: strategy.name,
      state: actions.length === 0 ? 'SUCCEEDED' : audit.autoTrigger ? 'PENDING' : 'RECOMMENDED',
      efficacyIndicators: indicatorsOf(goal, decision),
      globalEfficacy: goal.globalEfficacy(decision.indicators),
      hostname: null,
      statusMessage: null,
    },
    actions,
    {
      runUuid: audit.runUuid ?? '',
      replaces:
        audit.auditType === 'CONTINUOUS' ? 'A newer plan of the same audit took its place.' : undefined,
      // Its own doing; what an administrator has started stays.
      replacesPending: audit.autoTrigger,
    },
  );
  if (plan === undefined) throw new AuditError('The audit was cancelled while it was running.');
  return plan;
}

function indicatorsOf(goal: Goal, decision: Decision): readonly EfficacyIndicator[] {
  return goal.indicators.flatMap(spec => {
    const value = decision.indicators[spec.name];
    return value === undefined ? [] : [{ ...spec, value }];
  });
}

function messageOf({ explanation }: Decision): string {
  const more = explanation.length - MOST_SENTENCES;
  const said = explanation.slice(0, MOST_SENTENCES).join(' ');
  return more > 0 ? `${said} (${more} more in the log.)` : said;
}
