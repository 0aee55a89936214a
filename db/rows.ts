import type { Knex } from 'knex';
import type { ListQuery, New } from '../plugin/lifecycle/repositories.ts';
import type { Table, DatabaseRow } from './columns.ts';
import { columnOf, fromColumns, nameKey, toColumns } from './columns.ts';
import { DuplicateNameError, UnknownMarkerError } from './errors.ts';

/** Where to read and write: the database, or a transaction in it. */
export type Executor = Knex;

export interface BaseRow {
  readonly id: number;
  readonly uuid: string;
}

export interface FindOptions {
  readonly includeDeleted?: boolean;
}

export async function insertRow<Row extends BaseRow>(
  db: Executor,
  table: Table<Row>,
  row: New<Row>,
  at: Date,
): Promise<Row> {
  const columns = { ...toColumns(table, row as Partial<Row>), created_at: at.toISOString() };
  const [id] = await refusingDuplicates(table, row, () => db(table.name).insert(columns));
  const [inserted] = await db<DatabaseRow>(table.name).where({ id: id! });
  return fromColumns(table, inserted!);
}

export async function findRow<Row extends BaseRow>(
  db: Executor,
  table: Table<Row>,
  where: Readonly<Record<string, unknown>>,
  { includeDeleted = false }: FindOptions = {},
): Promise<Row | undefined> {
  const query = db<DatabaseRow>(table.name).where(where).orderBy('deleted').orderBy('id', 'desc').limit(1);
  const [found] = await (includeDeleted ? query : query.where({ deleted: 0 }));
  return found === undefined ? undefined : fromColumns(table, found);
}

/** By UUID, integer id or name; what a number names is an id first. */
export async function findRowByIdentifier<Row extends BaseRow>(
  db: Executor,
  table: Table<Row>,
  identifier: string,
  options: FindOptions = {},
): Promise<Row | undefined> {
  const byUuid = await findRow(db, table, { uuid: identifier.toLowerCase() }, options);
  if (byUuid !== undefined) return byUuid;
  const id = /^\d{1,9}$/.test(identifier) ? Number(identifier) : undefined;
  const byId = id === undefined ? undefined : await findRow(db, table, { id }, options);
  return byId ?? findRow(db, table, { name_key: nameKey(identifier) }, options);
}

export interface Update<Row> {
  readonly uuid: string;
  readonly changes: Partial<New<Row>>;
  /** Fields that must still have these values; not those that are kept as JSON. */
  readonly seen?: Partial<Row> | undefined;
  readonly at: Date;
}

/** Undefined when no live row has that UUID and what was seen of it. */
export async function updateRow<Row extends BaseRow>(
  db: Executor,
  table: Table<Row>,
  { uuid, changes, seen = {}, at }: Update<Row>,
): Promise<Row | undefined> {
  const columns = { ...toColumns(table, changes as Partial<Row>), updated_at: at.toISOString() };
  const where = { ...toColumns(table, seen), uuid, deleted: 0 };
  const count = await refusingDuplicates(table, changes, () => db(table.name).where(where).update(columns));
  return count === 0 ? undefined : findRow(db, table, { uuid });
}

/** A page in a total order: rows with the same value are in the order of their ids. Throws `UnknownMarkerError`. */
export async function listRows<Row extends BaseRow>(
  db: Executor,
  table: Table<Row>,
  query: ListQuery<Row> = {},
): Promise<Row[]> {
  const { includeDeleted = false, limit, marker, sortDirection = 'asc' } = query;
  const sortColumn = columnOf(query.sortKey ?? 'id');
  const builder = db<DatabaseRow>(table.name).orderBy(sortColumn, sortDirection).orderBy('id', sortDirection);
  if (!includeDeleted) void builder.where({ deleted: 0 });
  for (const [field, value] of Object.entries(query.where ?? {})) {
    if (Array.isArray(value)) void builder.whereIn(columnOf(field), value);
    else if (value !== undefined) void builder.where({ [columnOf(field)]: value });
  }
  if (marker !== undefined) {
    const visible = includeDeleted ? { uuid: marker } : { uuid: marker, deleted: 0 };
    const [last] = await db<DatabaseRow>(table.name).where(visible);
    if (last === undefined) throw new UnknownMarkerError(marker);
    void builder.where(after(sortColumn, sortDirection, last));
  }
  if (limit !== undefined) void builder.limit(limit);
  const found: readonly DatabaseRow[] = await builder;
  return found.map(columns => fromColumns(table, columns));
}

/** Both databases put null before every value. */
function after(
  column: string,
  direction: 'asc' | 'desc',
  last: DatabaseRow,
): (builder: Knex.QueryBuilder) => void {
  const value = last[column] as Knex.Value;
  const id = last['id'] as number;
  const beyond = direction === 'asc' ? '>' : '<';
  return builder => {
    void builder.where(same => void same.where(column, value).where('id', beyond, id));
    if (value !== null) void builder.orWhere(column, beyond, value);
    if ((value === null) === (direction === 'asc')) {
      if (direction === 'asc') void builder.orWhereNotNull(column);
      else void builder.orWhereNull(column);
    }
  };
}

async function refusingDuplicates<Row, T>(
  table: Table<Row>,
  values: object,
  write: () => PromiseLike<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { namedResource } = table;
    if (namedResource === undefined || !isDuplicateName(error)) throw error;
    throw new DuplicateNameError(namedResource, String((values as { name?: unknown }).name), {
      cause: error,
    });
  }
}

/** By SQLite's extended result code for a unique index and by MariaDB's code; both messages name the index or its column. */
function isDuplicateName(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return (errcode === 2067 || code === 'ER_DUP_ENTRY') && error.message.includes('name_key');
}
