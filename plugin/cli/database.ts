import { existsSync } from 'node:fs';
import { translateError } from '../../db/availability.ts';
import type { Database } from '../../db/connect.ts';
import { connectDatabase } from '../../db/connect.ts';
import { readSettings } from '../config.ts';
import type { Terminal } from './terminal.ts';

/** There is no such file: a wrong path, or a service that was never started. */
export class NoDatabaseError extends Error {
  override readonly name = 'NoDatabaseError';
  readonly code = 'no_database';

  constructor(url: string) {
    super(`There is no database ${url}; the first start of the service makes it, or "auspex db upgrade".`);
  }
}

/**
 * Opens the database that the settings name, as it is, and closes it again. The cloud need not be configured.
 * Throws `NoDatabaseError` for a file that is not there, unless it may be made.
 */
export async function withDatabase<T>(
  { env, cwd }: Terminal,
  work: (database: Database) => Promise<T>,
  { mayCreate = false }: { readonly mayCreate?: boolean } = {},
): Promise<T> {
  const { databaseUrl } = readSettings(env, cwd);
  const file = /^sqlite:\/\/\/(.+)$/.exec(databaseUrl)?.[1];
  if (file !== undefined && !mayCreate && !existsSync(file)) throw new NoDatabaseError(databaseUrl);
  const database = connectDatabase(databaseUrl);
  try {
    return await work(database);
  } catch (error) {
    throw translateError(error, database.name);
  } finally {
    await database.knex.destroy();
  }
}
