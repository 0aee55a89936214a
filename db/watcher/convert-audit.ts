import type { Audit, AuditState, AuditType } from '../../plugin/lifecycle/audit.ts';
import { AUDIT_TRANSITIONS } from '../../plugin/lifecycle/audit.ts';
import { InvalidIntervalError, parseInterval } from '../../plugin/lifecycle/interval.ts';
import type { DatabaseRow } from '../columns.ts';
import type { Converted, Names } from './convert.ts';
import { isDeleted, messageOf, timesOf } from './convert.ts';
import { arrayOf, instantOf, objectOf, textOf } from './values.ts';

const AUDIT_TYPES: readonly string[] = ['ONESHOT', 'CONTINUOUS', 'EVENT'] satisfies readonly AuditType[];

export interface AuditOptions extends Names {
  /** Watcher has stopped for good: CONTINUOUS audits go on here, and a ONESHOT audit that has not begun is run here. */
  readonly isActivated: boolean;
  readonly now: string;
}

export interface ConvertedAudit {
  readonly row: Converted<Audit>;
  /** What was changed on the way, for the report. */
  readonly notes: readonly string[];
}

/** So that two systems never act on the same audit, what would run by itself is stopped unless told otherwise. */
export function convertAudit(audit: DatabaseRow, options: AuditOptions): ConvertedAudit {
  const uuid = String(audit['uuid']).toLowerCase();
  const name = textOf(audit['name']) ?? uuid;
  const auditType = typeOf(audit);
  const state = isDeleted(audit) ? 'DELETED' : stateHere(audit, auditType, options.isActivated);
  const isChanged = state !== 'DELETED' && state !== audit['state'];
  // Those that may run again here belong to nobody yet, and have no time yet but the next one of a round that goes on.
  const mayRun = state === 'PENDING' || state === 'ONGOING' || state === 'SUSPENDED';
  const goesOn = auditType === 'CONTINUOUS' && (state === 'PENDING' || state === 'ONGOING');
  const nextRunAt = goesOn ? instantOf(audit['next_run_time']) : null;
  const row: Converted<Audit> = {
    uuid,
    name,
    auditType,
    state,
    parameters: objectOf(audit['parameters']),
    interval: textOf(audit['interval']),
    goalName: options.goalName,
    strategyName: options.strategyName,
    scope: arrayOf(audit['scope']),
    autoTrigger: isTrue(audit['auto_trigger']),
    force: isTrue(audit['force']),
    nextRunAt,
    anchorAt: nextRunAt,
    runUuid: null,
    failures: 0,
    hostname: mayRun ? null : textOf(audit['hostname']),
    startAt: instantOf(audit['start_time']),
    endAt: instantOf(audit['end_time']),
    statusMessage: isChanged ? messageOf(audit, state === 'SUSPENDED' ? ' Resume it with state=ONGOING.' : '') : textOf(audit['status_message']), // prettier-ignore
    ...timesOf(audit, options.now),
  };
  const changed = isChanged
    ? [`Audit ${name} (${uuid}) was ${String(audit['state'])} and is ${state} here.`]
    : [];
  return { row, notes: [...changed, ...(mayRun ? intervalNotes(row) : [])] };
}

function stateHere(audit: DatabaseRow, auditType: AuditType, isActivated: boolean): AuditState {
  const state = String(audit['state']);
  if (state !== 'PENDING' && state !== 'ONGOING') {
    const isKnown = Object.hasOwn(AUDIT_TRANSITIONS, state) && state !== 'DELETED';
    return isKnown ? (state as AuditState) : 'CANCELLED';
  }
  switch (auditType) {
    case 'CONTINUOUS':
      return isActivated ? state : 'SUSPENDED';
    case 'EVENT':
      // It waits for a webhook, which reaches one of the two only.
      return 'PENDING';
    case 'ONESHOT':
      return isActivated && state === 'PENDING' ? 'PENDING' : 'CANCELLED';
  }
}

function intervalNotes({ auditType, interval, name, uuid }: Converted<Audit>): readonly string[] {
  if (auditType !== 'CONTINUOUS') return [];
  try {
    parseInterval(interval ?? '');
    return [];
  } catch (error) {
    if (!(error instanceof InvalidIntervalError)) throw error;
    return [`Audit ${name} (${uuid}) cannot run here as it is: ${error.message}`];
  }
}

function typeOf(audit: DatabaseRow): AuditType {
  const type = String(audit['audit_type']);
  return AUDIT_TYPES.includes(type) ? (type as AuditType) : 'ONESHOT';
}

function isTrue(value: unknown): boolean {
  return value === true || Number(value ?? 0) === 1;
}
