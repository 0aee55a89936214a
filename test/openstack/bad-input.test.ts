import { expect } from 'chai';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { forget } from '../../devstack/lab/feeder/feed.ts';
import { AuspexDidNotStart, startAuspex } from './auspex.ts';
import type { AuspexProcess } from './auspex.ts';
import { addRegion, bootServers, deleteServers, openstack, openstackJson, servers, until } from './lab.ts';

const PREFIX = 'e2e-bad-';
const REGION = 'AuspexBadInput';
const METRICLESS_REGION = 'AuspexWithoutMetrics';

describe('bad input', () => {
  let cloud: LabCloud;

  before(async () => {
    cloud = await LabCloud.connect();
  });

  describe('at the start', () => {
    it('ends with one sentence when Keystone refuses the password', async () => {
      const { exitCode, output } = await failedStart({ OS_PASSWORD: 'not-the-password' });

      expect(exitCode).to.equal(1);
      expect(sentences(output)).to.have.lengthOf(1);
      expect(output)
        .to.match(/http:\/\/127\.0\.0\.1:15000\/v3/)
        .and.match(/admin/);
      expect(output).to.not.include('not-the-password');
    });

    it('ends with one sentence when nothing listens at the URL of Keystone', async () => {
      const { exitCode, output } = await failedStart({ OS_AUTH_URL: 'http://127.0.0.1:9/v3' });

      expect(exitCode).to.equal(1);
      expect(sentences(output)).to.have.lengthOf(1);
      expect(output).to.include('http://127.0.0.1:9/v3');
    });

    it('names the variable that is missing', async () => {
      const { exitCode, output } = await failedStart({ OS_PASSWORD: '' });

      expect(exitCode).to.equal(1);
      expect(sentences(output)).to.have.lengthOf(1);
      expect(output).to.include('OS_PASSWORD');
    });
  });

  describe('metrics that cannot be read', () => {
    let removeRegion: () => Promise<void>;

    async function makeRegion(metricUrl: Readonly<Record<string, string>>): Promise<void> {
      const urls = [...cloud.urls].filter(([type]) => !['metric', 'infra-optim'].includes(type));
      removeRegion = await addRegion(cloud, METRICLESS_REGION, { ...Object.fromEntries(urls), ...metricUrl });
    }

    afterEach(() => removeRegion());

    it('are named when the region has no metric service', async () => {
      await makeRegion({});

      expect(await complaintOf(METRICLESS_REGION))
        .to.match(/metric/)
        .and.include(METRICLESS_REGION);
    });

    it('fail the audit with a sentence when Gnocchi does not answer', async () => {
      await makeRegion({ metric: 'http://127.0.0.1:9' });

      expect(await complaintOf(METRICLESS_REGION)).to.match(
        /Gnocchi.*http:\/\/127\.0\.0\.1:9.*cannot be reached/,
      );
    });
  });

  describe('while serving', () => {
    let auspex: AuspexProcess;
    let removeRegion: () => Promise<void>;

    before(async () => {
      auspex = await startAuspex();
      removeRegion = await addRegion(cloud, REGION, { 'infra-optim': auspex.url });
    });

    after(async () => {
      await removeRegion();
      await deleteServers(cloud, PREFIX);
    });

    it('refuses a parameter that the strategy does not have, by its name', async () => {
      const command =
        'optimize audit create -g predictive_migration -s predictive_migration -p no_such_parameter=1';
      const { exitCode, stderr } = await openstack(REGION, command);

      expect(exitCode).to.equal(1);
      expect(stderr).to.match(/no_such_parameter.*HTTP 400/);
    });

    it('refuses a parameter out of range', async () => {
      const command = 'optimize audit create -g predictive_migration -s predictive_migration -p quantile=2';
      const { exitCode, stderr } = await openstack(REGION, command);

      expect(exitCode).to.equal(1);
      expect(stderr).to.match(/quantile.*HTTP 400/);
    });

    it('refuses a goal that it does not know', async () => {
      const { exitCode, stderr } = await openstack(REGION, 'optimize audit create -g no_such_goal');

      expect(exitCode).to.equal(1);
      expect(stderr).to.match(/no_such_goal/);
    });

    it('says that an audit does not exist', async () => {
      const { exitCode, stderr } = await openstack(REGION, 'optimize audit show no-such-audit');

      expect(exitCode).to.equal(1);
      expect(stderr).to.match(/no-such-audit/);
    });

    it('does nothing, and says why, when Gnocchi has no metrics', async () => {
      await bootServers(cloud, [{ name: `${PREFIX}1`, hostName: 'compute-1', flavor: 'large' }]);
      const all = await servers(cloud, '');
      await forget(
        cloud,
        all.map(server => server.id),
      );

      const { UUID } = await openstackJson<{ UUID: string }>(
        REGION,
        'optimize audit create -g predictive_migration',
      );
      const audit = await endOfAudit(auspex.url, cloud.token, UUID);
      const actions = await openstackJson<unknown[]>(REGION, 'optimize action list --audit', UUID);

      expect(audit.state).to.equal('SUCCEEDED');
      expect(audit.status_message).to.match(/^No action: there are no usable CPU metrics/);
      expect(actions).to.be.empty;
    });

    it('goes on serving after all that, and ends with code 0 within seconds on Ctrl-C', async () => {
      const goals = await openstack(REGION, 'optimize goal list');
      const startedAt = Date.now();

      const exitCode = await auspex.stop('SIGINT');

      expect(goals.exitCode).to.equal(0);
      expect(exitCode).to.equal(0);
      expect(Date.now() - startedAt).to.be.below(5000);
    });
  });

  /** What the service has to say in the region: why it did not start, or why its audit failed. */
  async function complaintOf(region: string): Promise<string> {
    let auspex: AuspexProcess;
    try {
      auspex = await startAuspex({ OS_REGION_NAME: region });
    } catch (error) {
      if (!(error instanceof AuspexDidNotStart) || error.exitCode !== 1) throw error;
      return error.output;
    }
    try {
      const reply = await fetch(`${auspex.url}/v1/audits`, {
        method: 'POST',
        headers: { 'X-Auth-Token': cloud.token, 'Content-Type': 'application/json' },
        body: JSON.stringify({ goal: 'predictive_migration', audit_type: 'ONESHOT' }),
      });
      const { uuid } = (await reply.json()) as { uuid: string };
      const audit = await endOfAudit(auspex.url, cloud.token, uuid);
      expect(audit.state).to.equal('FAILED');
      return audit.status_message;
    } finally {
      await auspex.stop();
    }
  }
});

interface EndedAudit {
  readonly state: string;
  /** The lab's command line is too old to ask for it. */
  readonly status_message: string;
}

async function endOfAudit(url: string, token: string, uuid: string): Promise<EndedAudit> {
  return until(`audit ${uuid} has ended`, async () => {
    const headers = { 'X-Auth-Token': token, 'OpenStack-API-Version': 'infra-optim 1.5' };
    const reply = await fetch(`${url}/v1/audits/${uuid}`, { headers });
    const audit = (await reply.json()) as EndedAudit;
    return ['PENDING', 'ONGOING'].includes(audit.state) ? false : audit;
  });
}

async function failedStart(environment: Readonly<Record<string, string>>): Promise<AuspexDidNotStart> {
  try {
    const auspex = await startAuspex(environment);
    await auspex.stop();
  } catch (error) {
    if (error instanceof AuspexDidNotStart) return error;
    throw error;
  }
  throw new Error('auspex started');
}

/** The lines that are meant for a person: neither the log's JSON nor blank. */
function sentences(output: string): string[] {
  return output.split('\n').filter(line => line !== '' && !line.startsWith('{'));
}
