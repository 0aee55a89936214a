import type { DatabaseRow } from '../columns.ts';
import type { Database } from '../connect.ts';
import { importAudits } from './import-audits.ts';
import { importCatalogue } from './import-catalogue.ts';
import { importPlans } from './import-plans.ts';
import type { Import, ImportOptions } from './import-step.ts';
import { importTemplates } from './import-templates.ts';
import type { ImportReport } from './report.ts';
import { ImportTally } from './report.ts';
import { readWatcher } from './source.ts';

const FAMILIES = [
  'goals',
  'strategies',
  'scoring engines',
  'audit templates',
  'audits',
  'action plans',
  'actions',
];

/**
 * Copies what is in a Watcher's database and not here, each row with its UUID and its times, in one transaction per kind and per
 * few plans; so it may be run again, also after it broke off. Throws `NoWatcherDatabaseError`.
 */
export async function importWatcher(
  watcher: Database,
  target: Database,
  options: ImportOptions,
): Promise<ImportReport> {
  const tally = new ImportTally();
  await readWatcher(watcher, async source => {
    const step: Import = {
      source,
      target,
      options,
      tally,
      goals: namesById(await source.columns('goals', ['id', 'name'])),
      strategies: namesById(await source.columns('strategies', ['id', 'name'])),
      now: target.now().toISOString(),
    };
    await importCatalogue(step);
    await importTemplates(step);
    const auditUuids = await importAudits(step);
    await importPlans(step, auditUuids);
  });
  return tally.report(FAMILIES);
}

function namesById(rows: readonly DatabaseRow[]): ReadonlyMap<number, string> {
  return new Map(rows.map(row => [Number(row['id']), String(row['name'])]));
}
