import { expect } from 'chai';
import mysql from 'mysql2/promise';
import type { Connection } from 'mysql2/promise';
import { openDatabase, sharedNow } from '../../db/connect.ts';
import { DatabaseUnavailableError } from '../../db/errors.ts';
import { createRepositories } from '../../db/repositories.ts';
import { describeClaims } from '../db/claims.ts';
import { connectBareMariadb, openEmptyMariadb } from '../db/mariadb.ts';
import { describeMigrations } from '../db/migrations.ts';
import { describePurge } from '../db/purge.ts';
import { describeRepositories } from '../db/repositories.ts';
import { describeSync } from '../db/sync-catalogue.ts';
import { newAction, newAudit, newPlan } from '../db/rows.ts';
import { until } from './lab.ts';

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
    expect(tables).to.have.length(9);
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

  it('gives up statements that take too long, and their connections with them', async () => {
    const database = await openDatabase(URL, { maximumConnections: 2 });
    const sleep = async () => database.knex.raw('SELECT SLEEP(60)').options({ timeout: 100 });

    const ends = await Promise.allSettled([sleep(), sleep()]);

    expect(ends.map(end => end.status)).to.deep.equal(['rejected', 'rejected']);
    // over one of the two old connections this would come after a minute
    expect(await createRepositories(database).services.list()).to.deep.equal([]);
    await database.knex.destroy();
  }).timeout(20_000);

  it('tries again after a deadlock', async () => {
    const repositories = createRepositories(await openDatabase(URL));
    const audit = await repositories.audits.create(newAudit());
    const plan = newPlan({ auditUuid: audit.uuid });
    await repositories.actionPlans.createWithActions(plan, [newAction({ actionPlanUuid: plan.uuid })]);
    await administrator.query(`USE ${NAME}`);
    await administrator.query('START TRANSACTION');
    // The transaction that has changed less is the one that is rolled back.
    await administrator.query(
      "INSERT INTO services (name, host, last_seen_at, created_at) SELECT 'x', seq, '', '' FROM seq_1_to_100",
    );
    await administrator.query('UPDATE actions SET status_message = ? WHERE action_plan_uuid = ?', [
      'busy',
      plan.uuid,
    ]);

    const deleting = repositories.actionPlans.softDelete(plan.uuid);
    await until('the deletion waits for the action', async () => {
      const [waiting] = await administrator.query(
        "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE '%actions%'",
      );
      return (waiting as unknown[]).length > 0;
    });
    await administrator.query('UPDATE action_plans SET status_message = ? WHERE uuid = ?', [
      'busy',
      plan.uuid,
    ]);
    await administrator.query('COMMIT');

    expect(await deleting).to.equal(true);
    expect(await repositories.actions.list()).to.deep.equal([]);
    await repositories.close();
  });

  it('gives the time that replicas share, whatever their own clocks say', async () => {
    const database = await openDatabase(URL);
    const [[row]] = await database.knex.raw('SELECT UNIX_TIMESTAMP(NOW(3)) AS seconds');

    const shared = await sharedNow(database);

    expect(shared.getTime() - Number(row.seconds) * 1000).to.be.within(-1, 5000);
    await database.knex.destroy();
  });

  describeRepositories(now => openEmptyMariadb(URL, now));
  describeClaims(now => openEmptyMariadb(URL, now));

  describe('migrations', () => describeMigrations(() => connectBareMariadb(URL), 5));

  describe('purge', () => describePurge(now => openEmptyMariadb(URL, now), 15));

  describe('sync of the catalogue', () => describeSync(now => openEmptyMariadb(URL, now)));
});
