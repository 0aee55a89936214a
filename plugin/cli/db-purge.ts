import { requireCurrentSchema } from '../../db/migrate.ts';
import type { PurgedTable } from '../../db/purge.ts';
import { findPurgeable, purge } from '../../db/purge.ts';
import { goalNameOf } from '../../db/sync-catalogue.ts';
import type { Command } from './command.ts';
import { wholeNumber } from './command.ts';
import { withDatabase } from './database.ts';
import { textTable } from './table.ts';

const DAY_MILLISECONDS = 86_400_000;

export const dbPurge: Command = {
  name: 'db purge',
  summary: 'remove for good what was deleted',
  details:
    'Rows that were deleted through the API stay in the database until they are purged, with what belongs to them.\n' +
    'A live row is never removed, nor anything that a live row belongs to. The service may run meanwhile.',
  options: {
    'age-in-days': { short: 'd', value: 'DAYS', what: 'leave what was deleted in the last DAYS (0)' },
    'max-number': { short: 'n', value: 'ROWS', what: 'remove nothing when it would be more than ROWS' },
    goal: { short: 't', value: 'GOAL', what: 'only what serves this goal: its UUID or name' },
    'exclude-orphans': {
      short: 'e',
      what: 'taken as watcher-db-manage takes it: live rows are left alone with and without it',
    },
    'dry-run': { what: 'only say what would be removed' },
  },
  run: (given, terminal) => {
    const days = wholeNumber(given, 'age-in-days') ?? 0;
    const maximum = wholeNumber(given, 'max-number');
    return withDatabase(terminal, async database => {
      await requireCurrentSchema(database.knex);
      const { goal } = given.values;
      const options = {
        deletedBefore: new Date(database.now().getTime() - days * DAY_MILLISECONDS),
        goalName: goal === undefined ? undefined : await goalNameOf(database, goal),
      };
      const found = await findPurgeable(database, options);
      const total = sum(found);
      if (given.switches.has('dry-run')) {
        terminal.print(report(found, 'to be removed'));
        return 0;
      }
      if (maximum !== undefined && total > maximum) {
        terminal.print(report(found, 'to be removed'));
        const question = `These are ${total} rows, more than ${maximum}. Remove ${maximum} of them?`;
        if (!(await terminal.confirm(question))) {
          terminal.complain(
            `auspex: Nothing was removed: it would be ${total} rows, more than --max-number ${maximum}.`,
          );
          return 1;
        }
      }
      terminal.print(report(await purge(database, { ...options, limit: maximum }), 'removed'));
      return 0;
    });
  },
};

function report(tables: readonly PurgedTable[], title: string): string {
  const rows = tables.map(({ table, rows: number, kept }) => [table, number, kept] as const);
  const kept = tables.reduce((all, each) => all + each.kept, 0);
  return textTable(['table', title, 'kept for live rows'], [...rows, ['all', sum(tables), kept]]);
}

function sum(tables: readonly PurgedTable[]): number {
  return tables.reduce((all, { rows }) => all + rows, 0);
}
