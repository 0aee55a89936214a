import { expect } from 'chai';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import { wrapped } from '../../../plugin/cli/table.ts';
import type { SimulatedCloud } from '../../simulator/simulated-cloud.ts';
import { simulatedCloud } from '../../simulator/simulated-cloud.ts';
import { tinyWorld } from '../../simulator/tiny-world.ts';
import { auspex } from './terminal.ts';

describe('auspex status check', () => {
  let folder: string;
  let simulated: SimulatedCloud;
  let env: NodeJS.ProcessEnv;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-cli-'));
    simulated = await simulatedCloud(tinyWorld({ guests: [] }));
    env = {
      ...simulated.simulator.environment,
      HOME: folder,
      AUSPEX_DATABASE_URL: `sqlite:///${join(folder, 'auspex.sqlite')}`,
      AUSPEX_HOSTNAME: 'here',
    };
  });
  afterEach(async () => {
    await simulated.end();
    rmSync(folder, { recursive: true });
  });

  const run = async (change: NodeJS.ProcessEnv = {}) => {
    const { exitCode, output } = await auspex(['status', 'check'], { env: { ...env, ...change } });
    const found = output.matchAll(/Check: (.+?) +\|\n\| Result: (\w+) +\|\n((?:\| .+ \|\n)+)/g);
    const rows = [...found].map(([, name, result, details]) => [
      name!,
      [
        result!,
        details!
          .replaceAll(/[\s|]+/g, ' ')
          .trim()
          .replace('Details: ', ''),
      ],
    ]);
    return { exitCode, output, rows: Object.fromEntries(rows) as Record<string, [string, string]> };
  };
  const upgrade = () => auspex(['db', 'upgrade'], { env });

  it('finds nothing to complain of where all is well (112)', async () => {
    await upgrade();

    const { exitCode, output, rows } = await run();

    expect(output).to.match(/^\+-+\+\n\| Upgrade Check Results +\|\n\+-+\+\n\| Check: Configuration +\|\n/);
    expect(Object.keys(rows)).to.deep.equal([
      'Configuration',
      'Database',
      'Schema of the database',
      'Catalogue',
      'Credentials of the cloud',
      'Compute service',
      'Placement service',
      'Usage history',
    ]);
    expect(JSON.stringify(rows)).to.not.contain('Failure');
    expect(new Set(Object.values(rows).map(([result]) => result))).to.deep.equal(new Set(['Success']));
    expect(rows['Configuration']).to.deep.equal(['Success', 'This replica is here.']);
    expect(rows['Compute service']?.[1]).to.match(/^Compute hosts: [1-9]/);
    expect(exitCode).to.equal(0);
  });

  it('warns of a database that is not there yet, and does not make it', async () => {
    const { exitCode, rows } = await run();

    expect(rows['Database']?.join(' ')).to.match(/^Warning There is no database sqlite:/);
    expect(readdirSync(folder)).to.deep.equal([]);
    expect(exitCode).to.equal(1);
  });

  it('warns of a schema that is not up to date, and changes nothing', async () => {
    await upgrade();
    await auspex(['db', 'downgrade', '--to', 'base', '--yes'], { env });

    const { exitCode, rows } = await run();
    const version = await auspex(['db', 'version'], { env });

    expect(rows['Schema of the database']?.[0]).to.equal('Warning');
    expect(rows['Schema of the database']?.[1]).to.contain('Still to be done: 0001-audits-to-actions');
    expect(rows['Catalogue']?.[0]).to.equal('Warning');
    expect(version.output).to.match(/^base /);
    expect(exitCode).to.equal(1);
  });

  it('warns of goals that have vanished', async () => {
    const repositories = createRepositories(await openDatabase(env['AUSPEX_DATABASE_URL']!));
    await repositories.catalogue.sync('goal', ['from_an_old_version']);
    await repositories.close();

    const { exitCode, rows } = await run();

    expect(rows['Catalogue']).to.deep.equal([
      'Warning',
      'No longer on offer: goal from_an_old_version. Audits and plans that wait for what is not on offer: 0. ' +
        '"auspex sync" marks the ones and cancels the others.',
    ]);
    expect(exitCode).to.equal(1);
  });

  it('fails on a schema from the future', async () => {
    await upgrade();
    const database = await openDatabase(env['AUSPEX_DATABASE_URL']!);
    await database.knex('knex_migrations').insert({ name: '9000-future', batch: 9 });
    await database.knex.destroy();

    const { exitCode, rows } = await run();

    expect(rows['Schema of the database']).to.deep.equal([
      'Failure',
      'It is newer than this version knows: 9000-future.',
    ]);
    expect(exitCode).to.equal(2);
  });

  it('fails on what is refused or missing, and leaves out what depends on it', async () => {
    await upgrade();

    const password = await run({ OS_PASSWORD: 'wrong' });
    const database = await run({ AUSPEX_DATABASE_URL: 'redis://x' });
    const settings = await run({ AUSPEX_PORT: 'x' });
    const cloud = await run({ OS_AUTH_URL: '' });

    expect(password.rows['Credentials of the cloud']?.join(' ')).to.match(/^Failure Keystone at .* refused/);
    expect(Object.keys(password.rows)).to.have.length(5);
    expect(database.rows['Database']?.join(' ')).to.contain('Failure The database URL must have the form'); // prettier-ignore
    expect(Object.keys(database.rows)).to.have.length(6);
    expect(settings.rows).to.have.all.keys('Configuration');
    expect(cloud.rows['Credentials of the cloud']?.[0]).to.equal('Failure');
    for (const { exitCode } of [password, database, settings, cloud]) expect(exitCode).to.equal(2);
  }).timeout(30_000);

  it('names the service that does not answer as it should', async () => {
    await upgrade();
    simulated.simulator.faults.add({ kind: 'fail', service: 'compute', path: '/os-services', status: 403 });
    simulated.simulator.faults.add({ kind: 'fail', service: 'metric', status: 404 });

    const { exitCode, rows } = await run();

    expect(rows['Compute service']?.join(' ')).to.match(/^Failure .*403.*the user needs the role admin$/);
    expect(rows['Usage history']?.join(' ')).to.equal('Failure No answer from gnocchi.');
    expect(exitCode).to.equal(2);
  }).timeout(30_000);
});

describe('wrapped text', () => {
  it('breaks at blanks, and inside what has none', () => {
    expect(wrapped('one two three', 7)).to.deep.equal(['one two', 'three']);
    expect(wrapped('abcdefgh ij', 3)).to.deep.equal(['abc', 'def', 'gh', 'ij']);
  });
});
