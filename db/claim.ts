import { ClaimLostError } from '../plugin/lifecycle/plan-claim.ts';
import type { PlanClaim } from '../plugin/lifecycle/plan-claim.ts';
import type { New } from '../plugin/lifecycle/repositories.ts';
import type { Table } from './columns.ts';
import { columnOf, toColumns } from './columns.ts';
import type { BaseRow, Executor } from './rows.ts';
import { findRow } from './rows.ts';

export interface Claim<Row> {
  readonly uuid: string;
  readonly from: string | readonly string[];
  readonly to: string;
  readonly changes?: Partial<New<Row>>;
  /** Fields that must still have these values; not those that are kept as JSON. */
  readonly seen?: Partial<Row> | undefined;
  readonly at: Date;
  /** Nothing is changed unless it holds. */
  readonly claim?: PlanClaim | undefined;
}

/**
 * One conditional UPDATE: of those who want to move the row from the same state, exactly one gets it back, as it then
 * is; the others get undefined.
 */
export async function claimRow<Row extends BaseRow>(
  db: Executor,
  table: Table<Row>,
  { uuid, from, to, changes = {}, seen = {}, at, claim }: Claim<Row>,
): Promise<Row | undefined> {
  // The transaction keeps the row as it is until it has been read.
  return holdingClaim(db, claim, async transaction => {
    const changed = await transaction(table.name)
      .where({ ...toColumns(table, seen), uuid, deleted: 0 })
      .whereIn('state', [from].flat())
      .update({ ...toColumns(table, changes as Partial<Row>), state: to, updated_at: at.toISOString() });
    return changed === 1 ? findRow(transaction, table, { uuid }) : undefined;
  });
}

/**
 * A transaction in which the claim holds to the end: whoever takes the plan over has to wait for it. Throws
 * `ClaimLostError`.
 */
export async function holdingClaim<T>(
  db: Executor,
  claim: PlanClaim | undefined,
  work: (transaction: Executor) => Promise<T>,
): Promise<T> {
  return db.transaction(async transaction => {
    if (claim !== undefined) {
      const held = { uuid: claim.planUuid, claim: claim.token };
      const [plan] = await transaction('action_plans').where(held).select('id').forUpdate();
      if (plan === undefined) throw new ClaimLostError(claim.planUuid);
    }
    return work(transaction);
  });
}

export interface Deletion {
  readonly where: Readonly<Record<string, unknown>>;
  /** Only rows in one of these states. */
  readonly from?: readonly string[] | undefined;
  readonly at: Date;
}

/** Marks rows deleted with one conditional UPDATE; how many there were. */
export async function softDeleteRows<Row extends BaseRow>(
  db: Executor,
  table: Table<Row>,
  { where, from, at }: Deletion,
): Promise<number> {
  const isStateful = Object.hasOwn(table.fields, 'state');
  const query = db(table.name).where({ ...where, deleted: 0 });
  if (from !== undefined) void query.whereIn('state', from);
  return query.update({
    ...(isStateful ? { state: 'DELETED' } : {}),
    deleted: db.ref(columnOf('id')),
    deleted_at: at.toISOString(),
  });
}
