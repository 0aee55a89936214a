import type { AuditTemplate } from '../lifecycle/audit-template.ts';
import type { Audit } from '../lifecycle/audit.ts';
import type { New } from '../lifecycle/repositories.ts';
import type { GoalEntry, StrategyEntry } from './catalogue.ts';
import { requireStrategyOfGoal } from './catalogue.ts';
import { checkTiming, readAuditType, readInstant, readInterval } from './audit-rules.ts';
import type { ApiContext } from './context.ts';
import { ApiError } from './errors.ts';
import type { AnyBodySpec } from './json-body.ts';
import { readBody } from './json-body.ts';
import { SINCE } from './microversions.ts';
import { MAXIMUM_NAME } from './names.ts';
import { validateParameters } from './parameters.ts';
import type { ApiRequest } from './request.ts';

/** What may be said of a new audit. */
export const AUDIT_BODY = {
  argument: 'audit_p',
  fields: {
    name: 'text',
    audit_template_uuid: 'uuid',
    goal: 'text',
    strategy: 'text',
    audit_type: 'text',
    parameters: 'object',
    interval: 'json',
    auto_trigger: 'boolean',
    start_time: 'json',
    end_time: 'json',
    force: 'boolean',
  },
  mandatory: ['audit_type'],
  notNull: ['auto_trigger'],
  readOnly: ['state', 'scope', 'hostname'],
} as const satisfies AnyBodySpec;

/** The audit that the request wants created; throws what becomes 400, 404 or 415. */
export async function readAudit(request: ApiRequest, context: ApiContext): Promise<Omit<New<Audit>, 'uuid'>> {
  const body = readBody(request, AUDIT_BODY);
  const timing = timingOf(body, request);
  const template = await templateOf(body, context);
  const { goal, strategy } = choiceOf(body, template, context);
  const given = { ...template?.defaultParameters, ...body.parameters };
  return {
    name: nameOf(body.name, strategy?.name ?? template?.name ?? goal.name, context),
    ...timing,
    state: 'PENDING',
    parameters: parametersOf(strategy, given),
    goalName: goal.name,
    strategyName: strategy?.name ?? null,
    scope: template?.scope ?? [],
    autoTrigger: body.auto_trigger ?? false,
    force: body.force ?? false,
    nextRunAt: null,
    anchorAt: null,
    runUuid: null,
    failures: 0,
    hostname: null,
    statusMessage: null,
  };
}

interface Timing {
  readonly audit_type: string | undefined;
  readonly interval: unknown;
  readonly start_time: unknown;
  readonly end_time: unknown;
}

function timingOf(
  body: Timing,
  { minor }: ApiRequest,
): Pick<Audit, 'auditType' | 'interval' | 'startAt' | 'endAt'> {
  const timing = {
    auditType: readAuditType(body.audit_type),
    interval: readInterval(body.interval),
    startAt: readInstant('start_time', body.start_time),
    endAt: readInstant('end_time', body.end_time),
  };
  checkTiming(timing);
  const hasWindow = timing.startAt !== null || timing.endAt !== null;
  if (hasWindow && minor < SINCE.auditTimes) throw new ApiError('not_acceptable', 'Request not acceptable.');
  return timing;
}

interface Choice {
  readonly audit_template_uuid: string | undefined;
  readonly goal: string | undefined;
  readonly strategy: string | undefined;
}

async function templateOf(
  { audit_template_uuid: uuid, goal }: Choice,
  { repositories }: ApiContext,
): Promise<AuditTemplate | undefined> {
  if (uuid === undefined) return undefined;
  if (goal !== undefined) {
    throw new ApiError('invalid_input', 'Either audit_template_uuid or goal should be provided.');
  }
  const template = await repositories.auditTemplates.find(uuid);
  if (template !== undefined) return template;
  throw new ApiError('invalid_input', 'The audit template UUID or name specified is invalid');
}

function choiceOf(
  { goal, strategy }: Choice,
  template: AuditTemplate | undefined,
  { catalogue }: ApiContext,
): { readonly goal: GoalEntry; readonly strategy: StrategyEntry | undefined } {
  const goalIdentifier = goal ?? template?.goalName;
  if (goalIdentifier === undefined) {
    throw new ApiError('invalid_input', 'A valid goal or audit_template_id must be provided');
  }
  const goalEntry = catalogue.goal(goalIdentifier);
  const strategyIdentifier = strategy ?? template?.strategyName ?? undefined;
  if (strategyIdentifier === undefined) return { goal: goalEntry, strategy: undefined };
  const strategyEntry = catalogue.strategy(strategyIdentifier);
  requireStrategyOfGoal(strategyEntry, goalEntry, catalogue);
  return { goal: goalEntry, strategy: strategyEntry };
}

export function parametersOf(
  strategy: StrategyEntry | undefined,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (strategy !== undefined) return validateParameters(strategy.strategy, given);
  if (Object.keys(given).length === 0) return {};
  throw new ApiError(
    'invalid_parameters',
    'Specify parameters but no predefined strategy for audit, or no parameter spec in predefined strategy',
  );
}

function nameOf(name: string | undefined, what: string, { clock }: ApiContext): string {
  const isNamed = name !== undefined && name.trim() !== '';
  const chosen = isNamed ? name : `${what}-${new Date(clock.now()).toISOString().slice(0, -1)}`;
  return chosen.slice(0, MAXIMUM_NAME);
}
