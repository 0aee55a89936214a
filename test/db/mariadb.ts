import type { Database } from '../../db/connect.ts';
import { connectDatabase, openDatabase } from '../../db/connect.ts';

/** Opens a database that is there for tests alone: takes all rows out of it first. */
export async function openEmptyMariadb(url: string, now: () => Date): Promise<Database> {
  const database = await openDatabase(url, { now });
  for (const table of [
    'actions',
    'action_plans',
    'audits',
    'audit_templates',
    'catalogue',
    'services',
    'control',
  ]) {
    await database.knex(table).delete();
  }
  return database;
}

/** The same without tables. */
export async function connectBareMariadb(url: string): Promise<Database> {
  const database = connectDatabase(url);
  await database.knex.transaction(async transaction => {
    await transaction.raw('SET FOREIGN_KEY_CHECKS = 0');
    const [tables] = await transaction.raw('SHOW TABLES');
    for (const row of tables as object[]) {
      await transaction.raw('DROP TABLE ??', [String(Object.values(row)[0])]);
    }
    await transaction.raw('SET FOREIGN_KEY_CHECKS = 1');
  });
  return database;
}
