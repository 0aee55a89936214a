import { expect } from 'chai';
import { measuredDatasource, measuredRepositories } from '../../../plugin/metrics/measured.ts';
import { createMetrics } from '../../../plugin/metrics/metrics.ts';
import type { Metrics } from '../../../plugin/metrics/metrics.ts';
import type { Repositories } from '../../../plugin/lifecycle/repositories.ts';
import type { Datasource } from '../../../plugin/datasources/datasource.ts';

describe('metrics', () => {
  let now: number;
  let metrics: Metrics;
  beforeEach(() => {
    now = 1_000_000;
    const countRecords = () =>
      Promise.resolve({
        audits: [{ type: 'ONESHOT', state: 'SUCCEEDED', count: 3 }],
        actionPlans: [{ type: '', state: 'RECOMMENDED', count: 2 }],
        actions: [{ type: 'migrate', state: 'PENDING', count: 7 }],
      });
    metrics = createMetrics({ now: () => now, countRecords, ofProcess: false });
  });

  it('tells how many records there are, by type and state', async () => {
    const text = await metrics.text();

    expect(text).to.contain('auspex_audits{type="ONESHOT",state="SUCCEEDED"} 3');
    expect(text).to.contain('auspex_action_plans{state="RECOMMENDED"} 2');
    expect(text).to.contain('auspex_actions{type="migrate",state="PENDING"} 7');
  });

  it('tells the age of the newest picture of the cloud, once there is one', async () => {
    const before = await metrics.text();
    metrics.modelTaken(now);
    metrics.modelTaken(now - 60_000);
    now += 30_000;

    expect(before).to.contain('auspex_cluster_model_age_seconds Nan');
    expect(await metrics.text()).to.contain('auspex_cluster_model_age_seconds 30');
  });

  it('keeps methods that nobody knows together', async () => {
    metrics.requested({ method: 'BREW', route: 'none', status: 405, seconds: 0.1 });
    metrics.requested({ method: 'XYZZY', route: 'none', status: 405, seconds: 0.1 });

    expect(await metrics.text()).to.contain(
      'auspex_http_requests_total{method="other",route="none",status="405"} 2',
    );
  });

  it('measures calls to the database, and counts those that fail', async () => {
    const repositories = measuredRepositories(
      {
        audits: {
          find: (uuid: string) => Promise.resolve(`found ${uuid}`),
          list: () => Promise.reject(new Error('x')),
        },
        close: () => Promise.resolve(),
      } as unknown as Repositories,
      metrics,
    );

    const found: unknown = await repositories.audits.find('a');
    await repositories.audits.list().catch(() => []);
    await repositories.close();

    const text = await metrics.text();
    expect(found).to.equal('found a');
    expect(text).to.contain('auspex_database_call_duration_seconds_count{about="audits"} 2');
    expect(text).to.contain('auspex_database_call_failures_total{about="audits"} 1');
  });

  it('measures queries for usage to their end, and counts those that fail', async () => {
    const batch = {
      startAt: 0,
      stepSeconds: 60,
      resourceIds: [],
      metric: 'instance_cpu_usage',
      values: new Float32Array(),
    };
    const source = {
      name: 'gnocchi',
      metrics: [],
      async *query({ startAt }: { startAt: number }) {
        yield await Promise.resolve(batch);
        if (startAt === 1) throw new Error('lost');
      },
    } as unknown as Datasource;
    const datasource = measuredDatasource(source, metrics);
    const query = { metric: 'instance_cpu_usage', resources: [], stopAt: 60, stepSeconds: 60 } as const;
    const { signal } = new AbortController();

    const batches = await all(datasource.query({ ...query, startAt: 0 }, signal));
    await all(datasource.query({ ...query, startAt: 1 }, signal)).catch(() => []);

    const labels = '{datasource="gnocchi",metric="instance_cpu_usage"}';
    const text = await metrics.text();
    expect(batches).to.deep.equal([batch]);
    expect(text).to.contain(`auspex_datasource_query_duration_seconds_count${labels} 2`);
    expect(text).to.contain(`auspex_datasource_query_failures_total${labels} 1`);
  });
});

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
