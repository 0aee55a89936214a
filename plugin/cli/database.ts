import { translateError } from '../../db/availability.ts';
import type { Database } from '../../db/connect.ts';
import { connectDatabase } from '../../db/connect.ts';
import { readSettings } from '../config.ts';
import type { Terminal } from './terminal.ts';

/** Opens the database that the settings name, as it is, and closes it again. The cloud need not be configured. */
export async function withDatabase<T>(
  { env, cwd }: Terminal,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = connectDatabase(readSettings(env, cwd).databaseUrl);
  try {
    return await work(database);
  } catch (error) {
    throw translateError(error, database.name);
  } finally {
    await database.knex.destroy();
  }
}
