import type { Repositories, ServiceRecord } from '../plugin/lifecycle/repositories.ts';
import { sharedNow } from './connect.ts';
import type { DatabaseRow, Table } from './columns.ts';
import { fromColumns } from './columns.ts';
import type { Database } from './connect.ts';

const TABLE: Table<Omit<ServiceRecord, 'silentSeconds'>> = {
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

export function serviceRepository(database: Database): Repositories['services'] {
  const { knex } = database;
  return {
    async heartbeat(name, host) {
      const at = (await sharedNow(database)).toISOString();
      const beat = { last_seen_at: at, updated_at: at };
      if ((await knex(TABLE.name).where({ name, host }).update(beat)) > 0) return;
      await knex(TABLE.name)
        .insert({ name, host, last_seen_at: at, created_at: at })
        .onConflict(['name', 'host'])
        .ignore();
    },
    async list() {
      const rows = await knex<DatabaseRow>(TABLE.name).orderBy('id');
      const now = (await sharedNow(database)).getTime();
      return rows.map(row => {
        const service = fromColumns(TABLE, row);
        const silentSeconds = Math.max(0, (now - Date.parse(service.lastSeenAt)) / 1000);
        return { ...service, silentSeconds };
      });
    },
  };
}
