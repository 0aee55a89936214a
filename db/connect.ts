import knex from 'knex';
import type { Knex } from 'knex';
import { translateError } from './availability.ts';
import { DatabaseUrlError } from './errors.ts';
import { upgrade } from './migrate.ts';
import { MysqlClient, mysqlConnection, prepareSession } from './mysql.ts';
import { NodeSqliteClient } from './node-sqlite.ts';

export interface Database {
  readonly knex: Knex;
  /** The URL without its password. */
  readonly name: string;
  readonly now: () => Date;
  /** Whether replicas on other machines can share the database: they are to agree on its server's time. */
  readonly hasOwnClock: boolean;
}

export interface DatabaseOptions {
  /** Default: this machine's time, and that of the database's server for what replicas have to agree on. */
  readonly now?: () => Date;
  /** Connections to MariaDB or MySQL at once, at least 2; SQLite has one. */
  readonly maximumConnections?: number;
}

/**
 * Opens the database and brings its tables up to date. `sqlite:///PATH` (a fourth slash begins an absolute path),
 * `sqlite://` for one in memory, `mysql://USER:PASSWORD@HOST:PORT/DATABASE` for MariaDB and MySQL.
 * Throws `DatabaseUrlError`, `DatabaseUnavailableError`, `SchemaTooNewError` and `SchemaBusyError`.
 */
export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const database = connectDatabase(url, options);
  try {
    await upgrade(database.knex);
  } catch (error) {
    await database.knex.destroy();
    throw translateError(error, database.name);
  }
  return database;
}

/** The same with its tables as they are; connects when it is first used. Throws `DatabaseUrlError`. */
export function connectDatabase(url: string, options: DatabaseOptions = {}): Database {
  const { config, name } = configOf(url, options);
  return {
    knex: knex({ ...config, ...COMMON }),
    name,
    now: options.now ?? (() => new Date()),
    hasOwnClock: config.client === MysqlClient && options.now === undefined,
  };
}

/** The time that all replicas share, whatever the clocks of their machines say. */
export async function sharedNow({ knex: db, now, hasOwnClock }: Database): Promise<Date> {
  if (!hasOwnClock) return now();
  const [[row]] = await db.raw('SELECT UNIX_TIMESTAMP(NOW(3)) AS seconds');
  return new Date(Math.round(Number(row.seconds) * 1000));
}

const COMMON: Knex.Config = {
  // Values stay out of error messages.
  compileSqlOnError: false,
  // What goes wrong is thrown; Knex would also print it.
  log: { warn() {}, error() {}, deprecate() {}, debug() {} },
};

const SQLITE_URL = /^sqlite:\/\/(?:\/(?<path>.*))?$/;
const MYSQL_URL = /^(?:mysql|mariadb)(?:\+[a-z0-9]+)?:\/\//;
const EXPECTED =
  'The database URL must have the form sqlite:///PATH or mysql://USER:PASSWORD@HOST:PORT/DATABASE.';

function configOf(
  url: string,
  { maximumConnections = 10 }: DatabaseOptions,
): { config: Knex.Config; name: string } {
  const sqlite = SQLITE_URL.exec(url);
  if (sqlite !== null) {
    const path = sqlite.groups?.['path'] ?? '';
    const filename = path === '' ? ':memory:' : path;
    return {
      config: { client: NodeSqliteClient, connection: { filename }, useNullAsDefault: true },
      name: `sqlite:///${filename}`,
    };
  }
  if (!MYSQL_URL.test(url) || !URL.canParse(url)) throw new DatabaseUrlError(EXPECTED);
  // Options after a question mark are those of another driver; the only common one, the character set, is fixed.
  const parsed = new URL(url);
  if (parsed.hostname === '' || parsed.pathname.length < 2) throw new DatabaseUrlError(EXPECTED);
  return {
    config: {
      client: MysqlClient,
      connection: mysqlConnection(parsed),
      pool: { min: 0, max: Math.max(2, maximumConnections), afterCreate: prepareSession },
      acquireConnectionTimeout: 15_000,
    },
    name: `mysql://${parsed.username}@${parsed.host}${parsed.pathname}`,
  };
}
