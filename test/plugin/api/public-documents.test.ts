import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { apiSettingsSchema } from '../../../plugin/api/settings.ts';
import { createMetrics } from '../../../plugin/metrics/metrics.ts';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

describe('healthcheck', () => {
  let api: ApiUnderTest | undefined;
  afterEach(() => api?.stop());
  const withDatabaseGone = (under: ApiUnderTest): void => {
    under.repositories.services.list = () => Promise.reject(new Error('mysql://auspex@secret-host is gone'));
  };

  it('says OK to everybody', async () => {
    api = await startApi();

    const { status, text, headers } = await api.call('GET', '/healthcheck', { token: null });
    const head = await api.call('HEAD', '/healthcheck', { token: null });

    expect([status, text, headers.get('content-type')]).to.deep.equal([
      200,
      'OK',
      'text/plain; charset=UTF-8',
    ]);
    expect([head.status, head.text]).to.deep.equal([204, '']);
  });

  it('says 503 when the database is gone, and not which', async () => {
    api = await startApi();
    withDatabaseGone(api);

    const { status, text } = await api.call('GET', '/healthcheck', { token: null });
    const head = await api.call('HEAD', '/healthcheck', { token: null });

    expect([status, text]).to.deep.equal([503, 'DATABASE UNAVAILABLE']);
    expect(head.status).to.equal(503);
  });

  it('asks the database once a second at most', async () => {
    api = await startApi();
    let asked = 0;
    api.repositories.services.list = () => {
      asked += 1;
      return Promise.resolve([]);
    };

    for (let n = 0; n < 5; n += 1) await api.call('GET', '/healthcheck');
    api.now += 1000;
    await api.call('GET', '/healthcheck');

    expect(asked).to.equal(2);
  });

  it('is disabled by a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'health-'));
    const file = join(folder, 'down');
    api = await startApi({ settings: apiSettingsSchema.parse({ healthcheck: { disableByFile: file } }) });

    const before = await api.call('GET', '/healthcheck');
    writeFileSync(file, '');
    const during = await api.call('GET', '/healthcheck');
    rmSync(folder, { recursive: true });
    const after = await api.call('GET', '/healthcheck');

    expect([before, during, after].map(({ status, text }) => [status, text])).to.deep.equal([
      [200, 'OK'],
      [503, 'DISABLED BY FILE'],
      [200, 'OK'],
    ]);
  });

  it('answers in JSON, with details only if told to', async () => {
    const headers = { Accept: 'application/json' };
    api = await startApi();
    const brief = await api.call('GET', '/healthcheck', { headers });
    await api.stop();
    api = await startApi({ settings: apiSettingsSchema.parse({ healthcheck: { detailed: true } }) });
    withDatabaseGone(api);
    const detailed = await api.call('GET', '/healthcheck', { headers });

    expect(brief.json).to.deep.equal({ detailed: false, reasons: ['OK'] });
    expect(detailed.json).to.deep.equal({
      detailed: true,
      reasons: [
        {
          reason: 'DATABASE UNAVAILABLE',
          details: 'The database does not answer or cannot be read.',
        },
        { reason: 'OK', details: 'No file disables the service.' },
      ],
    });
    expect(detailed.text).to.not.contain('secret-host');
  });

  it('answers 405 to other methods', async () => {
    api = await startApi();

    const { status, headers } = await api.call('POST', '/healthcheck');

    expect([status, headers.get('allow')]).to.deep.equal([405, 'GET, HEAD']);
  });
});

describe('metrics', () => {
  let api: ApiUnderTest;
  let count: () => Promise<{ audits: []; actionPlans: []; actions: [] }>;
  beforeEach(async () => {
    count = () => Promise.resolve({ audits: [], actionPlans: [], actions: [] });
    const metrics = createMetrics({ now: () => api.now, countRecords: () => count(), ofProcess: false });
    api = await startApi({ metrics });
  });
  afterEach(() => api.stop());

  const figures = async (): Promise<string> => (await api.call('GET', '/metrics', { token: null })).text;

  it('counts requests by route, method and status, with no name in it', async () => {
    await api.call('GET', '/v1/goals/calm');
    await api.call('GET', '/goals/s3cret-goal');
    await api.call('GET', '/v1/s3cret/path');
    await api.call('GET', '/v1/audits', { token: 'tok-s3cret' });

    const text = await figures();

    expect(text).to.contain('auspex_http_requests_total{method="GET",route="/v1/goals/:id",status="200"} 1');
    expect(text).to.contain('auspex_http_requests_total{method="GET",route="/v1/goals/:id",status="404"} 1');
    expect(text).to.contain('auspex_http_requests_total{method="GET",route="none",status="404"} 1');
    expect(text).to.contain('auspex_http_requests_total{method="GET",route="none",status="401"} 1');
    expect(text).to.contain(
      'auspex_http_request_duration_seconds_count{method="GET",route="/v1/goals/:id"} 2',
    );
    expect(text).to.not.contain('s3cret');
  });

  it('says when the database is gone, and leaves out what it does not know', async () => {
    const before = await figures();
    count = () => Promise.reject(new Error('gone'));
    api.now += 5000;
    const after = await figures();

    expect(before).to.contain('auspex_database_up 1');
    expect(after).to.contain('auspex_database_up 0');
  });

  it('is not there without the setting', async () => {
    const off = await startApi();

    const { status } = await off.call('GET', '/metrics');
    await off.stop();

    expect(status).to.equal(404);
  });
});
