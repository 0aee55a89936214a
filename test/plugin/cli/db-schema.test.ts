import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../db/connect.ts';
import { MIGRATIONS } from '../../../db/migrations/migrations.ts';
import { auspex } from './terminal.ts';

const NAMES = MIGRATIONS.map(({ name }) => name);
const NEWEST = NAMES.at(-1)!;

describe('auspex db upgrade, downgrade and version', () => {
  let folder: string;
  let url: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-cli-'));
    url = `sqlite:///${join(folder, 'auspex.sqlite')}`;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (args: string, saysYes = false) =>
    auspex(args.split(' '), { env: { AUSPEX_DATABASE_URL: url }, saysYes });

  it('bring an empty database up, step by step, and say where it stands', async () => {
    expect((await run('db version')).output).to.equal(`base (${url})\nstill to be done: ${NAMES.join(', ')}`);
    expect((await run('db upgrade --to 0001')).output).to.equal(`Done in ${url}: ${NAMES[0]}.`);
    await run('db upgrade');
    expect(await run('db upgrade')).to.deep.include({ exitCode: 0, output: `${url} is up to date.` });
    expect((await run('db version')).output).to.equal(`${NEWEST} (${url})`);
  });

  it('ask before anything is lost, and do nothing without a yes', async () => {
    await run('db upgrade');

    const refused = await run('db downgrade --to base');

    expect(refused.exitCode).to.equal(1);
    expect(refused.questions).to.deep.equal([`Data of ${url} will be lost. Take it back to base?`]);
    expect(refused.complaint).to.contain('Nothing was changed');
    expect((await run('db version')).output).to.equal(`${NEWEST} (${url})`);
  });

  it('take it back, with a yes or --yes, and up again', async () => {
    await run('db upgrade');

    const asked = await run('db downgrade --to base', true);
    const again = await run('db downgrade --to base --yes');
    await run('db upgrade');

    expect(asked.output).to.equal(`Undone in ${url}: ${NAMES.toReversed().join(', ')}.`);
    expect(again).to.deep.include({ exitCode: 0, output: `${url} is there already.`, questions: [] });
    expect((await run('db version')).output).to.equal(`${NEWEST} (${url})`);
  });

  it('say in a sentence what cannot be', async () => {
    expect((await run('db upgrade --to 9999')).complaint).to.equal(
      `auspex: There is no schema 9999; there are ${NAMES.join(', ')}.`,
    );
    expect(await run('db downgrade')).to.include({ exitCode: 2 });
    url = 'sqlite:////nowhere/at/all.sqlite';
    expect((await run('db version')).complaint).to.equal(
      `auspex: The database ${url} is not available: unable to open database file`,
    );
    url = 'redis://x';
    expect((await run('db version')).complaint).to.match(/^auspex: The database URL must have the form/);
  });

  it('name a schema of a newer version, and leave it alone', async () => {
    const database = await openDatabase(url);
    await database.knex('knex_migrations').insert({ name: '9000-from-the-future', batch: 9 });
    await database.knex.destroy();
    const sentence =
      `auspex: The schema of the database is 9000-from-the-future, newer than the ${NEWEST} that this version ` +
      `knows: use the version that made it, or its "auspex db downgrade --to ${NEWEST}".`;

    expect((await run('db version')).output).to.contain('not known to this version: 9000-from-the-future');
    for (const command of ['db upgrade', 'db downgrade --to base --yes']) {
      expect(await run(command)).to.include({ exitCode: 1, complaint: sentence });
    }
  });
});
