import type { ActionPlan, ActionPlanState } from '../plugin/lifecycle/action-plan.ts';
import type { Action } from '../plugin/lifecycle/action.ts';
import type { ActionPlanRepository, New } from '../plugin/lifecycle/repositories.ts';
import { ACTION_TABLE } from './actions.ts';
import { softDeleteRows } from './claim.ts';
import type { Table } from './columns.ts';
import { toColumns } from './columns.ts';
import type { Database } from './connect.ts';
import { statefulRepository } from './repository.ts';
import type { Executor } from './rows.ts';
import { insertRow } from './rows.ts';

export const ACTION_PLAN_TABLE: Table<ActionPlan> = {
  name: 'action_plans',
  fields: {
    id: 'value',
    uuid: 'value',
    auditUuid: 'value',
    strategyName: 'value',
    state: 'value',
    efficacyIndicators: 'json',
    globalEfficacy: 'json',
    hostname: 'value',
    statusMessage: 'value',
    createdAt: 'value',
    updatedAt: 'value',
    deletedAt: 'value',
  },
};

/** Rows in one INSERT: SQLite takes 32,766 values. */
const ROWS_AT_ONCE = 500;

/** The actions of a plan are deleted with it. */
export function actionPlanRepository(database: Database): ActionPlanRepository {
  const { knex, now } = database;
  return {
    ...statefulRepository<ActionPlan, ActionPlanState>(database, ACTION_PLAN_TABLE),
    createWithActions: (plan, actions) =>
      knex.transaction(transaction => insertPlan(transaction, { plan, actions, at: now() })),
    createForRun: (plan, actions, { runUuid, replaces, replacesPending = false }) =>
      knex.transaction(async transaction => {
        // Writing keeps the row, and all who want to cancel the audit waiting, until the plan is there.
        const held = await transaction('audits')
          .where({ uuid: plan.auditUuid, run_uuid: runUuid, state: 'ONGOING', deleted: 0 })
          .update({ run_uuid: runUuid });
        if (held === 0) return undefined;
        const at = now();
        if (replaces !== undefined) {
          const states = replacesPending ? ['RECOMMENDED', 'PENDING'] : ['RECOMMENDED'];
          await cancelWaiting(transaction, { auditUuid: plan.auditUuid, states, message: replaces, at });
        }
        return insertPlan(transaction, { plan, actions, at });
      }),
    async softDelete(uuid, from) {
      const at = now();
      return knex.transaction(async transaction => {
        if ((await softDeleteRows(transaction, ACTION_PLAN_TABLE, { where: { uuid }, from, at })) === 0)
          return false;
        await softDeleteRows(transaction, ACTION_TABLE, { where: { action_plan_uuid: uuid }, at });
        return true;
      });
    },
  };
}

async function insertPlan(
  transaction: Executor,
  { plan, actions, at }: { plan: New<ActionPlan>; actions: readonly New<Action>[]; at: Date },
): Promise<ActionPlan> {
  const rows = actions.map(action => ({
    ...toColumns(ACTION_TABLE, action),
    created_at: at.toISOString(),
  }));
  const created = await insertRow(transaction, ACTION_PLAN_TABLE, plan, at);
  for (let begin = 0; begin < rows.length; begin += ROWS_AT_ONCE) {
    await transaction('actions').insert(rows.slice(begin, begin + ROWS_AT_ONCE));
  }
  return created;
}

async function cancelWaiting(
  transaction: Executor,
  {
    auditUuid,
    states,
    message,
    at,
  }: { auditUuid: string; states: readonly string[]; message: string; at: Date },
): Promise<void> {
  const cancelled = { state: 'CANCELLED', status_message: message, updated_at: at.toISOString() };
  const uuids: string[] = await transaction('action_plans')
    .where({ audit_uuid: auditUuid, deleted: 0 })
    .whereIn('state', states)
    .pluck('uuid');
  for (const uuid of uuids) {
    // Somebody may start it at this moment.
    const changed = await transaction('action_plans')
      .where({ uuid })
      .whereIn('state', states)
      .update(cancelled);
    if (changed === 0) continue;
    await transaction('actions')
      .where({ action_plan_uuid: uuid, state: 'PENDING', deleted: 0 })
      .update(cancelled);
  }
}
