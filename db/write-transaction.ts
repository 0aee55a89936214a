import type { Knex } from 'knex';

/**
 * A transaction that reads before it writes. On SQLite it writes first, so that it waits for other processes at its beginning
 * instead of finding out later that what it has read is outdated.
 */
export async function writeTransaction<T>(db: Knex, work: (transaction: Knex) => Promise<T>): Promise<T> {
  return db.transaction(async transaction => {
    if (db.client.dialect !== 'mysql') await transaction.raw('PRAGMA user_version = 1');
    return work(transaction);
  });
}
