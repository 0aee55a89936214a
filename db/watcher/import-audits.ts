import type { Audit } from '../../plugin/lifecycle/audit.ts';
import { AUDIT_TABLE } from '../audits.ts';
import { writeTransaction } from '../write-transaction.ts';
import type { Converted } from './convert.ts';
import { isDeleted } from './convert.ts';
import { convertAudit } from './convert-audit.ts';
import type { Import } from './import-step.ts';
import { importableRows, namesOf, renameTaken } from './importable.ts';
import { FreeNames, insertConverted, knownUuids } from './write.ts';

const FAMILY = 'audits';

/** UUIDs by Watcher's ids, of all audits that are here now. */
export async function importAudits(step: Import): Promise<ReadonlyMap<number, string>> {
  const { source, target, options, tally, now } = step;
  const all = await source.columns('audits', ['*']);
  const plans = await source.columns('action_plans', ['audit_id', 'deleted']);
  const withLivePlans = new Set(plans.filter(plan => !isDeleted(plan)).map(plan => Number(plan['audit_id'])));
  return writeTransaction(target.knex, async transaction => {
    const names = await FreeNames.of(transaction, AUDIT_TABLE.name);
    const rows = await importableRows(step, transaction, {
      family: FAMILY,
      table: AUDIT_TABLE.name,
      rows: all,
      isNeeded: row => withLivePlans.has(Number(row['id'])),
    });
    const converted: Converted<Audit>[] = [];
    for (const row of rows) {
      const isActivated = options.isActivated === true;
      const { row: audit, notes } = convertAudit(row, { ...namesOf(step, row), isActivated, now });
      tally.notes.push(...notes);
      converted.push(renameTaken(step, { what: 'Audit', row: audit, names }));
    }
    if (options.isRehearsal !== true) await insertConverted(transaction, AUDIT_TABLE, converted);
    const uuids = all.map(row => String(row['uuid']).toLowerCase());
    const here = new Set([
      ...(await knownUuids(transaction, AUDIT_TABLE.name, uuids)),
      ...converted.map(({ uuid }) => uuid),
    ]);
    return new Map(
      all.flatMap((row, at) => (here.has(uuids[at]!) ? [[Number(row['id']), uuids[at]!] as const] : [])),
    );
  });
}
