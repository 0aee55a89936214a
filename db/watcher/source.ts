import type { Knex } from 'knex';
import { translateError } from '../availability.ts';
import type { DatabaseRow } from '../columns.ts';
import type { Database } from '../connect.ts';
import { connectDatabase } from '../connect.ts';
import { NoWatcherDatabaseError, WatcherUrlError } from './errors.ts';

/** A Watcher's database, of which nothing but rows is wanted. */
export interface WatcherSource {
  readonly name: string;
  /** Rows whose id is above `after`, by their id. */
  page(
    table: string,
    options: { readonly after: number; readonly limit: number },
  ): Promise<readonly DatabaseRow[]>;
  /** All rows that refer to one of these ids. */
  related(table: string, column: string, ids: readonly number[]): Promise<readonly DatabaseRow[]>;
  /** Some columns of all rows. */
  columns(table: string, columns: readonly string[]): Promise<readonly DatabaseRow[]>;
}

/** What an import cannot do without; every other column may be missing. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  goals: ['id', 'uuid', 'name', 'deleted'],
  strategies: ['id', 'uuid', 'name', 'deleted'],
  scoring_engines: ['id', 'uuid', 'name', 'deleted'],
  audit_templates: ['id', 'uuid', 'name', 'goal_id', 'strategy_id', 'deleted'],
  audits: ['id', 'uuid', 'audit_type', 'state', 'goal_id', 'strategy_id', 'deleted'],
  action_plans: ['id', 'uuid', 'audit_id', 'strategy_id', 'state', 'deleted'],
  actions: ['id', 'uuid', 'action_plan_id', 'action_type', 'state', 'deleted'],
  efficacy_indicators: ['name', 'action_plan_id'],
};

/** Throws `WatcherUrlError`. */
export function connectWatcher(url: string): Database {
  if (!/^(?:mysql|mariadb)(?:\+[a-z0-9]+)?:\/\//.test(url)) throw new WatcherUrlError();
  return connectDatabase(url, { maximumConnections: 2 });
}

/**
 * Reads all that `work` reads as it was at one moment, and cannot change anything.
 * Throws `NoWatcherDatabaseError` when something else is kept there.
 */
export async function readWatcher<T>(
  database: Database,
  work: (source: WatcherSource) => Promise<T>,
): Promise<T> {
  const { knex } = database;
  const read = async (transaction: Knex) => {
    await blaming(database, () => requireTables(transaction, database.name));
    return work(sourceOf(transaction, database));
  };
  if (knex.client.dialect !== 'mysql') return knex.transaction(read);
  const connection = await blaming(database, async (): Promise<unknown> => knex.client.acquireConnection());
  try {
    await knex.raw('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ').connection(connection);
    return await knex.transaction(read, { connection, readOnly: true });
  } finally {
    await knex.client.releaseConnection(connection);
  }
}

async function requireTables(db: Knex, name: string): Promise<void> {
  for (const [table, columns] of Object.entries(NEEDED)) {
    if (!(await db.schema.hasTable(table))) throw new NoWatcherDatabaseError(name, `table ${table}`);
    const found = await db(table).columnInfo();
    const missing = columns.find(column => !Object.hasOwn(found, column));
    if (missing !== undefined) throw new NoWatcherDatabaseError(name, `column ${missing} in ${table}`);
  }
}

function sourceOf(db: Knex, database: Database): WatcherSource {
  const rows = (query: () => Knex.QueryBuilder) =>
    blaming(database, async (): Promise<readonly DatabaseRow[]> => query());
  return {
    name: database.name,
    page: (table, { after, limit }) =>
      rows(() => db(table).where('id', '>', after).orderBy('id').limit(limit)),
    related: (table, column, ids) => rows(() => db(table).whereIn(column, ids).orderBy('id')),
    columns: (table, columns) =>
      rows(() =>
        db(table)
          .select([...columns])
          .orderBy('id'),
      ),
  };
}

/** Two databases are in play: an error says which one it is about. */
async function blaming<T>({ name }: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateError(error, name);
  }
}
