import Mysql2Client from 'knex/lib/dialects/mysql2/index.js';

/** Milliseconds after which a statement, or a connection attempt, is given up. */
const STATEMENT_TIMEOUT = 30_000;
const CONNECT_TIMEOUT = 5000;

interface Connection {
  destroy(): void;
  query(sql: string, done: (error: Error | null) => void): void;
}

/** Knex client of MariaDB and MySQL in which every statement has a time-out. */
export class MysqlClient extends Mysql2Client {
  protected override async _query(connection: Connection, query: { options?: object }): Promise<unknown> {
    query.options = { timeout: STATEMENT_TIMEOUT, ...query.options };
    try {
      return await super._query(connection, query);
    } catch (error) {
      // Its answer may still come: nobody else must read it.
      if (error instanceof Error && 'code' in error && error.code === 'PROTOCOL_SEQUENCE_TIMEOUT') {
        connection.destroy();
      }
      throw error;
    }
  }
}

export function mysqlConnection(url: URL): object {
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    charset: 'utf8mb4',
    timezone: 'Z',
    connectTimeout: CONNECT_TIMEOUT,
  };
}

/** Strict about values; and no locks on the gaps between rows, which would let unrelated inserts wait or deadlock. */
export function prepareSession(connection: Connection, done: (error: Error | null) => void): void {
  connection.query("SET SESSION sql_mode = 'TRADITIONAL'", error => {
    if (error) done(error);
    else connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', done);
  });
}
