import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auspex } from '../plugin/cli/terminal.ts';
import { LAB_ENVIRONMENT } from './auspex.ts';

describe('auspex doctor on a real OpenStack', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-doctor-'));
    const databaseUrl = `sqlite:///${join(folder, 'auspex.sqlite')}`;
    env = { ...LAB_ENVIRONMENT, HOME: folder, AUSPEX_DATABASE_URL: databaseUrl };
    await auspex(['db', 'upgrade'], { env });
  });
  after(() => rmSync(folder, { recursive: true }));

  it('finds services, versions, roles and clocks to be as needed', async () => {
    const { output } = await auspex(['doctor'], { env });

    for (const well of [
      'Database',
      'Credentials of the cloud: Logged in, region RegionOne.',
      "Clock against Keystone's: Less than 5 s apart.",
      'Service Nova: Microversions 2.1 to 2.',
      'Service Placement: Microversions 1.0 to 1.',
      'Service Cinder: Microversions 3.0 to 3.',
      'Roles: admin has admin, manager, member, reader.',
      'Compute service: Compute hosts: ',
      'Placement service',
      'Reading instances of all projects',
      'Reading volumes',
      'Reading storage backends',
      'Reading ports',
      'Usage history: gnocchi.',
    ]) {
      expect(output).to.contain(`OK    ${well}`);
    }
  });

  it('sees that its administrator may more than this service needs', async () => {
    const { output } = await auspex(['doctor'], { env });

    expect(output).to.match(/^WARN {2}Roles beyond need: admin also has .*admin on the system/m);
  });

  it('ends with 2 for a wrong password, and says which user was refused', async () => {
    const { exitCode, output } = await auspex(['doctor'], { env: { ...env, OS_PASSWORD: 'wr0ng' } });

    expect(output).to.match(
      /^FAIL {2}Credentials of the cloud: Keystone at .* refused the credentials of user admin/m,
    );
    expect(output).to.not.contain('wr0ng');
    expect(exitCode).to.equal(2);
  });
});
