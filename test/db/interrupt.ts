import type { Knex } from 'knex';

type Query = (connection: unknown, query: { readonly sql: string }) => Promise<unknown>;

/** What the server does by itself when a connection ends. */
const ENDS = /^\s*(?:rollback\b|select release_lock)/i;
const CHANGES = /^\s*(?:create|alter|drop|insert|update|delete)\b/i;

/** Lets the n-th statement that changes something fail, and all after it; false when the work ended before. Throws what else goes wrong. */
export async function interruptAt(db: Knex, n: number, work: () => Promise<unknown>): Promise<boolean> {
  // Transactions have clients of their own with the same prototype.
  const client = Object.getPrototypeOf(db.client) as { _query: Query };
  const original = client._query;
  let seen = 0;
  client._query = async function interrupted(this: unknown, connection, query) {
    if (CHANGES.test(query.sql)) seen += 1;
    if (seen >= n && !ENDS.test(query.sql)) throw new Error('interrupted');
    return original.call(this, connection, query);
  };
  try {
    await work();
    return false;
  } catch (error) {
    // Knex puts errors of its own around it.
    if (seen >= n) return true;
    throw error;
  } finally {
    client._query = original;
  }
}
