import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Database } from '../../../db/connect.ts';
import { connectDatabase } from '../../../db/connect.ts';

export type WatcherRow = Readonly<Record<string, unknown>>;

/** `2024.1`: before audits, plans and actions had a status message; `2026.2`: the columns of the newest release known. */
export type Release = '2024.1' | '2026.2';

/** Watcher's tables as far as an import looks at them. */
export async function createWatcher(release: Release): Promise<Database> {
  const database = connectDatabase('sqlite://');
  const isNew = release === '2026.2';
  const tables: Record<string, (table: Knex.CreateTableBuilder) => void> = {
    goals: table => table.text('name'),
    strategies: table => table.text('name'),
    scoring_engines: table => table.text('name'),
    audit_templates: table => {
      for (const column of ['name', 'description', 'scope']) table.text(column);
      for (const column of ['goal_id', 'strategy_id']) table.integer(column);
    },
    audits: table => {
      for (const column of ['name', 'audit_type', 'state', 'parameters', 'interval', 'scope', 'hostname']) {
        table.text(column);
      }
      for (const column of ['goal_id', 'strategy_id', 'auto_trigger']) table.integer(column);
      table.datetime('next_run_time');
      if (!isNew) return;
      table.datetime('start_time');
      table.datetime('end_time');
      table.integer('force');
      table.text('status_message');
    },
    action_plans: table => {
      for (const column of ['state', 'global_efficacy', 'hostname']) table.text(column);
      for (const column of ['audit_id', 'strategy_id']) table.integer(column);
      if (isNew) table.text('status_message');
    },
    actions: table => {
      for (const column of ['action_type', 'input_parameters', 'state', 'parents']) table.text(column);
      table.integer('action_plan_id');
      if (isNew) table.text('status_message');
    },
    efficacy_indicators: table => {
      for (const column of ['name', 'description', 'unit']) table.text(column);
      table.decimal('value');
      table.integer('action_plan_id');
      if (isNew) table.float('data');
    },
  };
  for (const [name, create] of Object.entries(tables)) {
    await database.knex.schema.createTable(name, table => {
      table.increments('id');
      table.text('uuid');
      for (const column of ['created_at', 'updated_at', 'deleted_at']) table.datetime(column);
      table.integer('deleted').defaultTo(0);
      create(table);
    });
  }
  await insert(database, 'goals', { name: 'dummy' }, { name: 'server_consolidation' });
  await insert(database, 'strategies', { name: 'dummy' }, { name: 'vm_workload_consolidation' });
  await insert(database, 'scoring_engines', { name: 'dummy_scorer' });
  return database;
}

/** Adds rows; gives their UUIDs. What is not said is as of a live row of the goal and strategy with number 1. */
export async function insert(
  { knex }: Database,
  table: string,
  ...rows: readonly WatcherRow[]
): Promise<readonly string[]> {
  const uuids: string[] = [];
  for (const row of rows) {
    const inserted = { uuid: randomUUID(), created_at: '2026-01-02 03:04:05', ...DEFAULTS[table], ...row };
    await knex(table).insert(inserted);
    uuids.push(inserted.uuid);
  }
  return uuids;
}

const DEFAULTS: Readonly<Record<string, WatcherRow>> = {
  audit_templates: { name: 'template', goal_id: 1, strategy_id: null, scope: '[]' },
  audits: {
    name: 'audit',
    audit_type: 'ONESHOT',
    state: 'SUCCEEDED',
    parameters: '{}',
    goal_id: 1,
    strategy_id: 1,
    scope: '[]',
    auto_trigger: 0,
  },
  action_plans: { audit_id: 1, strategy_id: 1, state: 'RECOMMENDED', global_efficacy: '[]' },
  actions: {
    action_plan_id: 1,
    action_type: 'nop',
    input_parameters: '{"message": "hello"}',
    state: 'PENDING',
    parents: '[]',
  },
};
