import type { AuditTemplate } from '../plugin/lifecycle/audit-template.ts';
import type { AuditTemplateRepository } from '../plugin/lifecycle/repositories.ts';
import type { Table } from './columns.ts';
import type { Database } from './connect.ts';
import { namedRepository } from './repository.ts';

export const AUDIT_TEMPLATE_TABLE: Table<AuditTemplate> = {
  name: 'audit_templates',
  namedResource: 'An audit_template',
  fields: {
    id: 'value',
    uuid: 'value',
    name: 'value',
    description: 'value',
    goalName: 'value',
    strategyName: 'value',
    scope: 'json',
    defaultParameters: 'json',
    createdAt: 'value',
    updatedAt: 'value',
    deletedAt: 'value',
  },
};

export function auditTemplateRepository(database: Database): AuditTemplateRepository {
  return namedRepository(database, AUDIT_TEMPLATE_TABLE);
}
