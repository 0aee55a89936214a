import { upgrade } from '../../db/migrate.ts';
import type { Command } from './command.ts';
import { withDatabase } from './database.ts';

export const dbUpgrade: Command = {
  name: 'db upgrade',
  summary: 'bring the tables of the database up to date',
  details: 'The service does the same when it starts. It may be run again after it was interrupted.',
  options: { to: { value: 'SCHEMA', what: 'stop at this one: its name or its number' } },
  run: ({ values: { to } }, terminal) =>
    withDatabase(
      terminal,
      async ({ knex, name }) => {
        const done = await upgrade(knex, { to });
        terminal.print(done.length === 0 ? `${name} is up to date.` : `Done in ${name}: ${done.join(', ')}.`);
        return 0;
      },
      { mayCreate: true },
    ),
};
