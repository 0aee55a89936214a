import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import BetterSqlite3Client from 'knex/lib/dialects/better-sqlite3/index.js';

/** Milliseconds that a statement waits for another process to let go of the file. */
const BUSY_TIMEOUT = 5000;

/** What Knex's better-sqlite3 dialect asks of a prepared statement. */
class Statement {
  readonly #statement: StatementSync;
  /** Whether it gives rows. */
  readonly reader: boolean;

  constructor(statement: StatementSync) {
    this.#statement = statement;
    this.reader = statement.columns().length > 0;
  }

  all(bindings: readonly SQLInputValue[]): unknown[] {
    return this.#statement.all(...bindings);
  }

  run(bindings: readonly SQLInputValue[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.#statement.run(...bindings);
  }
}

/** Node's embedded SQLite in the form of the better-sqlite3 driver. */
class Driver {
  readonly #database: DatabaseSync;

  constructor(filename: string) {
    this.#database = new DatabaseSync(filename, { timeout: BUSY_TIMEOUT, enableForeignKeyConstraints: true });
    this.#database.exec('PRAGMA journal_mode = WAL');
  }

  prepare(sql: string): Statement {
    return new Statement(this.#database.prepare(sql));
  }

  close(): void {
    this.#database.close();
  }
}

/** Knex client of SQLite with nothing native to install. */
export class NodeSqliteClient extends BetterSqlite3Client {
  _driver(): typeof Driver {
    return Driver;
  }
}
