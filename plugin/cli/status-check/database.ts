import { schemaVersion } from '../../../db/migrate.ts';
import { syncCatalogue } from '../../../db/sync-catalogue.ts';
import { withDatabase } from '../database.ts';
import { OFFER } from '../sync.ts';
import { configurationCheck } from './configuration.ts';
import type { StatusCheck } from './check.ts';

export const databaseCheck: StatusCheck = {
  name: 'Database',
  needs: configurationCheck,
  advice: 'see the setting databaseUrl, and docs/database.md',
  run: ({ terminal }) =>
    withDatabase(terminal, async ({ knex, name }) => {
      await knex.raw('SELECT 1');
      return { verdict: 'Success', details: `${name} answers.` };
    }),
};

export const schemaCheck: StatusCheck = {
  name: 'Schema of the database',
  needs: databaseCheck,
  advice: 'see docs/database.md',
  run: ({ terminal }) =>
    withDatabase(terminal, async ({ knex }) => {
      const { done, pending, unknown } = await schemaVersion(knex);
      if (unknown.length > 0) {
        return { verdict: 'Failure', details: `It is newer than this version knows: ${unknown.join(', ')}.` };
      }
      if (pending.length > 0) {
        const how = 'The next start of the service does it, or "auspex db upgrade".';
        return { verdict: 'Warning', details: `Still to be done: ${pending.join(', ')}. ${how}` };
      }
      return { verdict: 'Success', details: `${done.at(-1)}.` };
    }),
};

export const catalogueCheck: StatusCheck = {
  name: 'Catalogue',
  needs: databaseCheck,
  advice: '"auspex db upgrade", then "auspex sync"',
  run: ({ terminal }) =>
    withDatabase(terminal, async database => {
      const { pending, unknown } = await schemaVersion(database.knex);
      if (pending.length + unknown.length > 0) {
        return { verdict: 'Warning', details: 'Not looked at: its tables are of another version.' };
      }
      const report = await syncCatalogue(database, OFFER, { isRehearsal: true });
      const vanished = report.entries.filter(({ change }) => change === 'vanished');
      const waiting = report.cancelledAudits.length + report.cancelledPlans.length;
      if (vanished.length === 0 && waiting === 0) return { verdict: 'Success' };
      const names = vanished.map(({ kind, name }) => `${kind.replace('_', ' ')} ${name}`).join(', ');
      return {
        verdict: 'Warning',
        details:
          `${names === '' ? '' : `No longer on offer: ${names}. `}Audits and plans that wait for what is not on offer: ${waiting}. ` +
          '"auspex sync" marks the ones and cancels the others.',
      };
    }),
};
