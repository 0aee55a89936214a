import type { Audit, AuditState } from '../plugin/lifecycle/audit.ts';
import type { AuditRepository } from '../plugin/lifecycle/repositories.ts';
import type { Table } from './columns.ts';
import type { Database } from './connect.ts';
import { namedRepository, statefulRepository } from './repository.ts';

export const AUDIT_TABLE: Table<Audit> = {
  name: 'audits',
  namedResource: 'An audit',
  fields: {
    id: 'value',
    uuid: 'value',
    name: 'value',
    auditType: 'value',
    state: 'value',
    parameters: 'json',
    interval: 'value',
    goalName: 'value',
    strategyName: 'value',
    scope: 'json',
    autoTrigger: 'boolean',
    force: 'boolean',
    nextRunAt: 'value',
    anchorAt: 'value',
    runUuid: 'value',
    failures: 'value',
    hostname: 'value',
    startAt: 'value',
    endAt: 'value',
    statusMessage: 'value',
    createdAt: 'value',
    updatedAt: 'value',
    deletedAt: 'value',
  },
};

/** The plans of an audit outlive it. */
export function auditRepository(database: Database): AuditRepository {
  return {
    ...namedRepository(database, AUDIT_TABLE),
    ...statefulRepository<Audit, AuditState>(database, AUDIT_TABLE),
  };
}
