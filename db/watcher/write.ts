import type { Knex } from 'knex';
import type { Table } from '../columns.ts';
import { nameKey, toColumns } from '../columns.ts';
import type { Converted } from './convert.ts';

/** Rows in one INSERT, and values in one question: SQLite takes 32,766 values. */
const ROWS_AT_ONCE = 500;
/** No id comes so far: deleted rows carry such numbers until their own id is known. */
const PROVISIONAL = 4_000_000_000;
const MAXIMUM_NAME = 63;

interface ImportableRow {
  readonly uuid: string;
  readonly deletedAt: string | null;
}

/** UUIDs among these that are in the table, deleted or not. */
export async function knownUuids(
  db: Knex,
  table: string,
  uuids: readonly string[],
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (let begin = 0; begin < uuids.length; begin += ROWS_AT_ONCE) {
    const some = uuids.slice(begin, begin + ROWS_AT_ONCE);
    for (const uuid of await db(table).whereIn('uuid', some).pluck('uuid')) known.add(String(uuid));
  }
  return known;
}

/** Inserts the rows with their own times. */
export async function insertConverted<Row extends ImportableRow>(
  transaction: Knex,
  table: Table<Row>,
  rows: readonly Converted<Row>[],
): Promise<void> {
  const columns = rows.map((row, index) => ({
    ...toColumns(table, row as unknown as Partial<Row>),
    deleted: (row as unknown as ImportableRow).deletedAt === null ? 0 : PROVISIONAL + index,
  }));
  for (let begin = 0; begin < columns.length; begin += ROWS_AT_ONCE) {
    await transaction(table.name).insert(columns.slice(begin, begin + ROWS_AT_ONCE));
  }
  await transaction(table.name)
    .where('deleted', '>=', PROVISIONAL)
    .update({ deleted: transaction.ref('id') });
}

/** Gives out names that no live row has. */
export class FreeNames {
  readonly #taken: Set<string>;

  private constructor(taken: Set<string>) {
    this.#taken = taken;
  }

  static async of(db: Knex, table: string): Promise<FreeNames> {
    const keys: readonly unknown[] = await db(table).where({ deleted: 0 }).pluck('name_key');
    return new FreeNames(new Set(keys.map(String)));
  }

  /** The name itself, or with the beginning of the UUID behind it, or with the whole. */
  take(name: string, uuid: string): string {
    const candidates = [name, ...[8, 36].map(length => withSuffix(name, uuid.slice(0, length)))];
    const free = candidates.find(candidate => !this.#taken.has(nameKey(candidate))) ?? uuid;
    this.#taken.add(nameKey(free));
    return free;
  }
}

function withSuffix(name: string, suffix: string): string {
  return `${name.slice(0, MAXIMUM_NAME - suffix.length - 1)}-${suffix}`;
}
