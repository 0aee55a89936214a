import { randomUUID } from 'node:crypto';
import type { CatalogueEntry, Repositories } from '../plugin/lifecycle/repositories.ts';
import type { DatabaseRow, Table } from './columns.ts';
import { fromColumns } from './columns.ts';
import type { Database } from './connect.ts';

const TABLE: Table<CatalogueEntry> = {
  name: 'catalogue',
  fields: { id: 'value', uuid: 'value', name: 'value', createdAt: 'value', updatedAt: 'value' },
};

export function catalogueRepository({ knex, now }: Database): Repositories['catalogue'] {
  const rowsOf = (kind: string) => knex<DatabaseRow>(TABLE.name).where({ kind }).orderBy('id');
  return {
    async sync(kind, names) {
      const known = new Set((await rowsOf(kind)).map(row => row['name']));
      const created_at = now().toISOString();
      for (const name of names.filter(each => !known.has(each))) {
        // Another replica may have been faster.
        await knex(TABLE.name)
          .insert({ uuid: randomUUID(), kind, name, created_at })
          .onConflict(['kind', 'name'])
          .ignore();
      }
      await knex(TABLE.name)
        .where({ kind })
        .whereIn('name', names)
        .whereNotNull('deleted_at')
        .update({ deleted_at: null, updated_at: created_at });
      const entries = (await rowsOf(kind)).map(row => fromColumns(TABLE, row));
      return new Map(entries.map(entry => [entry.name, entry]));
    },
  };
}
