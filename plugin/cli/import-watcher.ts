import { requireCurrentSchema } from '../../db/migrate.ts';
import { importWatcher } from '../../db/watcher/import-watcher.ts';
import type { ImportReport } from '../../db/watcher/report.ts';
import { connectWatcher } from '../../db/watcher/source.ts';
import { ACTION_TYPES } from '../actions/action-types.ts';
import type { Command } from './command.ts';
import { withDatabase } from './database.ts';
import { OFFER } from './sync.ts';
import { textTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export const importWatcherCommand: Command = {
  name: 'import-watcher',
  summary: "bring templates, audits, plans and actions over from Watcher's database",
  details:
    "Watcher's database is only read, and may be in use. What is here already is left as it is, so this may be run again.\n" +
    'Nothing that came over acts by itself: CONTINUOUS audits are SUSPENDED here, and what was under way is CANCELLED.\n' +
    'docs/database.md says what becomes of what.',
  operands: {
    URL: 'mysql://USER:PASSWORD@HOST:PORT/DATABASE, or - to read it from the standard input: others cannot see it there',
  },
  options: {
    activate: {
      what: 'Watcher is stopped for good: CONTINUOUS audits go on here, ONESHOT audits that wait are run',
    },
    'live-only': { what: 'leave out what was deleted in Watcher' },
    'dry-run': { what: 'only say what would be done' },
  },
  async run({ operands: { URL = '' }, switches }, terminal) {
    const url = URL === '-' ? (await terminal.read()).trim() : URL;
    const watcher = connectWatcher(url);
    try {
      const report = await withDatabase(terminal, async database => {
        await requireCurrentSchema(database.knex);
        return importWatcher(watcher, database, {
          offer: OFFER,
          actionTypes: ACTION_TYPES.map(({ name }) => name),
          isActivated: switches.has('activate'),
          isLiveOnly: switches.has('live-only'),
          isRehearsal: switches.has('dry-run'),
        });
      });
      print(report, terminal);
      return 0;
    } finally {
      await watcher.knex.destroy();
    }
  },
};

function print({ families, notes, ...unknown }: ImportReport, terminal: Terminal): void {
  const rows = families.map(
    each => [each.family, each.found, each.imported, each.known, each.leftOut] as const,
  );
  terminal.print(textTable(["in Watcher's database", 'found', 'imported', 'here already', 'left out'], rows));
  for (const note of notes) terminal.print(note);
  const kinds = [
    ['goal', unknown.unknownGoals],
    ['strategy', unknown.unknownStrategies],
    ['action', unknown.unknownActionTypes],
  ] as const;
  for (const [kind, names] of kinds) {
    for (const [name, count] of names) {
      terminal.print(`The ${kind} ${name} is not on offer here; live rows imported with it: ${count}.`);
    }
  }
}
