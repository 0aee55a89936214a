import type { Knex } from 'knex';
import type { ActionPlan } from '../../plugin/lifecycle/action-plan.ts';
import type { Action } from '../../plugin/lifecycle/action.ts';
import { ACTION_PLAN_TABLE } from '../action-plans.ts';
import { ACTION_TABLE } from '../actions.ts';
import type { DatabaseRow } from '../columns.ts';
import { writeTransaction } from '../write-transaction.ts';
import type { Converted } from './convert.ts';
import { convertAction, convertPlan, isDeleted, wasInterrupted } from './convert.ts';
import type { Import } from './import-step.ts';
import { importableRows } from './importable.ts';
import { insertConverted, knownUuids } from './write.ts';

const PLANS = 'action plans';
const ACTIONS = 'actions';
/** Plans in one transaction, each with all its actions. */
const PLANS_AT_ONCE = 50;

/** `auditUuids`: of the audits that are here, by Watcher's ids. */
export async function importPlans(step: Import, auditUuids: ReadonlyMap<number, string>): Promise<void> {
  let after = 0;
  for (;;) {
    const rows = await step.source.page('action_plans', { after, limit: PLANS_AT_ONCE });
    if (rows.length === 0) return;
    after = Number(rows.at(-1)!['id']);
    await writeTransaction(step.target.knex, transaction =>
      importSome(step, transaction, { rows, auditUuids }),
    );
  }
}

async function importSome(
  step: Import,
  transaction: Knex,
  {
    rows,
    auditUuids,
  }: {
    readonly rows: readonly DatabaseRow[];
    readonly auditUuids: ReadonlyMap<number, string>;
  },
): Promise<void> {
  const possible = rows.filter(row => isPossible(step, row, auditUuids));
  const wanted = await importableRows(step, transaction, {
    family: PLANS,
    table: ACTION_PLAN_TABLE.name,
    rows: possible,
  });
  const ids = wanted.map(row => Number(row['id']));
  const indicators = await step.source.related('efficacy_indicators', 'action_plan_id', ids);
  const plans = wanted.map(row => {
    const strategyName = step.strategies.get(Number(row['strategy_id']))!;
    noteUnknownStrategy(step, row, strategyName);
    if (wasInterrupted(row)) {
      step.tally.notes.push(
        `Action plan ${String(row['uuid'])} was ${String(row['state'])} and is CANCELLED here.`,
      );
    }
    return convertPlan(row, {
      auditUuid: auditUuids.get(Number(row['audit_id']))!,
      strategyName,
      indicators: indicators.filter(each => each['action_plan_id'] === row['id']),
      now: step.now,
    });
  });
  const actions = await actionsOf(step, transaction, { plans: possible, wanted: new Set(wanted) });
  if (step.options.isRehearsal === true) return;
  await insertConverted<ActionPlan>(transaction, ACTION_PLAN_TABLE, plans);
  await insertConverted<Action>(transaction, ACTION_TABLE, actions);
}

/** Deleted plans of audits that were left out are left out silently. */
function isPossible(
  { tally, strategies, options }: Import,
  row: DatabaseRow,
  auditUuids: ReadonlyMap<number, string>,
): boolean {
  const hasAudit = auditUuids.has(Number(row['audit_id']));
  if (hasAudit && strategies.has(Number(row['strategy_id']))) return true;
  if (options.isLiveOnly !== true || !isDeleted(row)) {
    tally.notes.push(
      `Action plan ${String(row['uuid'])} has no ${hasAudit ? 'strategy' : 'audit'} and was left out.`,
    );
  }
  tally.count(PLANS, 'leftOut');
  return false;
}

function noteUnknownStrategy({ options, tally }: Import, row: DatabaseRow, strategyName: string): void {
  if (isDeleted(row) || options.offer.strategy.includes(strategyName)) return;
  tally.countUnknown(tally.unknownStrategies, strategyName);
}

async function actionsOf(
  { source, tally, options, now }: Import,
  transaction: Knex,
  { plans, wanted }: { readonly plans: readonly DatabaseRow[]; readonly wanted: ReadonlySet<DatabaseRow> },
): Promise<readonly Converted<Action>[]> {
  const planById = new Map(plans.map(plan => [Number(plan['id']), plan]));
  const rows = await source.related('actions', 'action_plan_id', [...planById.keys()]);
  const known = await knownUuids(
    transaction,
    ACTION_TABLE.name,
    rows.map(({ uuid }) => String(uuid).toLowerCase()),
  );
  const converted: Converted<Action>[] = [];
  for (const row of rows) {
    const plan = planById.get(Number(row['action_plan_id']))!;
    const action = convertAction(row, {
      actionPlanUuid: String(plan['uuid']).toLowerCase(),
      isInterrupted: wasInterrupted(plan),
      now,
    });
    const isKnown = known.has(action.uuid);
    if (isKnown || !wanted.has(plan) || (options.isLiveOnly === true && isDeleted(row))) {
      tally.count(ACTIONS, isKnown ? 'known' : 'leftOut');
      continue;
    }
    tally.count(ACTIONS, 'imported');
    converted.push(action);
    if (plan['state'] === 'RECOMMENDED' && !options.actionTypes.includes(action.actionType)) {
      tally.countUnknown(tally.unknownActionTypes, action.actionType);
    }
  }
  return converted;
}
