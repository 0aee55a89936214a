import type { Pause } from '../plugin/lifecycle/plan-claim.ts';
import type { ControlRepository } from '../plugin/lifecycle/repositories.ts';
import type { Database } from './connect.ts';
import { sharedNow } from './connect.ts';

const TABLE = 'control';
/** The row is there while everything is paused. */
const PAUSE = { name: 'pause' };

export function controlRepository(database: Database): ControlRepository {
  const { knex } = database;
  const pauseNow = async (): Promise<Pause | undefined> => {
    const [row] = await knex<{ since: string; reason: string | null }>(TABLE).where(PAUSE);
    return row === undefined ? undefined : { since: row.since, reason: row.reason };
  };
  return {
    pauseNow,
    async pause(reason) {
      const since = (await sharedNow(database)).toISOString();
      await knex(TABLE)
        .insert({ ...PAUSE, since, reason })
        .onConflict('name')
        .ignore();
      return (await pauseNow()) ?? { since, reason };
    },
    async resume() {
      return (await knex(TABLE).where(PAUSE).delete()) > 0;
    },
  };
}
