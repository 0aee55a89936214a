import type { Repositories, ServiceRecord } from '../plugin/lifecycle/repositories.ts';
import type { DatabaseRow, Table } from './columns.ts';
import { fromColumns } from './columns.ts';
import type { Database } from './connect.ts';

const TABLE: Table<ServiceRecord> = {
  name: 'services',
  fields: {
    id: 'value',
    name: 'value',
    host: 'value',
    lastSeenAt: 'value',
    createdAt: 'value',
    updatedAt: 'value',
  },
};

export function serviceRepository({ knex, now }: Database): Repositories['services'] {
  return {
    async heartbeat(name, host) {
      const at = now().toISOString();
      const beat = { last_seen_at: at, updated_at: at };
      if ((await knex(TABLE.name).where({ name, host }).update(beat)) > 0) return;
      await knex(TABLE.name)
        .insert({ name, host, last_seen_at: at, created_at: at })
        .onConflict(['name', 'host'])
        .ignore();
    },
    async list() {
      const rows = await knex<DatabaseRow>(TABLE.name).orderBy('id');
      return rows.map(row => fromColumns(TABLE, row));
    },
  };
}
