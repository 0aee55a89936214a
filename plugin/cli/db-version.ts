import { BASE, schemaVersion } from '../../db/migrate.ts';
import type { Command } from './command.ts';
import { withDatabase } from './database.ts';

export const dbVersion: Command = {
  name: 'db version',
  summary: 'say which schema the database has',
  details: 'Changes nothing. A schema from a newer version is named, too.',
  run: (_given, terminal) =>
    withDatabase(terminal, async ({ knex, name }) => {
      const { done, pending, unknown } = await schemaVersion(knex);
      terminal.print(`${done.at(-1) ?? BASE} (${name})`);
      if (pending.length > 0) terminal.print(`still to be done: ${pending.join(', ')}`);
      if (unknown.length > 0) terminal.print(`not known to this version: ${unknown.join(', ')}`);
      return 0;
    }),
};
