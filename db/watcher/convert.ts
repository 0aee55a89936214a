import type { EfficacyIndicator } from '../../goals/goal.ts';
import type { ActionPlan, ActionPlanState } from '../../plugin/lifecycle/action-plan.ts';
import { ACTION_PLAN_TRANSITIONS } from '../../plugin/lifecycle/action-plan.ts';
import type { Action, ActionState } from '../../plugin/lifecycle/action.ts';
import { ACTION_TRANSITIONS } from '../../plugin/lifecycle/action.ts';
import type { AuditTemplate } from '../../plugin/lifecycle/audit-template.ts';
import type { DatabaseRow } from '../columns.ts';
import { arrayOf, instantOf, isObject, objectOf, parse, textOf } from './values.ts';

/** A row as it is to be, but for its id. */
export type Converted<Row> = Omit<Row, 'id'>;

/** What was going on in Watcher must not go on here. */
const INTERRUPTED_PLANS: readonly string[] = ['PENDING', 'ONGOING', 'CANCELLING'];
const INTERRUPTED_ACTIONS: readonly string[] = ['PENDING', 'ONGOING', 'CANCELLING'];

/** When the row was created, changed and deleted; `now` stands in for what Watcher does not know. */
export function timesOf(
  row: DatabaseRow,
  now: string,
): { readonly createdAt: string; readonly updatedAt: string | null; readonly deletedAt: string | null } {
  const createdAt = instantOf(row['created_at']) ?? now;
  const updatedAt = instantOf(row['updated_at']);
  const deletedAt = isDeleted(row) ? (instantOf(row['deleted_at']) ?? updatedAt ?? createdAt) : null;
  return { createdAt, updatedAt, deletedAt };
}

export function isDeleted(row: DatabaseRow): boolean {
  return Number(row['deleted'] ?? 0) !== 0;
}

export function convertTemplate(
  row: DatabaseRow,
  { goalName, strategyName, now }: Names & { readonly now: string },
): Converted<AuditTemplate> {
  const uuid = String(row['uuid']).toLowerCase();
  return {
    uuid,
    name: textOf(row['name']) ?? uuid,
    description: textOf(row['description']),
    goalName,
    strategyName,
    scope: arrayOf(row['scope']),
    // Only old releases have them.
    defaultParameters: objectOf(row['default_parameters']),
    ...timesOf(row, now),
  };
}

export interface Names {
  readonly goalName: string;
  readonly strategyName: string | null;
}

/** The plan without its actions. */
export function convertPlan(
  row: DatabaseRow,
  {
    auditUuid,
    strategyName,
    indicators,
    now,
  }: {
    readonly auditUuid: string;
    readonly strategyName: string;
    readonly indicators: readonly DatabaseRow[];
    readonly now: string;
  },
): Converted<ActionPlan> {
  const was = String(row['state']);
  const isInterrupted = wasInterrupted(row);
  return {
    uuid: String(row['uuid']).toLowerCase(),
    auditUuid,
    strategyName,
    state: isDeleted(row) ? 'DELETED' : isInterrupted ? 'CANCELLED' : knownPlanState(was),
    efficacyIndicators: indicators.flatMap(each =>
      indicatorOf({ ...each, value: each['data'] ?? each['value'] }),
    ),
    globalEfficacy: globalEfficacyOf(row['global_efficacy']),
    hostname: textOf(row['hostname']),
    statusMessage: isInterrupted ? messageOf(row) : textOf(row['status_message']),
    ...timesOf(row, now),
  };
}

/** A plan that would be run here, or that Watcher is running. */
export function wasInterrupted(plan: DatabaseRow): boolean {
  return !isDeleted(plan) && INTERRUPTED_PLANS.includes(String(plan['state']));
}

export function convertAction(
  row: DatabaseRow,
  {
    actionPlanUuid,
    isInterrupted,
    now,
  }: {
    readonly actionPlanUuid: string;
    /** Its plan was interrupted. */
    readonly isInterrupted: boolean;
    readonly now: string;
  },
): Converted<Action> {
  const was = String(row['state']);
  const isCancelled = isInterrupted && !isDeleted(row) && INTERRUPTED_ACTIONS.includes(was);
  return {
    uuid: String(row['uuid']).toLowerCase(),
    actionPlanUuid,
    actionType: String(row['action_type']),
    inputParameters: objectOf(row['input_parameters']),
    state: isDeleted(row) ? 'DELETED' : isCancelled ? 'CANCELLED' : knownActionState(was),
    parents: arrayOf(row['parents']).filter(parent => typeof parent === 'string'),
    reason: null,
    statusMessage: isCancelled ? messageOf(row) : textOf(row['status_message']),
    ...timesOf(row, now),
  };
}

/** Says what has become of a state; what Watcher had said stands after it. */
export function messageOf(row: DatabaseRow, more = ''): string {
  const said = textOf(row['status_message']);
  return [`Imported from Watcher, where it was ${String(row['state'])}.${more}`, said]
    .filter(text => text !== null)
    .join(' ');
}

function knownPlanState(state: string): ActionPlanState {
  const isKnown = Object.hasOwn(ACTION_PLAN_TRANSITIONS, state) && state !== 'DELETED';
  return isKnown ? (state as ActionPlanState) : 'CANCELLED';
}

function knownActionState(state: string): ActionState {
  const isKnown = Object.hasOwn(ACTION_TRANSITIONS, state) && state !== 'DELETED';
  return isKnown ? (state as ActionState) : 'CANCELLED';
}

/** A list, or one figure as old releases have it; `{}` when there is none. */
function globalEfficacyOf(value: unknown): readonly EfficacyIndicator[] {
  const parsed = parse(value);
  return (Array.isArray(parsed) ? parsed : [parsed]).filter(isObject).flatMap(indicatorOf);
}

function indicatorOf(row: DatabaseRow): readonly EfficacyIndicator[] {
  const { name, description, unit, value } = row;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof name !== 'string' || typeof number !== 'number' || !Number.isFinite(number)) return [];
  return [{ name, description: textOf(description) ?? '', unit: textOf(unit), value: number }];
}
