import type { Migration } from './migration.ts';
import { addColumn, dropColumn } from './migration.ts';

/** When a goal or strategy was found to be no longer on offer. */
export const vanishedCatalogue: Migration = {
  name: '0004-vanished-catalogue',
  up: db => addColumn(db, 'catalogue', 'deleted_at', table => void table.string('deleted_at', 32)),
  down: db => dropColumn(db, 'catalogue', 'deleted_at'),
};
