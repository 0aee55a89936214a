import { randomUUID } from 'node:crypto';
import knex from 'knex';
import type { Knex } from 'knex';
import { openDatabase } from '../../db/connect.ts';
import { createRepositories } from '../../db/repositories.ts';
import { newAction, newAudit, newPlan } from '../../test/db/rows.ts';

const SERVER = { host: '127.0.0.1', port: 13306, user: 'lab', password: 'lab' };
const WATCHERS = 'auspex_bench_api_watcher';
const OURS = 'auspex_bench_api_ours';

export const WATCHERS_URL = `mysql+pymysql://lab:lab@127.0.0.1:13306/${WATCHERS}`;
export const OUR_URL = `mysql://lab:lab@127.0.0.1:13306/${OURS}`;

/** What a plan holds, the same in both. */
const ACTIONS_PER_PLAN = 3;
const INDICATORS = [
  { name: 'compute_nodes_count', description: 'The enabled compute nodes.', unit: null, value: 20 },
  { name: 'released_compute_nodes_count', description: 'The nodes to be released.', unit: null, value: 4 },
  { name: 'instance_migrations_count', description: 'The migrations to be made.', unit: null, value: 33 },
];
const RATIO = { name: 'released_nodes_ratio', description: 'Of all compute nodes.', unit: '%', value: 20 };
const PARAMETERS = { para1: 3.2, para2: 'hello' };
const MESSAGE = { message: 'hello' };
const ROWS_AT_ONCE = 500;

/** Two empty databases on the lab's MariaDB, beside the lab's own. */
export async function createDatabases(): Promise<void> {
  await dropDatabases();
  const server = connect();
  for (const name of [WATCHERS, OURS]) await server.raw(`CREATE DATABASE ${name} CHARACTER SET utf8mb3`);
  await server.destroy();
}

export async function dropDatabases(): Promise<void> {
  const server = connect();
  for (const name of [WATCHERS, OURS]) await server.raw(`DROP DATABASE IF EXISTS ${name}`);
  await server.destroy();
}

/** Audits and plans for ours, which has its goals and strategies already; gives the UUID of the last plan. */
export async function fillOurs(count: number, goalName: string, strategyName: string): Promise<string> {
  const repositories = createRepositories(await openDatabase(OUR_URL));
  let last = '';
  for (let n = 0; n < count; n += 1) {
    const state = 'SUCCEEDED';
    const audit = newAudit({ name: `bench-${n}`, state, goalName, strategyName, parameters: PARAMETERS });
    await repositories.audits.create(audit);
    const indicators = { efficacyIndicators: INDICATORS, globalEfficacy: [RATIO] };
    const plan = newPlan({ auditUuid: audit.uuid, strategyName, ...indicators });
    const actions = Array.from({ length: ACTIONS_PER_PLAN }, () => newAction({ actionPlanUuid: plan.uuid }));
    await repositories.actionPlans.createWithActions(plan, actions);
    last = plan.uuid;
  }
  await repositories.close();
  return last;
}

/**
 * The same for Watcher's, whose tables are there, with as many of the lab's goals as ours has, `dummy` the first of them; gives
 * the UUID of the last plan.
 */
export async function fillWatchers(count: number, goals: number): Promise<string> {
  const database = connect(WATCHERS);
  await database.raw('INSERT INTO action_descriptions SELECT * FROM watcher.action_descriptions');
  await database.raw(
    `INSERT INTO goals SELECT * FROM watcher.goals WHERE deleted = 0 ORDER BY name <> 'dummy' LIMIT ${goals}`,
  );
  await database.raw(
    'INSERT INTO strategies SELECT * FROM watcher.strategies WHERE deleted = 0 AND goal_id IN (SELECT id FROM goals)',
  );
  const of = { id: await idOf(database, 'goals'), strategyId: await idOf(database, 'strategies') };
  const rows = Array.from({ length: count }, (_, index) => watchersRows(index + 1, of.id, of.strategyId));
  for (const table of ['audits', 'action_plans', 'efficacy_indicators', 'actions'] as const) {
    const all: readonly object[] = rows.flatMap(row => row[table]);
    await database.batchInsert(table, all, ROWS_AT_ONCE);
  }
  const last = await database<{ id: number; uuid: string }>('action_plans').orderBy('id', 'desc').first();
  await database.destroy();
  return last?.uuid ?? '';
}

async function idOf(database: Knex, table: string): Promise<number> {
  const row = await database<{ id: number; name: string }>(table).where({ name: 'dummy' }).first();
  if (row === undefined) throw new Error(`The lab's Watcher has no "dummy" in its ${table}.`);
  return row.id;
}

function watchersRows(
  id: number,
  goalId: number,
  strategyId: number,
): Readonly<Record<'audits' | 'action_plans' | 'efficacy_indicators' | 'actions', readonly object[]>> {
  const row = () => ({ created_at: new Date(), updated_at: new Date(), deleted: 0, uuid: randomUUID() });
  const audit = {
    ...row(),
    id,
    name: `bench-${id - 1}`,
    audit_type: 'ONESHOT',
    state: 'SUCCEEDED',
    parameters: JSON.stringify(PARAMETERS),
    goal_id: goalId,
    strategy_id: strategyId,
    scope: '[]',
    auto_trigger: false,
    force: false,
  };
  const plan = {
    ...row(),
    id,
    audit_id: id,
    strategy_id: strategyId,
    state: 'RECOMMENDED',
    global_efficacy: JSON.stringify([RATIO]),
  };
  const action = () => ({
    ...row(),
    action_plan_id: id,
    action_type: 'nop',
    input_parameters: JSON.stringify(MESSAGE),
    state: 'PENDING',
    parents: '[]',
  });
  return {
    audits: [audit],
    action_plans: [plan],
    efficacy_indicators: INDICATORS.map(indicator => ({ ...row(), ...indicator, action_plan_id: id })),
    actions: Array.from({ length: ACTIONS_PER_PLAN }, action),
  };
}

function connect(database?: string): Knex {
  return knex({
    client: 'mysql2',
    connection: { ...SERVER, ...(database === undefined ? {} : { database }) },
  });
}
