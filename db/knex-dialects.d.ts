// Knex's own dialect classes; its typings leave them out.

declare module 'knex/lib/dialects/better-sqlite3/index.js' {
  import type { Knex } from 'knex';
  export default class BetterSqlite3Client extends Knex.Client {}
}

declare module 'knex/lib/dialects/mysql2/index.js' {
  import type { Knex } from 'knex';
  export default class Mysql2Client extends Knex.Client {
    protected _query(connection: unknown, query: object): Promise<unknown>;
  }
}
