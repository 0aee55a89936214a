import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
    expect((await run('db upgrade --to 0001')).output).to.equal(`Done in ${url}: ${NAMES[0]}.`);
    expect((await run('db version')).output).to.equal(
      `${NAMES[0]} (${url})\nstill to be done: ${NAMES.slice(1).join(', ')}`,
    );
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
    expect(await run('db downgrade')).to.include({ exitCode: 2 });
    for (const command of ['db version', 'db purge', 'sync', 'db downgrade --to base --yes']) {
      const { exitCode, complaint } = await run(command);
      expect([exitCode, complaint]).to.deep.equal([
        1,
        `auspex: There is no database ${url}; the first start of the service makes it, or "auspex db upgrade".`,
      ]);
    }
    expect(readdirSync(folder)).to.deep.equal([]);
    url = 'sqlite:////nowhere/at/all.sqlite';
    expect((await run('db upgrade')).complaint).to.equal(
      `auspex: The database ${url} is not available: unable to open database file`,
    );
    url = 'sqlite://';
    expect((await run('db upgrade --to 9999')).complaint).to.equal(
      `auspex: There is no schema 9999; there are ${NAMES.join(', ')}.`,
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

  it('keep a service from starting on a schema of a newer version', async () => {
    const database = await openDatabase(url);
    await database.knex('knex_migrations').insert({ name: '9000-from-the-future', batch: 9 });
    await database.knex.destroy();

    const failure: unknown = await promisify(execFile)(process.execPath, ['plugin/main.ts', '--simulate'], {
      cwd: join(import.meta.dirname, '../../..'),
      env: { AUSPEX_DATABASE_URL: url, AUSPEX_PORT: '0', AUSPEX_LOG_LEVEL: 'silent' },
    }).catch((error: unknown) => error);

    expect(failure).to.include({ code: 1, stdout: '' });
    expect((failure as { stderr: string }).stderr).to.match(
      /^auspex: The schema of the database is 9000-from-the-future, newer than .*\n$/,
    );
  }).timeout(20_000);
});
