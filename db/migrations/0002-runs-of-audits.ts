import type { Migration } from './migration.ts';
import { addColumn, dropColumn } from './migration.ts';

export const runsOfAudits: Migration = {
  name: '0002-runs-of-audits',
  async up(db) {
    await addColumn(db, 'audits', 'anchor_at', table => void table.string('anchor_at', 32));
    await addColumn(db, 'audits', 'run_uuid', table => void table.string('run_uuid', 36));
    await addColumn(
      db,
      'audits',
      'failures',
      table => void table.integer('failures').notNullable().defaultTo(0),
    );
  },
  async down(db) {
    for (const column of ['anchor_at', 'run_uuid', 'failures']) await dropColumn(db, 'audits', column);
  },
};
