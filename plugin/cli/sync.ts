import { requireCurrentSchema } from '../../db/migrate.ts';
import type { Offer } from '../../db/sync-catalogue.ts';
import { syncCatalogue } from '../../db/sync-catalogue.ts';
import { GOALS } from '../../goals/goals.ts';
import { SCORING_ENGINES } from '../../scoring/scoring-engines.ts';
import { STRATEGIES } from '../../strategies/strategies.ts';
import type { Command } from './command.ts';
import { withDatabase } from './database.ts';
import { textTable } from './table.ts';

/** What this version offers, by the kinds of the catalogue. */
export const OFFER: Offer = {
  goal: GOALS.map(({ name }) => name),
  strategy: STRATEGIES.map(({ name }) => name),
  scoring_engine: SCORING_ENGINES.map(({ name }) => name),
};

export const sync: Command = {
  name: 'sync',
  summary: 'make the catalogue in the database say what this version offers',
  details:
    'The service adds what is new when it starts. This also marks what has vanished, and cancels the audits and plans\n' +
    'that wait for it; so run it when all replicas have the same version.',
  options: { 'dry-run': { what: 'only say what would change' } },
  run: ({ switches }, terminal) =>
    withDatabase(terminal, async database => {
      await requireCurrentSchema(database.knex);
      const isRehearsal = switches.has('dry-run');
      const { entries, cancelledAudits, cancelledPlans } = await syncCatalogue(database, OFFER, {
        isRehearsal,
      });
      terminal.print(
        textTable(
          ['kind', 'name', 'change'],
          entries.map(({ kind, name, change }) => [kind, name, change]),
        ),
      );
      const verb = isRehearsal ? 'To be cancelled' : 'Cancelled';
      for (const name of cancelledAudits) terminal.print(`${verb}: audit ${name}`);
      for (const uuid of cancelledPlans) terminal.print(`${verb}: action plan ${uuid}`);
      return 0;
    }),
};
