import { expect } from 'chai';
import { createGnocchiDatasource } from '../../../plugin/datasources/gnocchi/gnocchi-datasource.ts';
import { OpenStackError } from '../../../plugin/openstack/errors.ts';
import { simulatedCloud } from '../simulated-cloud.ts';
import type { SimulatedCloud } from '../simulated-cloud.ts';
import { guest, named, START_AT, tinyWorld } from '../tiny-world.ts';

describe('simulated Gnocchi', () => {
  const signal = new AbortController().signal;
  const world = tinyWorld({ guests: [guest('web', 'compute-1'), guest('db', 'compute-1')] });
  let simulated: SimulatedCloud;

  before(async () => {
    simulated = await simulatedCloud(world);
  });
  after(() => simulated.end());

  const aggregates = async (query: Record<string, string | number>, body: Record<string, unknown>) => {
    try {
      const call = { service: 'metric', method: 'POST', path: '/v1/aggregates', query, signal } as const;
      const reply = await simulated.cloud.session.request<unknown[]>({
        ...call,
        body: { resource_type: 'instance', operations: ['metric', ['cpu', 'mean']], ...body },
      });
      return reply.body.length;
    } catch (error) {
      if (error instanceof OpenStackError) return `${error.status} ${error.apiMessage}`;
      throw error;
    }
  };
  const search = { '=': { display_name: 'web' } };

  it('refuses a granularity that it does not keep, in the words of the real one', async () => {
    expect(await aggregates({ granularity: 60 }, { search })).to.equal(
      `400 Metrics can't being aggregated: Granularities are missing: [["cpu","mean",60]]`,
    );
    expect(await aggregates({ granularity: 300 }, { search })).to.equal(1);
  });

  it('has what our datasource falls back to: hours, made of its five minutes', async () => {
    const datasource = createGnocchiDatasource({
      session: simulated.cloud.session,
      now: () => START_AT * 1000,
    });
    const resources = [{ id: named(world, 'web').id, vcpus: 4 }];
    const period = { startAt: START_AT - 4 * 3600, stopAt: START_AT, stepSeconds: 3600 };

    const values: number[] = [];
    for await (const batch of datasource.query(
      { metric: 'instance_cpu_usage', resources, ...period },
      signal,
    )) {
      values.push(...batch.values);
    }

    expect(values.map(Math.round)).to.deep.equal([50, 50, 50, 50]);
  });

  for (const [what, given, found] of [
    ['either of two', { or: [search, { in: { display_name: ['db'] } }] }, 2],
    ['both of two', { and: [search, { in: { host: ['compute-1'] } }] }, 1],
    ['nothing', { '=': { display_name: 'none' } }, "404 Metric ['cpu'] does not exist"],
    [
      'what it does not understand',
      { like: { host: 'c%' } },
      '400 Invalid input: the operator like is not known',
    ],
  ] as const) {
    it(`finds ${what}`, async () => {
      expect(await aggregates({ granularity: 300 }, { search: given })).to.equal(found);
    });
  }

  it('does not know other resource types', async () => {
    expect(await aggregates({}, { search, resource_type: 'volume' })).to.equal(
      '400 Resource type does not exist: volume',
    );
  });
});
