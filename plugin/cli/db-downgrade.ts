import { BASE, downgrade } from '../../db/migrate.ts';
import type { Command } from './command.ts';
import { UsageError } from './command.ts';
import { withDatabase } from './database.ts';

export const dbDowngrade: Command = {
  name: 'db downgrade',
  summary: 'take the tables of the database back to an earlier schema',
  details:
    'What the later schema alone could hold is lost. Stop every replica first: one that starts brings the tables up again.',
  options: {
    to: {
      value: 'SCHEMA',
      what: `its name or its number; ${BASE}: drop every table, with all that is in them`,
    },
    yes: { short: 'y', what: 'do not ask' },
  },
  run: ({ values: { to }, switches }, terminal) => {
    if (to === undefined) throw new UsageError('db downgrade needs --to SCHEMA');
    return withDatabase(terminal, async ({ knex, name }) => {
      const question = `Data of ${name} will be lost. Take it back to ${to}?`;
      if (!switches.has('yes') && !(await terminal.confirm(question))) {
        terminal.complain('Nothing was changed: data would be lost, so db downgrade wants a yes or --yes.');
        return 1;
      }
      const undone = await downgrade(knex, { to });
      terminal.print(
        undone.length === 0 ? `${name} is there already.` : `Undone in ${name}: ${undone.join(', ')}.`,
      );
      return 0;
    });
  },
};
