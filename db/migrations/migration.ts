import type { Knex } from 'knex';

export type CreateTable = (table: Knex.CreateTableBuilder) => void;

/**
 * One step from a schema to the next. MySQL commits each change of a table by itself, so both ways must be able to take
 * up what broke off: ask whether a table or column is there before adding or dropping it.
 */
export interface Migration {
  /** `NNNN-what-it-does`: they run in this order. */
  readonly name: string;
  up(db: Knex): Promise<void>;
  down(db: Knex): Promise<void>;
}

/** Comment of a table on MySQL whose indexes are not all there yet. */
const UNFINISHED = 'unfinished';

/** Creates those that are not there yet, and anew those that were not finished. */
export async function createTables(db: Knex, tables: Readonly<Record<string, CreateTable>>): Promise<void> {
  const isMysql = db.client.dialect === 'mysql';
  for (const [name, create] of Object.entries(tables)) {
    if (isMysql && (await isUnfinished(db, name))) await db.schema.dropTable(name);
    if (await db.schema.hasTable(name)) continue;
    await db.schema.createTable(name, table => {
      if (isMysql) {
        table.engine('InnoDB');
        table.charset('utf8mb4');
        table.collate('utf8mb4_bin');
        table.comment(UNFINISHED);
      }
      create(table);
    });
    if (isMysql) await db.raw("ALTER TABLE ?? COMMENT = ''", [name]);
  }
}

async function isUnfinished(db: Knex, table: string): Promise<boolean> {
  const [rows] = await db.raw(
    'SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ? AND table_comment = ?',
    [table, UNFINISHED],
  );
  return rows.length > 0;
}

export async function dropTables(db: Knex, names: readonly string[]): Promise<void> {
  for (const name of names.toReversed()) await db.schema.dropTableIfExists(name);
}

/** Adds the column unless it is there. */
export async function addColumn(
  db: Knex,
  table: string,
  column: string,
  add: (table: Knex.AlterTableBuilder) => void,
): Promise<void> {
  if (!(await db.schema.hasColumn(table, column))) await db.schema.alterTable(table, add);
}

/** Drops the column if it is there; indexes on it must be gone. Knex would rebuild the whole table on SQLite. */
export async function dropColumn(db: Knex, table: string, column: string): Promise<void> {
  if (!(await db.schema.hasColumn(table, column))) return;
  await db.raw('ALTER TABLE ?? DROP COLUMN ??', [table, column]);
}
