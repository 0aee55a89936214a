import { DatabaseUnavailableError } from './errors.ts';

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ER_ACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_CON_COUNT_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_LOCK_WAIT_TIMEOUT',
]);

/** SQLite's result codes busy, locked, read-only, I/O error, corrupt, full, cannot open, not a database. */
const SQLITE_CODES = new Set([5, 6, 8, 10, 11, 13, 14, 26]);

/** The error as callers are to see it, without the values of the statement. `database` is its URL without the password. */
export function translateError(error: unknown, database: string): unknown {
  // MariaDB's driver adds the statement with all values; loggers write what errors have.
  if (error instanceof Error && 'sql' in error) delete error.sql;
  const why = unavailability(error);
  if (why === undefined) return error;
  return new DatabaseUnavailableError(`The database ${database} is not available: ${why}`, { cause: error });
}

/** Another transaction was in the way, and this one was rolled back: it can be tried again. */
export function isDeadlock(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ER_LOCK_DEADLOCK';
}

/** How often something is tried whose transaction others' made impossible. */
const ATTEMPTS = 4;

/** Does it again after a deadlock, a few times. */
export async function retrying<T>(work: () => PromiseLike<T> | T): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !isDeadlock(error)) throw error;
    }
  }
}

function unavailability(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'KnexTimeoutError') return 'no connection became free in time';
  const { code, errcode, errstr, sqlMessage } = error as {
    code?: unknown;
    errcode?: unknown;
    errstr?: unknown;
    sqlMessage?: unknown;
  };
  // The low byte is the class of an extended result code.
  if (typeof errcode === 'number') return SQLITE_CODES.has(errcode & 0xff) ? String(errstr) : undefined;
  if (typeof code !== 'string' || !CONNECTION_CODES.has(code)) return undefined;
  if (typeof sqlMessage === 'string') return sqlMessage;
  return error.message.includes(code) ? error.message : `${code} ${error.message}`.trim();
}
