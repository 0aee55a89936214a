import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Database } from '../../db/connect.ts';
import { SchemaTooNewError } from '../../db/errors.ts';
import { BASE, downgrade, schemaVersion, upgrade } from '../../db/migrate.ts';
import type { Migration } from '../../db/migrations/migration.ts';
import { addColumn, createTables, dropColumn, dropTables } from '../../db/migrations/migration.ts';
import { MIGRATIONS } from '../../db/migrations/migrations.ts';
import { createRepositories } from '../../db/repositories.ts';
import { interruptAt } from './interrupt.ts';

const NAMES = MIGRATIONS.map(({ name }) => name);

/** What every database must do with the list of migrations. `open` gives one without tables; `step`: how many statements lie between two interruptions. */
export function describeMigrations(open: () => Promise<Database>, step: number): void {
  let database: Database;
  let db: Knex;
  beforeEach(async () => {
    database = await open();
    db = database.knex;
  });
  afterEach(() => db.destroy());

  it('say where an empty database stands, and leave it empty', async () => {
    expect(await schemaVersion(db)).to.deep.equal({ done: [], pending: NAMES, unknown: [] });
    expect(await shapeOf(db)).to.deep.equal([]);
  });

  it('go up, down, and up again to the same tables (110)', async () => {
    expect(await upgrade(db)).to.deep.equal(NAMES);
    const shape = await shapeOf(db);

    expect(await downgrade(db, { to: BASE })).to.deep.equal(NAMES.toReversed());
    expect(await shapeOf(db)).to.deep.equal([]);
    expect((await schemaVersion(db)).done).to.deep.equal([]);

    await upgrade(db);
    expect(await shapeOf(db)).to.deep.equal(shape);
    expect(await upgrade(db)).to.deep.equal([]);
  });

  it('go up one at a time, and each way down leads where it came from', async () => {
    const shapes = new Map<string, unknown>([[BASE, await shapeOf(db)]]);
    for (const name of NAMES) {
      expect(await upgrade(db, { to: name.split('-')[0] })).to.deep.equal([name]);
      shapes.set(name, await shapeOf(db));
    }

    for (const to of [BASE, ...NAMES].slice(0, -1).toReversed()) {
      await downgrade(db, { to });
      expect(await shapeOf(db), to).to.deep.equal(shapes.get(to));
    }
  });

  it('keep the rows that are there', async () => {
    await upgrade(db, { to: NAMES[0]! });
    const rows = await insertOldRows(db);

    await upgrade(db);

    for (const [table, row] of rows) expect((await db(table))[0], table).to.deep.include(row);
    const repositories = createRepositories(database);
    const [audit] = await repositories.audits.list();
    expect(audit).to.deep.include({
      name: 'Früh',
      scope: [{ compute: [] }],
      force: true,
      statusMessage: null,
    });
    expect(await repositories.actions.list()).to.have.length(1);
  });

  it('are taken up wherever they broke off', async () => {
    await upgrade(db);
    const shape = await shapeOf(db);
    let interrupted = 0;
    for (let statement = 1; ; statement += step) {
      await downgrade(db, { to: BASE });
      if (!(await interruptAt(db, statement, () => upgrade(db)))) break;
      await upgrade(db);
      interrupted += 1;
      expect(await shapeOf(db), `broken off at statement ${statement}`).to.deep.equal(shape);
    }
    expect(interrupted).to.be.greaterThan(3);
  }).timeout(120_000);

  it('are taken up wherever their way down broke off', async () => {
    let interrupted = 0;
    for (let statement = 1; ; statement += step) {
      await upgrade(db);
      if (!(await interruptAt(db, statement, () => downgrade(db, { to: BASE })))) break;
      await downgrade(db, { to: BASE });
      interrupted += 1;
      expect(await shapeOf(db), `broken off at statement ${statement}`).to.deep.equal([]);
    }
    expect(interrupted).to.be.greaterThan(3);
  }).timeout(120_000);

  it('can add and drop columns of a table that others refer to', async () => {
    await upgrade(db);
    const rows = await insertOldRows(db);
    const wider: Migration = {
      name: '9000-wider',
      async up(on) {
        await addColumn(on, 'audits', 'moon', table => void table.string('moon', 10));
        await createTables(on, { moons: table => void table.increments('id') });
      },
      async down(on) {
        await dropTables(on, ['moons']);
        await dropColumn(on, 'audits', 'moon');
      },
    };
    const known = [...MIGRATIONS, wider];
    const shape = await shapeOf(db);

    await upgrade(db, { known });
    expect((await db('audits'))[0]).to.deep.include({ moon: null });
    await downgrade(db, { known, to: NAMES.at(-1)! });

    expect(await shapeOf(db)).to.deep.equal(shape);
    for (const [table, row] of rows) expect((await db(table))[0], table).to.deep.include(row);
  });

  it('let a service alone whose database is newer than it knows', async () => {
    await upgrade(db);
    await db('knex_migrations').insert({ name: '9000-wider', batch: 9, migration_time: new Date() });

    for (const work of [() => upgrade(db), () => downgrade(db, { to: BASE })]) {
      const error: unknown = await work().catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(SchemaTooNewError);
      expect((error as Error).message).to.match(/^The schema of the database is 9000-wider, newer than/);
    }
    expect(await schemaVersion(db)).to.deep.include({ pending: [], unknown: ['9000-wider'] });
    await db('knex_migrations').where({ name: '9000-wider' }).delete();
  });
}

/** Tables, columns and indexes, without those of Knex; in no particular order of creation. */
async function shapeOf(db: Knex): Promise<readonly string[]> {
  const [columns, indexes] =
    db.client.dialect === 'mysql'
      ? [
          `SELECT table_name AS t, column_name AS a, concat(column_type, ' ', is_nullable, ' ', ifnull(column_default, '-')) AS b
             FROM information_schema.columns WHERE table_schema = DATABASE()`,
          `SELECT table_name AS t, index_name AS a, concat(non_unique, ' ', group_concat(column_name ORDER BY seq_in_index)) AS b
             FROM information_schema.statistics WHERE table_schema = DATABASE() GROUP BY table_name, index_name, non_unique`,
        ]
      : [
          `SELECT m.name AS t, c.name AS a, c.type || ' ' || c."notnull" || ' ' || ifnull(c.dflt_value, '-') AS b
             FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'`,
          `SELECT m.name AS t, i.name AS a, i."unique" || ' ' || (SELECT group_concat(name) FROM pragma_index_info(i.name)) AS b
             FROM sqlite_master m, pragma_index_list(m.name) i WHERE m.type = 'table'`,
        ];
  const rows: Readonly<Record<'t' | 'a' | 'b', string>>[] = [];
  for (const query of [columns, indexes]) {
    const found = await db.raw(query);
    rows.push(...(db.client.dialect === 'mysql' ? found[0] : found));
  }
  return rows
    .filter(({ t }) => !t.startsWith('knex_') && !t.startsWith('sqlite_'))
    .map(({ t, a, b }) => `${t}.${a}: ${b}`)
    .toSorted();
}

/** As the first schema has them: no repository, which knows the newest only. */
async function insertOldRows(db: Knex): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const [audit, plan] = [randomUUID(), randomUUID()];
  const created_at = '2026-01-02T03:04:05.000Z';
  const rows = new Map<string, Readonly<Record<string, unknown>>>([
    ['catalogue', { uuid: randomUUID(), kind: 'goal', name: 'dummy', created_at }],
    [
      'audit_templates',
      { uuid: randomUUID(), name: 'T', name_key: 't', goal_name: 'dummy', scope: '[]', default_parameters: '{}', created_at }, // prettier-ignore
    ],
    [
      'audits',
      { uuid: audit, name: 'Früh', name_key: 'früh', audit_type: 'ONESHOT', state: 'SUCCEEDED', parameters: '{"a":1}', goal_name: 'dummy', scope: '[{"compute":[]}]', auto_trigger: 0, force: 1, created_at }, // prettier-ignore
    ],
    [
      'action_plans',
      { uuid: plan, audit_uuid: audit, strategy_name: 'dummy', state: 'RECOMMENDED', efficacy_indicators: '[]', global_efficacy: '[]', created_at }, // prettier-ignore
    ],
    [
      'actions',
      { uuid: randomUUID(), action_plan_uuid: plan, action_type: 'nop', input_parameters: '{}', state: 'PENDING', parents: '[]', created_at }, // prettier-ignore
    ],
    ['services', { name: 'watcher-applier', host: 'here', last_seen_at: created_at, created_at }],
  ]);
  for (const [table, row] of rows) await db(table).insert(row);
  return rows;
}
