import type { Knex } from 'knex';
import type { DatabaseRow } from '../columns.ts';
import { writeTransaction } from '../write-transaction.ts';
import { isDeleted } from './convert.ts';
import type { Import } from './import-step.ts';

const KINDS = [
  { kind: 'goal', table: 'goals' },
  { kind: 'strategy', table: 'strategies' },
  { kind: 'scoring_engine', table: 'scoring_engines' },
] as const;

/**
 * Goals, strategies and scoring engines keep the UUIDs that clients know from Watcher, unless they have got others here; those that this version does
 * not offer are marked as vanished.
 */
export async function importCatalogue({ source, target, options, tally, now }: Import): Promise<void> {
  await writeTransaction(target.knex, async transaction => {
    for (const { kind, table } of KINDS) {
      const family = table.replace('_', ' ');
      const known = new Set(await transaction('catalogue').where({ kind }).pluck('name'));
      const rows = await source.columns(table, ['uuid', 'name', 'deleted']);
      for (const row of rows.toSorted((a, b) => Number(isDeleted(a)) - Number(isDeleted(b)))) {
        const name = String(row['name']);
        if (known.has(name)) {
          tally.count(family, 'known');
          continue;
        }
        known.add(name);
        tally.count(family, 'imported');
        if (options.isRehearsal !== true) {
          await insertEntry(transaction, {
            kind,
            row,
            isOffered: options.offer[kind]?.includes(name) === true,
            now,
          });
        }
      }
    }
  });
}

async function insertEntry(
  transaction: Knex,
  {
    kind,
    row,
    isOffered,
    now,
  }: {
    readonly kind: string;
    readonly row: DatabaseRow;
    readonly isOffered: boolean;
    readonly now: string;
  },
): Promise<void> {
  await transaction('catalogue').insert({
    uuid: String(row['uuid']).toLowerCase(),
    kind,
    name: String(row['name']),
    created_at: now,
    deleted_at: isOffered ? null : now,
  });
}
