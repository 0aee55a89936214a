import type { Audit, AuditType } from '../lifecycle/audit.ts';
import { InvalidIntervalError, parseInterval } from '../lifecycle/interval.ts';
import { ApiError, invalidInput, shown } from './errors.ts';

const AUDIT_TYPES: readonly string[] = ['ONESHOT', 'CONTINUOUS', 'EVENT'] satisfies AuditType[];

/** Throws what becomes 400. */
export function readAuditType(given: unknown): AuditType {
  if (typeof given === 'string' && AUDIT_TYPES.includes(given)) return given as AuditType;
  throw new ApiError('invalid_input', `Audit type ${shown(given)} could not be found`);
}

/** Throws what becomes 400; null and undefined mean none. */
export function readInterval(given: unknown): string | null {
  if (given === null || given === undefined) return null;
  if (typeof given !== 'string') throw invalidInput('interval', given, 'Wrong type. Expected a string.');
  try {
    parseInterval(given);
    return given;
  } catch (error) {
    if (!(error instanceof InvalidIntervalError)) throw error;
    throw invalidInput('interval', given, error.message);
  }
}

const INSTANT =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(?<zone>Z|[+-]\d{2}:?\d{2})?$/;

/**
 * An ISO date and time as an instant in UTC, which is what it means when it has no offset. Throws what becomes 400; null and undefined mean none.
 */
export function readInstant(field: string, given: unknown): string | null {
  if (given === null || given === undefined) return null;
  const match = typeof given === 'string' ? INSTANT.exec(given) : null;
  if (match === null || typeof given !== 'string') throw badInstant(field, given);
  const hasTime = given.length > 'YYYY-MM-DD'.length;
  const isLocal = match.groups?.['zone'] === undefined;
  // JavaScript takes a date alone for UTC and a date with a time for local time.
  const instant = new Date(`${given.replace(' ', 'T')}${hasTime && isLocal ? 'Z' : ''}`);
  // It would also take the 30th of February, for the 1st or 2nd of March.
  const date = new Date(`${given.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(instant.getTime()) || date.getUTCDate() !== Number(given.slice(8, 10))) {
    throw badInstant(field, given);
  }
  return instant.toISOString();
}

function badInstant(field: string, given: unknown): ApiError {
  return invalidInput(
    field,
    given,
    'Expected a date and time as in 2026-03-01T12:00:00, in UTC or with an offset.',
  );
}

/** What the fields have to do with each other; throws what becomes 400. */
export function checkTiming({
  auditType: type,
  interval,
  startAt,
  endAt,
}: Pick<Audit, 'auditType' | 'interval' | 'startAt' | 'endAt'>): void {
  if (type === 'ONESHOT' && interval !== null) {
    throw new ApiError('invalid_input', 'Interval of audit must not be set for ONESHOT.');
  }
  if (type === 'CONTINUOUS' && interval === null) {
    throw new ApiError('invalid_input', 'Interval of audit must be specified for CONTINUOUS.');
  }
  if (type === 'ONESHOT' && (startAt !== null || endAt !== null)) {
    throw new ApiError('invalid_input', 'Start or End time of audit must not be set for ONESHOT.');
  }
  if (startAt !== null && endAt !== null && startAt >= endAt) {
    throw new ApiError(
      'invalid_input',
      `The start time ${startAt} of the audit is not before its end time ${endAt}.`,
    );
  }
}
