import type { Action, ActionState } from '../plugin/lifecycle/action.ts';
import type { ActionRepository } from '../plugin/lifecycle/repositories.ts';
import type { Table } from './columns.ts';
import type { Database } from './connect.ts';
import { statefulRepository } from './repository.ts';

export const ACTION_TABLE: Table<Action> = {
  name: 'actions',
  fields: {
    id: 'value',
    uuid: 'value',
    actionPlanUuid: 'value',
    actionType: 'value',
    inputParameters: 'json',
    state: 'value',
    parents: 'json',
    reason: 'value',
    statusMessage: 'value',
    createdAt: 'value',
    updatedAt: 'value',
    deletedAt: 'value',
  },
};

export function actionRepository(database: Database): ActionRepository {
  return statefulRepository<Action, ActionState>(database, ACTION_TABLE);
}
