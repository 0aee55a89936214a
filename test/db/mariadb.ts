import type { Database } from '../../db/connect.ts';
import { openDatabase } from '../../db/connect.ts';

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
