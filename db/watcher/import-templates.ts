import type { AuditTemplate } from '../../plugin/lifecycle/audit-template.ts';
import { AUDIT_TEMPLATE_TABLE } from '../audit-templates.ts';
import { writeTransaction } from '../write-transaction.ts';
import type { Converted } from './convert.ts';
import { convertTemplate } from './convert.ts';
import type { Import } from './import-step.ts';
import { importableRows, namesOf, renameTaken } from './importable.ts';
import { FreeNames, insertConverted } from './write.ts';

const FAMILY = 'audit templates';

export async function importTemplates(step: Import): Promise<void> {
  const { source, target, options, now } = step;
  await writeTransaction(target.knex, async transaction => {
    const names = await FreeNames.of(transaction, AUDIT_TEMPLATE_TABLE.name);
    const rows = await importableRows(step, transaction, {
      family: FAMILY,
      table: AUDIT_TEMPLATE_TABLE.name,
      rows: await source.columns('audit_templates', ['*']),
    });
    const converted: Converted<AuditTemplate>[] = [];
    for (const row of rows) {
      const template = convertTemplate(row, { ...namesOf(step, row), now });
      converted.push(renameTaken(step, { what: 'Audit template', row: template, names }));
    }
    if (options.isRehearsal !== true) await insertConverted(transaction, AUDIT_TEMPLATE_TABLE, converted);
  });
}
