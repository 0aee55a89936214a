import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasourceSettingsError } from '../../../plugin/datasources/errors.ts';
import type { Datasources } from '../../../plugin/datasources/open-datasources.ts';
import { openDatasources } from '../../../plugin/datasources/open-datasources.ts';
import { datasourceSettingsSchema } from '../../../plugin/datasources/settings.ts';
import { ServiceMissingError } from '../../../plugin/openstack/errors.ts';
import { FakeGnocchi } from './gnocchi/fake-gnocchi.ts';
import { FakePrometheus, matrix, series } from './prometheus/fake-prometheus.ts';

const START = 1_800_000_000;
const A = 'aaaaaaaa-0000-4000-8000-000000000001';

describe('opening the datasources', () => {
  const signal = new AbortController().signal;
  let gnocchi: FakeGnocchi;
  let prometheus: FakePrometheus;
  let folder: string;
  let opened: Datasources | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-datasources-'));
    gnocchi = new FakeGnocchi();
    prometheus = new FakePrometheus();
    await Promise.all([gnocchi.start(), prometheus.start()]);
    prometheus.answer = () => ({ body: matrix([series({ resource: A }, [START + 300, '7'])]) });
  });
  afterEach(async () => {
    opened?.close();
    opened = undefined;
    await Promise.all([gnocchi.stop(), prometheus.stop()]);
    rmSync(folder, { recursive: true });
  });

  async function open(given: object): Promise<Datasources> {
    const settings = datasourceSettingsSchema.parse(given);
    const session = gnocchi.session();
    opened = await openDatasources({ settings, session, cloud: gnocchi.cloud(), now: () => 0 }, signal);
    return opened;
  }

  it('opens gnocchi alone by default', async () => {
    const opening = await open({});

    expect(opening.of().name).to.equal('gnocchi');
    expect(opening.warnings).to.deep.equal([]);
  });

  it('reads from prometheus what gnocchi has no samples of', async () => {
    const opening = await open({ prometheus: { url: prometheus.url } });

    expect(opening.of().name).to.equal('gnocchi, prometheus');
    expect(await firstValue(opening.of())).to.equal(7);
    expect(gnocchi.requests).to.have.length(2);
  });

  it('lets a strategy have an order of its own', async () => {
    const opening = await open({
      prometheus: { url: prometheus.url },
      strategies: { workload_balance: ['prometheus'] },
    });

    expect(opening.of('workload_balance').name).to.equal('prometheus');
    expect(opening.of('basic').name).to.equal('gnocchi, prometheus');
  });

  it('goes on without gnocchi when the catalogue lacks it and prometheus is there, and says so (B97)', async () => {
    gnocchi.endpoint = undefined;

    const opening = await open({
      prometheus: { url: prometheus.url },
      strategies: { basic: ['gnocchi'] },
    });

    expect(opening.of().name).to.equal('prometheus');
    expect(opening.of('basic').name, 'nothing is left of its own order').to.equal('prometheus');
    expect(opening.warnings).to.have.length(1);
    expect(opening.warnings[0]).to.match(
      /^The datasource gnocchi is left out: the catalogue has no service of type metric/,
    );
  });

  it('lets each source be wrapped by itself, the composed order and its warnings kept', async () => {
    const read: string[] = [];
    const opening = await open({ prometheus: { url: prometheus.url } });

    const wrapped = opening.through(source => ({
      ...source,
      query(query, either, warn) {
        read.push(source.name);
        return source.query(query, either, warn);
      },
    }));

    expect(await firstValue(wrapped.of())).to.equal(7);
    expect(read).to.deep.equal(['gnocchi', 'prometheus']);
  });

  it('fails when the catalogue has none of them', async () => {
    gnocchi.endpoint = undefined;

    expect(await failureOf(open({}))).to.be.instanceOf(ServiceMissingError);
    expect(await failureOf(open({ order: ['gnocchi', 'aetos'] }))).to.be.instanceOf(ServiceMissingError);
  });

  it('looks for aetos in a region of its own', async () => {
    const failure = await failureOf(
      open({ order: ['aetos'], aetos: { region: 'Two', interface: 'internal' } }),
    );

    expect((failure as Error).message).to.match(/type metric-storage in region Two with interface internal/);
  });

  it('reads under the names of metric_map.yaml', async () => {
    const metricMap = join(folder, 'metric_map.yaml');
    writeFileSync(metricMap, 'prometheus: {instance_ram_usage: my_memory}\ngrafana: {}\n');

    const opening = await open({
      order: ['prometheus'],
      prometheus: { url: prometheus.url },
      metricMap,
    });
    await firstValue(opening.of());

    expect(prometheus.requests[0]!.expression).to.include('my_memory{');
    expect(opening.warnings).to.deep.equal([`${metricMap}: not used here: grafana.`]);
  });

  it('authenticates with a user or with a token', async () => {
    const { url } = prometheus;
    await firstValue(
      (await open({ order: ['prometheus'], prometheus: { url, username: 'ä', password: 'p' } })).of(),
    );
    opened?.close();
    await firstValue((await open({ order: ['prometheus'], prometheus: { url, bearerToken: 't' } })).of());

    expect(prometheus.requests.map(({ authorization }) => authorization)).to.deep.equal([
      `Basic ${Buffer.from('ä:p').toString('base64')}`,
      'Bearer t',
    ]);
  });

  it('names the file that cannot be read', async () => {
    const failure = await failureOf(
      open({ order: ['prometheus'], prometheus: { url: prometheus.url, caFile: join(folder, 'ca.pem') } }),
    );

    expect(failure).to.be.instanceOf(DatasourceSettingsError);
    expect((failure as Error).message).to.match(
      /^datasources\.prometheus\.caFile: .*ca\.pem cannot be read\.$/,
    );
  });

  it('tells of each source whether it answers and what it holds, in the order of the strategy (K17, K80)', async () => {
    const datasources = await open({
      prometheus: { url: prometheus.url },
      strategies: { own: ['prometheus'] },
    });
    gnocchi.answer = () => ({ status: 500, body: {} });
    const report = (strategyName: string) => datasources.report(strategyName, ['instance_ram_usage'], signal);
    const [usual, own] = [await report('usual'), await report('own')];
    prometheus.answer = () => ({ status: 400, body: {} });
    const gone = await report('usual');

    expect(usual.map(({ name, isAvailable }) => [name, isAvailable])).to.deep.equal([
      ['gnocchi', false],
      ['prometheus', true],
    ]);
    expect(usual.map(({ metrics }) => metrics)).to.deep.equal([
      [{ usage: 'instance_ram_usage', name: 'memory.resident', isAvailable: false }],
      [{ usage: 'instance_ram_usage', name: 'ceilometer_memory_resident', isAvailable: true }],
    ]);
    expect(own).to.deep.equal([usual[1]]);
    expect(gone.some(({ isAvailable }) => isAvailable)).to.equal(false);
  });

  async function firstValue(datasource: ReturnType<Datasources['of']>): Promise<number | undefined> {
    const period = { startAt: START, stopAt: START + 300, stepSeconds: 300 };
    const query = { metric: 'instance_ram_usage', resources: [{ id: A }], ...period } as const;
    for await (const { values } of datasource.query(query, signal)) return values[0];
    return undefined;
  }
});

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
