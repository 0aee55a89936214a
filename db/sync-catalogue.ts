import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { retrying } from './availability.ts';
import type { DatabaseRow } from './columns.ts';
import type { Database } from './connect.ts';
import { UnknownGoalError } from './errors.ts';
import { writeTransaction } from './write-transaction.ts';

/** What this version offers: names by the kinds of the catalogue. Entries of other kinds are left alone. */
export interface Offer {
  readonly goal: readonly string[];
  readonly strategy: readonly string[];
  readonly [kind: string]: readonly string[];
}

export interface SyncedEntry {
  readonly kind: string;
  readonly name: string;
  /** `back`: it had vanished before. `vanished`: from now on; `gone`: since an earlier time. */
  readonly change: 'new' | 'unchanged' | 'back' | 'vanished' | 'gone';
}

export interface SyncReport {
  readonly entries: readonly SyncedEntry[];
  /** Names of audits and UUIDs of plans that cannot go on without what has vanished. */
  readonly cancelledAudits: readonly string[];
  readonly cancelledPlans: readonly string[];
}

/**
 * Makes the catalogue in the database say what is on offer. What has vanished keeps its UUID and is marked; audits and plans
 * that wait for it are cancelled, as by a user. With `isRehearsal` the report is the same and nothing changes.
 */
export async function syncCatalogue(
  database: Database,
  offer: Offer,
  { isRehearsal = false }: { readonly isRehearsal?: boolean } = {},
): Promise<SyncReport> {
  const at = database.now().toISOString();
  return retrying(() =>
    writeTransaction(database.knex, async transaction => {
      const entries = await findChanges(transaction, offer);
      const audits = await staleAudits(transaction, offer);
      const plans = await stalePlans(transaction, offer);
      if (!isRehearsal) {
        for (const entry of entries) await applyChange(transaction, entry, at);
        await cancel(transaction, { table: 'audits', rows: audits, at });
        await cancel(transaction, { table: 'action_plans', rows: plans, at });
      }
      return {
        entries,
        cancelledAudits: audits.map(row => String(row['name'])),
        cancelledPlans: plans.map(row => String(row['uuid'])),
      };
    }),
  );
}

/** The goal behind a UUID or a name, also one that is no longer on offer. Throws `UnknownGoalError`. */
export async function goalNameOf({ knex }: Database, identifier: string): Promise<string> {
  const known: readonly DatabaseRow[] = [
    ...(await knex<DatabaseRow>('catalogue').where({ kind: 'goal' })),
    ...(await knex<DatabaseRow>('audits').distinct({ name: 'goal_name' })),
    ...(await knex<DatabaseRow>('audit_templates').distinct({ name: 'goal_name' })),
  ];
  const wanted = identifier.toLowerCase();
  const found = known.find(({ uuid, name }) => uuid === wanted || String(name).toLowerCase() === wanted);
  if (found === undefined) throw new UnknownGoalError(identifier);
  return String(found['name']);
}

/** States in which an audit or a plan still waits for something. */
const OPEN_AUDITS = ['PENDING', 'ONGOING'];
const OPEN_PLANS = ['RECOMMENDED', 'PENDING'];
const MESSAGE = 'Cancelled, because its goal or strategy is no longer on offer.';

async function findChanges(db: Knex, offer: Offer): Promise<readonly SyncedEntry[]> {
  const rows: readonly DatabaseRow[] = await db<DatabaseRow>('catalogue')
    .whereIn('kind', Object.keys(offer))
    .orderBy(['kind', 'id']);
  const known = rows.map(({ kind, name, deleted_at: deletedAt }): SyncedEntry => {
    const isOffered = offer[String(kind)]!.includes(String(name));
    const [ifOffered, ifNot] =
      deletedAt === null ? (['unchanged', 'vanished'] as const) : (['back', 'gone'] as const);
    return { kind: String(kind), name: String(name), change: isOffered ? ifOffered : ifNot };
  });
  const added = Object.entries(offer).flatMap(([kind, names]) =>
    names
      .filter(name => !known.some(entry => entry.kind === kind && entry.name === name))
      .map((name): SyncedEntry => ({ kind, name, change: 'new' })),
  );
  return [...known, ...added];
}

async function applyChange(db: Knex, { kind, name, change }: SyncedEntry, at: string): Promise<void> {
  switch (change) {
    case 'new':
      // Another replica may have been faster.
      await db('catalogue')
        .insert({ uuid: randomUUID(), kind, name, created_at: at })
        .onConflict(['kind', 'name'])
        .ignore();
      break;
    case 'back':
      await db('catalogue').where({ kind, name }).update({ deleted_at: null, updated_at: at });
      break;
    case 'vanished':
      await db('catalogue').where({ kind, name }).update({ deleted_at: at, updated_at: at });
      break;
    case 'unchanged':
    case 'gone':
      break;
  }
}

async function staleAudits(db: Knex, { goal, strategy }: Offer): Promise<readonly DatabaseRow[]> {
  return db<DatabaseRow>('audits')
    .where({ deleted: 0 })
    .whereIn('state', OPEN_AUDITS)
    .where(either => void either.whereNotIn('goal_name', goal).orWhereNotIn('strategy_name', strategy))
    .orderBy('id');
}

async function stalePlans(db: Knex, { strategy }: Offer): Promise<readonly DatabaseRow[]> {
  return db<DatabaseRow>('action_plans')
    .where({ deleted: 0 })
    .whereIn('state', OPEN_PLANS)
    .whereNotIn('strategy_name', strategy)
    .orderBy('id');
}

/** Only those that are still in the state in which they were found. */
async function cancel(
  db: Knex,
  { table, rows, at }: { readonly table: string; readonly rows: readonly DatabaseRow[]; readonly at: string },
): Promise<void> {
  for (const { uuid, state } of rows) {
    await db(table)
      .where({ uuid: String(uuid), state: String(state), deleted: 0 })
      .update({ state: 'CANCELLED', status_message: MESSAGE, updated_at: at });
  }
}
