import type { Knex } from 'knex';
import { retrying } from './availability.ts';
import type { Database } from './connect.ts';
import type { DatabaseRow } from './columns.ts';

export interface PurgeOptions {
  /** Rows that were deleted later stay, unless what they belong to was deleted before. */
  readonly deletedBefore: Date;
  /** Only what serves this goal. */
  readonly goalName?: string | undefined;
  /** So many rows at most; default: all. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal;
}

/** What is found or purged in one table. */
export interface PurgedTable {
  readonly table: string;
  readonly rows: number;
  /** Deleted, but live rows belong to them: they stay. */
  readonly kept: number;
}

/** Rows in one DELETE, which is a transaction by itself: so long, others wait for the rows at most. */
const ROWS_AT_ONCE = 500;

interface Family {
  readonly table: string;
  readonly parent?: { readonly of: () => Family; readonly column: string };
  readonly children: readonly { readonly of: () => Family; readonly column: string }[];
}

const AUDITS: Family = {
  table: 'audits',
  children: [{ of: () => ACTION_PLANS, column: 'audit_uuid' }],
};
const ACTION_PLANS: Family = {
  table: 'action_plans',
  parent: { of: () => AUDITS, column: 'audit_uuid' },
  children: [{ of: () => ACTIONS, column: 'action_plan_uuid' }],
};
const ACTIONS: Family = {
  table: 'actions',
  parent: { of: () => ACTION_PLANS, column: 'action_plan_uuid' },
  children: [],
};
const AUDIT_TEMPLATES: Family = { table: 'audit_templates', children: [] };

/** Every table whose rows are soft-deleted; what belongs to others first. */
const FAMILIES = [ACTIONS, ACTION_PLANS, AUDITS, AUDIT_TEMPLATES];

/** Goals and strategies that are no longer on offer have a `deleted_at`, too; rows refer to them by name. */
const CATALOGUE = 'catalogue';
const REFERENCES = [
  { kind: 'goal', column: 'goal_name', families: [AUDITS, AUDIT_TEMPLATES] },
  { kind: 'strategy', column: 'strategy_name', families: [ACTION_PLANS, AUDITS, AUDIT_TEMPLATES] },
] as const;

export const PURGED_TABLES: readonly string[] = [...FAMILIES.map(({ table }) => table), CATALOGUE];

/** What `purge` would do without a limit. Changes nothing. */
export async function findPurgeable(
  { knex }: Database,
  options: PurgeOptions,
): Promise<readonly PurgedTable[]> {
  const found: PurgedTable[] = [];
  for (const family of FAMILIES) {
    const due = await count(dueRows(knex, family, options));
    const rows = await count(dueRows(knex, family, options).where(hasNoLive(knex, family)));
    found.push({ table: family.table, rows, kept: due - rows });
  }
  const { unused, used } = await vanishedEntries(knex, options);
  return [...found, { table: CATALOGUE, rows: unused.length, kept: used.length }];
}

/**
 * Removes soft-deleted rows for good, with the soft-deleted rows that belong to them, in many small transactions; the
 * service may run meanwhile. A live row is never removed, nor anything that a live row belongs to.
 */
export async function purge(database: Database, options: PurgeOptions): Promise<readonly PurgedTable[]> {
  const expected = await findPurgeable(database, options);
  let left = options.limit ?? Infinity;
  const purged: PurgedTable[] = [];
  for (const [index, family] of FAMILIES.entries()) {
    const rows = await purgeFamily(database.knex, family, { ...options, limit: left });
    left -= rows;
    purged.push({ table: family.table, rows, kept: expected[index]!.kept });
  }
  const { unused, used } = await vanishedEntries(database.knex, options);
  const ids = unused.slice(0, Number.isFinite(left) ? left : undefined);
  const rows = await database.knex(CATALOGUE).whereIn('id', ids).whereNotNull('deleted_at').delete();
  return [...purged, { table: CATALOGUE, rows, kept: used.length }];
}

async function purgeFamily(
  db: Knex,
  family: Family,
  options: PurgeOptions & { readonly limit: number },
): Promise<number> {
  const { table } = family;
  let purged = 0;
  let lastId = 0;
  while (purged < options.limit) {
    options.signal?.throwIfAborted();
    const rows: readonly DatabaseRow[] = await dueRows(db, family, options)
      .where(hasNoLive(db, family))
      .where(`${table}.id`, '>', lastId)
      .orderBy(`${table}.id`)
      .limit(Math.min(ROWS_AT_ONCE, options.limit - purged))
      .select(`${table}.id`);
    const ids = rows.map(row => Number(row['id']));
    if (ids.length === 0) break;
    purged += await retrying(() => removeRows(db, family, ids));
    lastId = ids.at(-1)!;
  }
  return purged;
}

/** Asks again whether the row is deleted and nothing belongs to it: others have been at work since it was found. */
async function removeRows(db: Knex, { table, children }: Family, ids: readonly number[]): Promise<number> {
  const query = db(table).whereIn('id', ids).whereNot({ deleted: 0 });
  for (const { of, column } of children) {
    const child = of().table;
    void query.whereNotExists(db(child).where(`${child}.${column}`, db.ref(`${table}.uuid`)));
  }
  return query.delete();
}

/** Soft-deleted long enough ago, or together with a parent that was. */
function dueRows(db: Knex, family: Family, { deletedBefore, goalName }: PurgeOptions): Knex.QueryBuilder {
  const query = db(family.table).where(isDue(db, family, deletedBefore.toISOString()));
  return goalName === undefined ? query : query.where(servesGoal(db, family, goalName));
}

type Condition = (query: Knex.QueryBuilder) => void;

function isDue(db: Knex, { table, parent }: Family, deletedBefore: string): Condition {
  return query => {
    void query.whereNot(`${table}.deleted`, 0).where(old => {
      void old.where(`${table}.deleted_at`, '<=', deletedBefore);
      if (parent === undefined) return;
      void old.orWhereExists(parentOf(db, table, parent).where(isDue(db, parent.of(), deletedBefore)));
    });
  };
}

function hasNoLive(db: Knex, { table, children }: Family): Condition {
  return query => {
    for (const { of, column } of children) {
      const child = of();
      const live = db(child.table)
        .where(`${child.table}.${column}`, db.ref(`${table}.uuid`))
        .where(either => {
          void either.where(`${child.table}.deleted`, 0);
          if (child.children.length > 0) void either.orWhereNot(hasNoLive(db, child));
        });
      void query.whereNotExists(live);
    }
  };
}

function servesGoal(db: Knex, { table, parent }: Family, goalName: string): Condition {
  return query => {
    if (parent === undefined) void query.where(`${table}.goal_name`, goalName);
    else void query.whereExists(parentOf(db, table, parent).where(servesGoal(db, parent.of(), goalName)));
  };
}

function parentOf(db: Knex, table: string, { of, column }: NonNullable<Family['parent']>): Knex.QueryBuilder {
  const parent = of().table;
  return db(parent).where(`${parent}.uuid`, db.ref(`${table}.${column}`));
}

/** Ids of vanished goals and strategies, by whether rows that stay refer to them. */
async function vanishedEntries(
  db: Knex,
  options: PurgeOptions,
): Promise<{ readonly unused: readonly number[]; readonly used: readonly number[] }> {
  const query = db<DatabaseRow>(CATALOGUE)
    .where('deleted_at', '<=', options.deletedBefore.toISOString())
    .orderBy('id');
  if (options.goalName !== undefined) void query.where({ kind: 'goal', name: options.goalName });
  const entries: readonly DatabaseRow[] = await query;
  const unused: number[] = [];
  const used: number[] = [];
  for (const { id, kind, name } of entries) {
    const isUsed = await isReferredTo(db, String(kind), String(name), options);
    (isUsed ? used : unused).push(Number(id));
  }
  return { unused, used };
}

async function isReferredTo(db: Knex, kind: string, name: string, options: PurgeOptions): Promise<boolean> {
  for (const { column, families } of REFERENCES.filter(each => each.kind === kind)) {
    for (const family of families) {
      const goes: Condition = query => {
        void query.where(isDue(db, family, options.deletedBefore.toISOString())).where(hasNoLive(db, family));
      };
      const [row] = await db(family.table).where(`${family.table}.${column}`, name).whereNot(goes).limit(1);
      if (row !== undefined) return true;
    }
  }
  return false;
}

async function count(query: Knex.QueryBuilder): Promise<number> {
  const [row] = await query.count({ rows: '*' });
  return Number(row.rows);
}
