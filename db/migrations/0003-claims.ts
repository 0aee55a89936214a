import { addColumn, createTables, dropColumn, dropTables } from './migration.ts';
import type { Migration } from './migration.ts';

/** Which replica runs a plan, what it is about to ask of the cloud, and what holds for all replicas at once. */
export const claims: Migration = {
  name: '0003-claims',
  async up(db) {
    await addColumn(db, 'action_plans', 'claim', table => {
      table.string('claim', 36);
    });
    await addColumn(db, 'action_plans', 'claim_beats', table => {
      table.integer('claim_beats').unsigned().notNullable().defaultTo(0);
    });
    await addColumn(db, 'action_plans', 'claim_seen_at', table => {
      table.string('claim_seen_at', 32);
    });
    await addColumn(db, 'actions', 'intent', table => {
      table.text('intent', 'longtext');
    });
    await createTables(db, {
      control: table => {
        table.string('name', 64).primary();
        table.string('since', 32).notNullable();
        table.text('reason');
      },
    });
  },
  async down(db) {
    await dropTables(db, ['control']);
    await dropColumn(db, 'actions', 'intent');
    for (const column of ['claim_seen_at', 'claim_beats', 'claim']) {
      await dropColumn(db, 'action_plans', column);
    }
  },
};
