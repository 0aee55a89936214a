import { expect } from 'chai';
import mysql from 'mysql2/promise';
import type { Connection } from 'mysql2/promise';
import { openDatabase } from '../../db/connect.ts';
import { DatabaseUnavailableError } from '../../db/errors.ts';
import { createRepositories } from '../../db/repositories.ts';
import { openEmptyMariadb } from '../db/mariadb.ts';
import { describeRepositories } from '../db/repositories.ts';

const SERVER = { host: '127.0.0.1', port: 13_306, user: 'lab', password: 'lab' };
const NAME = `auspex_test_${process.pid}`;
const URL = `mysql://lab:lab@127.0.0.1:13306/${NAME}`;

describe("repositories on the lab's MariaDB", () => {
  let administrator: Connection;
  before(async () => {
    administrator = await mysql.createConnection(SERVER);
    await administrator.query(`CREATE DATABASE ${NAME}`);
  });
  after(async () => {
    await administrator.query(`DROP DATABASE ${NAME}`);
    await administrator.end();
  });

  it('has its tables made once by replicas that start together', async () => {
    const databases = await Promise.all([openDatabase(URL), openDatabase(URL), openDatabase(URL)]);

    const [tables] = await databases[0].knex.raw('SHOW TABLES');
    expect(tables).to.have.length(8);
    await Promise.all(databases.map(database => database.knex.destroy()));
  });

  it('has its tables made although a replica died while it made them', async () => {
    await administrator.query(`UPDATE ${NAME}.knex_migrations_lock SET is_locked = 1`);
    await administrator.query(`DELETE FROM ${NAME}.knex_migrations`);
    await administrator.query(`DROP TABLE ${NAME}.actions`);

    const database = await openDatabase(URL);

    expect(await createRepositories(database).actions.list()).to.deep.equal([]);
    await database.knex.destroy();
  });

  it('says when it is gone, and goes on when it is back', async () => {
    const database = await openDatabase(URL);
    const { services } = createRepositories(database);
    await services.list();

    const [[{ id }]] = await database.knex.raw('SELECT CONNECTION_ID() AS id');
    await administrator.query(`KILL ${id}`);
    await services.list().catch((error: unknown) => expect(error).to.be.instanceOf(DatabaseUnavailableError));

    expect(await services.list()).to.deep.equal([]);
    await database.knex.destroy();
  });

  describeRepositories(now => openEmptyMariadb(URL, now));
});
