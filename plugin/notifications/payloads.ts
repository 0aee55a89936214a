import type { Goal } from '../../goals/goal.ts';
import type { Strategy } from '../../strategies/strategy.ts';
import type { ActionPlan } from '../lifecycle/action-plan.ts';
import type { Action } from '../lifecycle/action.ts';
import type { Audit } from '../lifecycle/audit.ts';
import type { CatalogueEntry } from '../lifecycle/repositories.ts';

/** A versioned object on the wire. */
export interface VersionedObject {
  readonly 'watcher_object.name': string;
  readonly 'watcher_object.namespace': 'watcher';
  readonly 'watcher_object.version': string;
  readonly 'watcher_object.data': Readonly<Record<string, unknown>>;
}

export interface Timed {
  readonly createdAt: string;
  readonly updatedAt: string | null;
  readonly deletedAt?: string | null;
}

/** What payloads say of goals and strategies beyond their names. */
export interface PayloadCatalogue {
  readonly goals: ReadonlyMap<string, CatalogueEntry>;
  readonly strategies: ReadonlyMap<string, CatalogueEntry>;
  goal(name: string): Goal | undefined;
  strategy(name: string): Strategy<unknown> | undefined;
  parametersSpec(strategy: Strategy<unknown>): object;
}

export interface Fault {
  readonly exception: string;
  readonly message: string;
}

export function versioned(name: string, version: string, data: Record<string, unknown>): VersionedObject {
  return {
    'watcher_object.name': name,
    'watcher_object.namespace': 'watcher',
    'watcher_object.version': version,
    'watcher_object.data': data,
  };
}

/** Instants without fractions of a second, in UTC. */
export function instant(iso: string | null = null): string | null {
  return iso === null ? null : `${iso.slice(0, 19)}Z`;
}

function timestamps({ createdAt, updatedAt, deletedAt }: Timed): Record<string, string | null> {
  return {
    created_at: instant(createdAt),
    updated_at: instant(updatedAt),
    deleted_at: instant(deletedAt),
  };
}

function terseAudit(audit: Audit, catalogue: PayloadCatalogue): Record<string, unknown> {
  const { uuid, name, state, parameters, interval, scope } = audit;
  return {
    uuid,
    name,
    audit_type: audit.auditType,
    state,
    parameters,
    interval,
    scope,
    auto_trigger: audit.autoTrigger,
    next_run_time: instant(audit.nextRunAt),
    status_message: audit.statusMessage,
    goal_uuid: catalogue.goals.get(audit.goalName)?.uuid ?? null,
    strategy_uuid: uuidOfStrategy(audit.strategyName, catalogue),
    ...timestamps(audit),
  };
}

export function auditData(audit: Audit, catalogue: PayloadCatalogue): Record<string, unknown> {
  return {
    ...terseAudit(audit, catalogue),
    goal: goalPayload(audit.goalName, catalogue),
    strategy: audit.strategyName === null ? null : strategyPayload(audit.strategyName, catalogue),
  };
}

function tersePlan(plan: ActionPlan, catalogue: PayloadCatalogue): Record<string, unknown> {
  return {
    uuid: plan.uuid,
    state: plan.state,
    global_efficacy: plan.globalEfficacy,
    audit_uuid: plan.auditUuid,
    strategy_uuid: uuidOfStrategy(plan.strategyName, catalogue),
    status_message: plan.statusMessage,
    ...timestamps(plan),
  };
}

export function planData(
  plan: ActionPlan,
  audit: Audit,
  catalogue: PayloadCatalogue,
): Record<string, unknown> {
  return {
    ...tersePlan(plan, catalogue),
    audit: versioned('TerseAuditPayload', '1.3', terseAudit(audit, catalogue)),
    strategy: strategyPayload(plan.strategyName, catalogue),
  };
}

export function actionData(
  action: Action,
  plan: ActionPlan,
  catalogue: PayloadCatalogue,
): Record<string, unknown> {
  return {
    uuid: action.uuid,
    action_type: action.actionType,
    input_parameters: action.inputParameters,
    state: action.state,
    parents: action.parents,
    status_message: action.statusMessage,
    action_plan: versioned('TerseActionPlanPayload', '1.2', tersePlan(plan, catalogue)),
    ...timestamps(action),
  };
}

export function stateUpdate(
  name: string,
  change: { readonly from: string | null; readonly to: string | null; readonly statusMessage: string | null },
): VersionedObject {
  return versioned(name, '1.1', {
    old_state: change.from,
    state: change.to,
    status_message: change.statusMessage,
  });
}

export function faultPayload(fault: Fault | undefined): VersionedObject | null {
  if (fault === undefined) return null;
  return versioned('ExceptionPayload', '1.0', {
    module_name: 'auspex',
    function_name: 'execute',
    exception: fault.exception,
    exception_message: fault.message,
  });
}

function goalPayload(name: string, catalogue: PayloadCatalogue): VersionedObject | null {
  const entry = catalogue.goals.get(name);
  if (entry === undefined) return null;
  const goal = catalogue.goal(name);
  const specification = (goal?.indicators ?? []).map(indicator => ({
    name: indicator.name,
    description: indicator.description,
    unit: indicator.unit,
    schema: null,
  }));
  return versioned('GoalPayload', '1.0', {
    uuid: entry.uuid,
    name,
    display_name: goal?.displayName ?? name,
    efficacy_specification: specification,
    ...timestamps(entry),
  });
}

function strategyPayload(name: string, catalogue: PayloadCatalogue): VersionedObject | null {
  const entry = catalogue.strategies.get(name);
  if (entry === undefined) return null;
  const strategy = catalogue.strategy(name);
  return versioned('StrategyPayload', '1.0', {
    uuid: entry.uuid,
    name,
    display_name: strategy?.displayName ?? name,
    parameters_spec: strategy === undefined ? null : catalogue.parametersSpec(strategy),
    ...timestamps(entry),
  });
}

function uuidOfStrategy(name: string | null, { strategies }: PayloadCatalogue): string | null {
  return name === null ? null : (strategies.get(name)?.uuid ?? null);
}
