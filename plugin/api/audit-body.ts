import type { AuditTemplate } from '../lifecycle/audit-template.ts';
import type { Audit } from '../lifecycle/audit.ts';
import type { New } from '../lifecycle/repositories.ts';
import type { GoalEntry, StrategyEntry } from './catalogue.ts';
import { requireStrategyOfGoal } from './catalogue.ts';
import type { ApiContext } from './context.ts';
import { ApiError } from './errors.ts';
import { readBody } from './json-body.ts';
import { MAXIMUM_NAME } from './names.ts';
import { validateParameters } from './parameters.ts';
import type { ApiRequest } from './request.ts';

const AUDIT_TYPES = ['ONESHOT', 'CONTINUOUS', 'EVENT'];

/** The audit that the request wants created; throws what becomes 400, 404 or 415. */
export async function readAudit(request: ApiRequest, context: ApiContext): Promise<Omit<New<Audit>, 'uuid'>> {
  const body = readBody(request, {
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
    readOnly: ['state', 'scope', 'hostname'],
  });
  checkType(body);
  const template = await templateOf(body, context);
  const { goal, strategy } = choiceOf(body, template, context);
  const given = { ...template?.defaultParameters, ...body.parameters };
  return {
    name: nameOf(body.name, strategy?.name ?? template?.name ?? goal.name, context),
    auditType: 'ONESHOT',
    state: 'PENDING',
    parameters: parametersOf(strategy, given),
    interval: null,
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
    startAt: null,
    endAt: null,
    statusMessage: null,
  };
}

interface Choice {
  readonly audit_template_uuid: string | undefined;
  readonly goal: string | undefined;
  readonly strategy: string | undefined;
}

function checkType({
  audit_type: type = '',
  interval,
  start_time: startTime,
  end_time: endTime,
}: {
  readonly audit_type: string | undefined;
  readonly interval?: unknown;
  readonly start_time?: unknown;
  readonly end_time?: unknown;
}): void {
  if (!AUDIT_TYPES.includes(type)) {
    throw new ApiError('invalid_input', `Audit type ${type} could not be found`);
  }
  if (type === 'CONTINUOUS' && interval === undefined) {
    throw new ApiError('invalid_input', 'Interval of audit must be specified for CONTINUOUS.');
  }
  if (type !== 'ONESHOT') {
    throw new ApiError(
      'not_supported',
      `This version runs audits of the type ONESHOT only: ${type} audits are not supported yet.`,
    );
  }
  if (interval !== undefined) {
    throw new ApiError('invalid_input', 'Interval of audit must not be set for ONESHOT.');
  }
  if (startTime !== undefined || endTime !== undefined) {
    throw new ApiError('invalid_input', 'Start or End time of audit must not be set for ONESHOT.');
  }
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
