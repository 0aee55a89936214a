import type { Knex } from 'knex';
import type { Migration } from './migrations/migration.ts';
import { MIGRATIONS } from './migrations/migrations.ts';

/** Brings the tables up to date. Replicas that start together do it one after the other. */
export async function migrate(db: Knex): Promise<void> {
  const isMysql = db.client.dialect === 'mysql';
  if (!isMysql) {
    await db.migrate.latest({ migrationSource: SOURCE });
    return;
  }
  await db.transaction(async holder => {
    const [[row]] = await holder.raw("SELECT GET_LOCK('auspex_migrations', 25) AS is_held");
    if (row.is_held !== 1) throw new Error('another replica has been changing the tables for 25 s');
    try {
      // Held by nobody else here, so what Knex's own lock still says is left from a replica that died.
      await db.migrate.list({ migrationSource: SOURCE });
      await db.migrate.forceFreeMigrationsLock({ migrationSource: SOURCE });
      await db.migrate.latest({ migrationSource: SOURCE });
    } finally {
      await holder.raw("SELECT RELEASE_LOCK('auspex_migrations')");
    }
  });
}

const SOURCE: Knex.MigrationSource<Migration> = {
  getMigrations: async () => [...MIGRATIONS],
  getMigrationName: ({ name }) => name,
  getMigration: async migration => migration,
};
