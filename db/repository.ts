import type { Repository, StatefulRepository } from '../plugin/lifecycle/repositories.ts';
import { claimRow, holdingClaim, softDeleteRows } from './claim.ts';
import type { Table } from './columns.ts';
import type { Database } from './connect.ts';
import type { BaseRow, FindOptions } from './rows.ts';
import { findRow, findRowByIdentifier, insertRow, listRows, updateRow } from './rows.ts';

/** What every table offers. */
export function repository<Row extends BaseRow>({ knex, now }: Database, table: Table<Row>): Repository<Row> {
  return {
    create: row => insertRow(knex, table, row, now()),
    find: (uuid, options) => findRow(knex, table, { uuid }, options),
    list: query => listRows(knex, table, query),
    update: (uuid, changes, seen, { claim } = {}) => {
      const update = { uuid, changes, seen, at: now() };
      return claim === undefined
        ? updateRow(knex, table, update)
        : holdingClaim(knex, claim, transaction => updateRow(transaction, table, update));
    },
    softDelete: async uuid => (await softDeleteRows(knex, table, { where: { uuid }, at: now() })) === 1,
  };
}

export function namedRepository<Row extends BaseRow>(
  database: Database,
  table: Table<Row>,
): Repository<Row> & {
  findByIdentifier(identifier: string, options?: FindOptions): Promise<Row | undefined>;
} {
  return {
    ...repository(database, table),
    findByIdentifier: (identifier, options) => findRowByIdentifier(database.knex, table, identifier, options),
  };
}

export function statefulRepository<Row extends BaseRow, State extends string>(
  database: Database,
  table: Table<Row>,
): StatefulRepository<Row, State> {
  const { knex, now } = database;
  return {
    ...repository(database, table),
    transition: (uuid, from, to, changes = {}, seen, { claim } = {}) =>
      claimRow(knex, table, { uuid, from, to, changes, seen, at: now(), claim }),
    softDelete: async (uuid, from) =>
      (await softDeleteRows(knex, table, { where: { uuid }, from, at: now() })) === 1,
  };
}
