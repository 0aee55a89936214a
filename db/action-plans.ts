import type { ActionPlan, ActionPlanState } from '../plugin/lifecycle/action-plan.ts';
import type { ActionPlanRepository } from '../plugin/lifecycle/repositories.ts';
import { ACTION_TABLE } from './actions.ts';
import { softDeleteRows } from './claim.ts';
import type { Table } from './columns.ts';
import { toColumns } from './columns.ts';
import type { Database } from './connect.ts';
import { statefulRepository } from './repository.ts';
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
    async createWithActions(plan, actions) {
      const at = now();
      const rows = actions.map(action => ({
        ...toColumns(ACTION_TABLE, action),
        created_at: at.toISOString(),
      }));
      return knex.transaction(async transaction => {
        const created = await insertRow(transaction, ACTION_PLAN_TABLE, plan, at);
        for (let begin = 0; begin < rows.length; begin += ROWS_AT_ONCE) {
          await transaction('actions').insert(rows.slice(begin, begin + ROWS_AT_ONCE));
        }
        return created;
      });
    },
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
