import type { Knex } from 'knex';
import type { DatabaseRow } from '../columns.ts';
import type { Names } from './convert.ts';
import { isDeleted } from './convert.ts';
import type { Import } from './import-step.ts';
import type { FreeNames } from './write.ts';
import { knownUuids } from './write.ts';

/** Those of the rows that are wanted, possible and not here yet; the others are counted. */
export async function importableRows(
  { tally, options, goals }: Import,
  transaction: Knex,
  {
    family,
    table,
    rows,
    isNeeded = () => false,
  }: {
    readonly family: string;
    /** Of ours. */
    readonly table: string;
    readonly rows: readonly DatabaseRow[];
    /** Wanted although it is deleted. */
    readonly isNeeded?: (row: DatabaseRow) => boolean;
  },
): Promise<readonly DatabaseRow[]> {
  const known = await knownUuids(
    transaction,
    table,
    rows.map(({ uuid }) => String(uuid).toLowerCase()),
  );
  return rows.filter(row => {
    const { uuid, id, goal_id: goalId } = row;
    if (typeof uuid !== 'string' || (goalId !== undefined && !goals.has(Number(goalId)))) {
      const lack = typeof uuid === 'string' ? 'goal' : 'UUID';
      tally.notes.push(`Number ${String(id)} of the ${family} has no ${lack} and was left out.`);
      tally.count(family, 'leftOut');
      return false;
    }
    if (known.has(uuid.toLowerCase())) {
      tally.count(family, 'known');
      return false;
    }
    const isWanted = options.isLiveOnly !== true || !isDeleted(row) || isNeeded(row);
    tally.count(family, isWanted ? 'imported' : 'leftOut');
    return isWanted;
  });
}

/** Goal and strategy by name; counts those that this version does not offer, in live rows. */
export function namesOf({ goals, strategies, options, tally }: Import, row: DatabaseRow): Names {
  const goalName = goals.get(Number(row['goal_id']))!;
  const strategyName =
    row['strategy_id'] === null ? null : (strategies.get(Number(row['strategy_id'])) ?? null);
  if (!isDeleted(row)) {
    if (!options.offer.goal.includes(goalName)) tally.countUnknown(tally.unknownGoals, goalName);
    if (strategyName !== null && !options.offer.strategy.includes(strategyName)) {
      tally.countUnknown(tally.unknownStrategies, strategyName);
    }
  }
  return { goalName, strategyName };
}

/** The row under a name that is free here; says so when it is another. */
export function renameTaken<
  Row extends { readonly name: string; readonly uuid: string; readonly deletedAt: string | null },
>(
  { tally }: Import,
  { what, row, names }: { readonly what: string; readonly row: Row; readonly names: FreeNames },
): Row {
  if (row.deletedAt !== null) return row;
  const name = names.take(row.name, row.uuid);
  if (name === row.name) return row;
  tally.notes.push(`${what} ${row.name} (${row.uuid}) is called ${name} here: the name is taken.`);
  return { ...row, name };
}
