import { requireCurrentSchema } from '../../db/migrate.ts';
import { createRepositories } from '../../db/repositories.ts';
import type { Command } from './command.ts';
import { withDatabase } from './database.ts';

export const pause: Command = {
  name: 'pause',
  summary: 'let no replica begin any more actions',
  details:
    'On all replicas, within about a second. Actions under way end, and so does what is cancelled; plans wait, and go on\n' +
    'after "auspex resume". Outlives restarts.',
  options: { reason: { value: 'TEXT', what: 'why; the plans that wait say so' } },
  run: ({ values }, terminal) =>
    withDatabase(terminal, async database => {
      await requireCurrentSchema(database.knex);
      const { since, reason } = await createRepositories(database).control.pause(values['reason'] ?? null);
      terminal.print(`Paused since ${since}${reason === null ? '' : `: ${reason}`}`);
      return 0;
    }),
};

export const resume: Command = {
  name: 'resume',
  summary: 'let plans go on after "auspex pause"',
  run: (_given, terminal) =>
    withDatabase(terminal, async database => {
      await requireCurrentSchema(database.knex);
      const wasPaused = await createRepositories(database).control.resume();
      terminal.print(wasPaused ? 'Plans go on.' : 'Nothing was paused.');
      return 0;
    }),
};
