import type { Knex } from 'knex';
import { SchemaBusyError, SchemaNameError, SchemaTooNewError, SchemaTooOldError } from './errors.ts';
import type { Migration } from './migrations/migration.ts';
import { MIGRATIONS } from './migrations/migrations.ts';
import { writeTransaction } from './write-transaction.ts';

/** Where a database stands among the known migrations. */
export interface SchemaVersion {
  /** Names in the order in which they were done; none in an empty database. */
  readonly done: readonly string[];
  /** Known ones that are still to be done. */
  readonly pending: readonly string[];
  /** Done by a newer version: not known here. */
  readonly unknown: readonly string[];
}

/** A name for the state before the first migration. */
export const BASE = 'base';

/** Seconds that one replica waits while another changes the tables. */
const LOCK_SECONDS = 25;

/** Reads only: a database without tables stays without. */
export async function schemaVersion(db: Knex, known = MIGRATIONS): Promise<SchemaVersion> {
  const hasAny = await db.schema.hasTable('knex_migrations');
  const rows = hasAny
    ? await db<Readonly<Record<string, unknown>>>('knex_migrations').select('name').orderBy('id')
    : [];
  const done = rows.map(row => String(row['name']));
  const names = known.map(({ name }) => name);
  return {
    done,
    pending: names.filter(name => !done.includes(name)),
    unknown: done.filter(name => !names.includes(name)),
  };
}

/**
 * Brings the tables up to date, or up to the migration `to`; the names of those done now. Replicas that start together do it
 * one after the other. Throws `SchemaTooNewError`, `SchemaNameError`, `SchemaBusyError`.
 */
export async function upgrade(
  db: Knex,
  {
    to,
    known = MIGRATIONS,
  }: { readonly to?: string | undefined; readonly known?: readonly Migration[] } = {},
): Promise<readonly string[]> {
  const last = to === undefined ? undefined : resolveName(to, known);
  return exclusively(db, async executor => {
    const { pending } = await knownVersion(executor, known);
    const end = last === undefined ? known.length : known.findIndex(({ name }) => name === last) + 1;
    const wanted = known.slice(0, end).filter(({ name }) => pending.includes(name));
    for (const { name } of wanted) await executor.migrate.up({ migrationSource: sourceOf(known), name });
    return wanted.map(({ name }) => name);
  });
}

/** Undoes what came after `to` (`base`: everything), the last first; the names of those undone. Throws as `upgrade` does. */
export async function downgrade(
  db: Knex,
  { to, known = MIGRATIONS }: { readonly to: string; readonly known?: readonly Migration[] },
): Promise<readonly string[]> {
  const last = to === BASE ? BASE : resolveName(to, known);
  return exclusively(db, async executor => {
    const { done } = await knownVersion(executor, known);
    const begin = last === BASE ? 0 : known.findIndex(({ name }) => name === last) + 1;
    const names = known.slice(begin).map(({ name }) => name);
    const wanted = names.filter(name => done.includes(name)).toReversed();
    for (const name of wanted) await executor.migrate.down({ migrationSource: sourceOf(known), name });
    return wanted;
  });
}

/** Throws `SchemaTooOldError` or `SchemaTooNewError` unless the tables are as this version wants them. */
export async function requireCurrentSchema(db: Knex): Promise<void> {
  const { pending } = await knownVersion(db, MIGRATIONS);
  if (pending.length > 0) throw new SchemaTooOldError(pending);
}

async function knownVersion(db: Knex, known: readonly Migration[]): Promise<SchemaVersion> {
  const version = await schemaVersion(db, known);
  const newest = version.unknown.at(-1);
  if (newest !== undefined) throw new SchemaTooNewError(newest, known.at(-1)?.name ?? BASE);
  return version;
}

/** A whole name or its number alone. */
function resolveName(text: string, known: readonly Migration[]): string {
  const found = known.find(({ name }) => name === text || name.split('-')[0] === text);
  if (found !== undefined) return found.name;
  throw new SchemaNameError(
    text,
    known.map(({ name }) => name),
  );
}

/** Lets nobody else change the tables meanwhile. SQLite does it all or nothing; MySQL commits each change of a table. */
async function exclusively<T>(db: Knex, work: (executor: Knex) => Promise<T>): Promise<T> {
  if (db.client.dialect !== 'mysql') {
    return writeTransaction(db, work);
  }
  return db.transaction(async holder => {
    const [[row]] = await holder.raw(`SELECT GET_LOCK('auspex_migrations', ${LOCK_SECONDS}) AS is_held`);
    if (row.is_held !== 1) throw new SchemaBusyError(LOCK_SECONDS);
    try {
      if (await db.schema.hasTable('knex_migrations_lock')) {
        // Held by nobody else here, so what Knex's own lock still says is left from a replica that died.
        await db.migrate.forceFreeMigrationsLock({ migrationSource: sourceOf([]) });
      }
      return await work(db);
    } finally {
      await holder.raw("SELECT RELEASE_LOCK('auspex_migrations')");
    }
  });
}

function sourceOf(known: readonly Migration[]): Knex.MigrationSource<Migration> {
  return {
    getMigrations: async () => [...known],
    getMigrationName: ({ name }) => name,
    getMigration: async migration => migration,
  };
}
