import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verdictOnArchives } from '../../../plugin/cli/doctor/archives.ts';
import { verdictOn } from '../../../plugin/cli/doctor/clock.ts';
import { needed, superfluous } from '../../../plugin/cli/doctor/roles.ts';
import { verdictOnVersions } from '../../../plugin/cli/doctor/services.ts';
import { MICROVERSION_NEEDS } from '../../../plugin/openstack/microversion-needs.ts';
import type { World } from '../../../simulator/world/world.ts';
import type { SimulatedCloud } from '../../simulator/simulated-cloud.ts';
import { simulatedCloud } from '../../simulator/simulated-cloud.ts';
import { guest, named, tinyWorld } from '../../simulator/tiny-world.ts';
import { auspex } from './terminal.ts';

interface Line {
  readonly name: string;
  readonly verdict: string;
  readonly details: string | null;
  readonly advice: string | null;
}

describe('auspex doctor', () => {
  let folder: string;
  let world: World;
  let simulated: SimulatedCloud;
  let env: NodeJS.ProcessEnv;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-doctor-'));
    world = tinyWorld({ guests: [guest('web', 'compute-1'), guest('db', 'compute-2')] });
    simulated = await simulatedCloud(world);
    simulated.simulator.register('infra-optim', 'http://127.0.0.1:9322');
    env = {
      ...simulated.simulator.environment,
      HOME: folder,
      AUSPEX_DATABASE_URL: `sqlite:///${join(folder, 'auspex.sqlite')}`,
    };
    await auspex(['db', 'upgrade'], { env });
  });
  afterEach(async () => {
    await simulated.end();
    rmSync(folder, { recursive: true });
  });

  const now = () => simulated.clock.now();
  const examine = async (change: NodeJS.ProcessEnv = {}) => {
    const { exitCode, output } = await auspex(['doctor', '--json'], { env: { ...env, ...change }, now });
    const { verdict, checks } = JSON.parse(output) as { verdict: string; checks: Line[] };
    return { exitCode, output, verdict, lines: new Map(checks.map(line => [line.name, line])) };
  };
  /** The simulator's clock is not that of the machine whose HTTP server dates the answers. */
  const otherThanClock = (lines: ReadonlyMap<string, Line>) =>
    [...lines.values()].filter(({ name }) => !name.startsWith('Clock'));

  it('finds a whole cloud to be well', async () => {
    const { lines } = await examine();

    const unwell = otherThanClock(lines).filter(({ verdict }) => verdict !== 'OK');
    // The simulator has volumes and none of the backends behind them.
    expect(unwell.map(({ name, verdict }) => [name, verdict])).to.deep.equal([
      ['Reading storage backends', 'WARN'],
    ]);
    expect(lines.get('Service Cinder')?.details).to.equal('Microversions 3.0 to 3.71.');
    for (const usage of ['instance_cpu_usage', 'host_cpu_usage', 'instance_ram_usage', 'host_ram_usage']) {
      expect(lines.get(`Usage ${usage}`)?.details).to.match(/^There for all 2 (instances|hosts)\.$/);
    }
    expect(lines.get('Archive policy of cpu')?.details).to.equal('ceilometer-low-rate (2).');
    expect(lines.get('Roles')?.details).to.equal('admin has admin, manager, member, reader.');
    expect(lines.get('Schema of the database')?.details).to.match(/^\d{4}-/);
    expect(lines.get('Service Nova')?.details).to.match(/^Microversions 2\.1 to 2\.\d+/);
  });

  it('compares the clocks', async () => {
    const { lines, exitCode, verdict } = await examine();
    const right = await auspex(['doctor'], { env });

    expect(lines.get("Clock against Nova's")).to.include({ verdict: 'FAIL' });
    expect(lines.get("Clock against Nova's")?.details).to.match(/^This machine's is \d+ s (ahead|behind)\.$/);
    expect(lines.get("Clock against Keystone's")?.advice).to.contain('chrony');
    expect([exitCode, verdict]).to.deep.equal([2, 'FAIL']);
    expect(right.output).to.contain("OK    Clock against Nova's: Less than 5 s apart.");
  });

  it('says it in one line each', async () => {
    const { output } = await auspex(['doctor'], { env, now });

    for (const line of output.split('\n')) expect(line).to.match(/^(OK {2}|WARN|FAIL) {2}\w.+$/);
  });

  it('counts the instances whose metrics are missing, and says how to get them', async () => {
    named(world, 'web').metricsLost = true;

    const { lines } = await examine();

    const cpu = lines.get('Usage instance_cpu_usage');
    expect(cpu?.verdict).to.equal('WARN');
    expect(cpu?.details).to.match(
      /^Missing in the last hour for 1 of 2 instances \(web\); read by predictive_/,
    );
    expect(cpu?.advice).to.match(/^name cpu under meters in Ceilometer's polling\.yaml on the hosts/);
  });

  it('fails when no instance has any', async () => {
    for (const name of ['web', 'db']) named(world, name).metricsLost = true;

    const { lines } = await examine();

    expect(lines.get('Usage instance_ram_usage')?.verdict).to.equal('FAIL');
    expect(lines.get('Usage instance_ram_usage')?.details).to.contain('2 of 2 instances (db, web)');
    expect(lines.get('Usage instance_ram_usage')?.advice).to.contain('memory.resident');
  });

  it('names the call that is refused, and the role that is missing', async () => {
    const { faults } = simulated.simulator;
    faults.add({ kind: 'fail', service: 'compute', path: '/os-migrations', status: 403 });
    faults.add({ kind: 'fail', service: 'volumev3', path: '/os-services', status: 403 });
    faults.add({ kind: 'fail', service: 'identity', path: '/role_assignments', status: 403 });

    const { lines } = await examine();

    const instances = lines.get('Reading instances of all projects');
    expect(instances?.verdict).to.equal('FAIL');
    expect(instances?.details).to.contain('Nova answered 403 to GET /os-migrations');
    expect(instances?.advice).to.contain('role admin');
    expect(lines.get('Reading storage backends')?.verdict).to.equal('WARN');
    expect(lines.get('Roles beyond need')?.details).to.match(/^What else admin may do cannot be told: .*403/);
  });

  it('leaves out what depends on a login that fails, and keeps the password to itself', async () => {
    const { exitCode, lines, output } = await examine({ OS_PASSWORD: 'topsecret' });

    expect(lines.get('Credentials of the cloud')?.verdict).to.equal('FAIL');
    expect(lines.get('Credentials of the cloud')?.advice).to.contain('openstack token issue');
    expect([...lines.keys()].at(-1)).to.equal('Credentials of the cloud');
    expect(output).to.not.contain('topsecret');
    expect(exitCode).to.equal(2);
  });

  it('tells what config check tells', async () => {
    const { lines } = await examine({ OS_AUTH_URL: '' });

    expect(lines.get('Files and credentials')?.verdict).to.equal('FAIL');
    expect(lines.get('Files and credentials')?.details).to.contain('OS_AUTH_URL');
  });

  it('warns of what the catalogue lacks', async () => {
    const { lines } = await examine({ OS_INTERFACE: 'internal' });
    const elsewhere = await examine({ OS_REGION_NAME: 'Elsewhere' });

    expect(lines.get('Service infra-optim')?.verdict).to.equal('OK');
    expect(elsewhere.lines.get('Service Nova')?.verdict).to.equal('FAIL');
    expect(elsewhere.lines.get('Service Cinder')).to.include({
      verdict: 'WARN',
      details: 'It is not in the catalogue: block storage is left out.',
    });
  });
});

describe('what the doctor makes of clocks', () => {
  for (const [seconds, verdict] of [
    [0, 'Success'],
    [-4, 'Success'],
    [7, 'Warning'],
    [-61, 'Failure'],
  ] as const) {
    it(`calls ${seconds} s a ${verdict.toLowerCase()}`, () => {
      expect(verdictOn(seconds).verdict).to.equal(verdict);
    });
  }

  it('says which one is behind', () => {
    expect(verdictOn(-61.2).details).to.equal("This machine's is 61 s behind.");
  });
});

describe('what the doctor makes of microversions', () => {
  const nova = (maximum: string) =>
    verdictOnVersions('Nova', { minimum: '2.1', maximum }, MICROVERSION_NEEDS.compute);

  it('fails on what is too old, and names what cannot be done', () => {
    const { verdict, details, advice } = nova('2.55');

    expect(verdict).to.equal('Failure');
    expect(details).to.equal(
      'Microversions 2.1 to 2.55: listing migrations page by page needs 2.59, a cold migration to a named host needs 2.56.',
    );
    expect(advice).to.equal('upgrade Nova');
  });

  it('is content with what will do, and says what a newer one would be used for', () => {
    expect(nova('2.60').verdict).to.equal('Success');
    expect(nova('2.60').details).to.contain('aborting a live migration would use 2.65');
    expect(nova('2.100').details).to.equal('Microversions 2.1 to 2.100.');
  });
});

describe('what the doctor makes of roles', () => {
  const owner = { userName: 'auspex', projectId: 'p1', roles: ['reader'] };
  const on = (name: string, scope: object) => ({ role: { name }, scope });

  it('names the features that the roles do not allow', () => {
    expect(needed(owner).verdict).to.equal('Warning');
    expect(needed(owner).details).to.contain('checking the tokens of clients; live and cold migrations');
    expect(needed({ ...owner, roles: ['service'] }).details).to.not.contain('tokens');
    expect(needed({ ...owner, roles: ['admin'] }).verdict).to.equal('Success');
  });

  it('names what is more than needed', () => {
    const found = superfluous(owner, [
      on('admin', { project: { id: 'p1' } }),
      on('admin', { project: { id: 'p2', name: 'shop' } }),
      on('admin', { system: { all: true } }),
      on('load-balancer_admin', { project: { id: 'p1', name: 'service' } }),
      on('reader', { domain: { id: 'd', name: 'Default' } }),
    ]);

    expect(found.verdict).to.equal('Warning');
    expect(found.details).to.equal(
      'auspex also has admin on project shop, admin on the system, load-balancer_admin on project service, reader on domain Default.',
    );
    expect(superfluous(owner, [on('admin', { project: { id: 'p1' } })]).verdict).to.equal('Success');
  });
});

describe('what the doctor makes of archive policies', () => {
  const wanted = { stepSeconds: 300, historySeconds: 14 * 86_400 };
  const stored = (
    name: string,
    granularity: number,
    days: number,
    methods: readonly string[] = ['mean'],
  ) => ({
    id: name,
    resource_id: name,
    archive_policy: {
      name,
      aggregation_methods: [...methods],
      definition: [{ granularity, timespan: days * 86_400 }],
    },
  });

  it('is content with means as fine and as long as wanted', () => {
    expect(verdictOnArchives([stored('low', 300, 30), stored('high', 60, 14)], wanted)).to.deep.equal({
      verdict: 'Success',
      details: 'low, high (2).',
    });
  });

  it('warns of what is kept too coarsely or not for long enough', () => {
    const { verdict, details, advice } = verdictOnArchives(
      [stored('day', 300, 1), stored('coarse', 3600, 365), stored('coarse', 3600, 365)],
      wanted,
    );

    expect(verdict).to.equal('Warning');
    expect(details).to.equal(
      'day (1) keeps it for 1 days, of 14 days to learn from; coarse (2) keeps a mean every 3600 s, not every 300 s.',
    );
    expect(advice).to.contain('granularity:300s,timespan:14d');
  });

  it('fails when there are no means at all', () => {
    expect(verdictOnArchives([stored('bool', 1, 365, ['last'])], wanted).verdict).to.equal('Failure');
  });
});
