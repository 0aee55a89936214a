import { randomUUID } from 'node:crypto';
import type { ActionPlan } from '../../plugin/lifecycle/action-plan.ts';
import type { Action } from '../../plugin/lifecycle/action.ts';
import type { AuditTemplate } from '../../plugin/lifecycle/audit-template.ts';
import type { Audit } from '../../plugin/lifecycle/audit.ts';
import type { New } from '../../plugin/lifecycle/repositories.ts';

export function newTemplate(changes: Partial<New<AuditTemplate>> = {}): New<AuditTemplate> {
  return {
    uuid: randomUUID(),
    name: randomUUID(),
    description: null,
    goalName: 'predictive_migration',
    strategyName: null,
    scope: [],
    defaultParameters: {},
    ...changes,
  };
}

export function newAudit(changes: Partial<New<Audit>> = {}): New<Audit> {
  return {
    uuid: randomUUID(),
    name: randomUUID(),
    auditType: 'ONESHOT',
    state: 'PENDING',
    parameters: {},
    interval: null,
    goalName: 'predictive_migration',
    strategyName: null,
    scope: [],
    autoTrigger: false,
    force: false,
    nextRunAt: null,
    anchorAt: null,
    runUuid: null,
    failures: 0,
    hostname: null,
    startAt: null,
    endAt: null,
    statusMessage: null,
    ...changes,
  };
}

export function newPlan(changes: Partial<New<ActionPlan>> & { auditUuid: string }): New<ActionPlan> {
  return {
    uuid: randomUUID(),
    strategyName: 'predictive_migration',
    state: 'RECOMMENDED',
    efficacyIndicators: [],
    globalEfficacy: [],
    hostname: null,
    statusMessage: null,
    ...changes,
  };
}

export function newAction(changes: Partial<New<Action>> & { actionPlanUuid: string }): New<Action> {
  return {
    uuid: randomUUID(),
    actionType: 'nop',
    inputParameters: { message: 'hello' },
    state: 'PENDING',
    parents: [],
    reason: null,
    statusMessage: null,
    ...changes,
  };
}
