import { expect } from 'chai';
import type { UsageBatch } from '../../../../forecast/usage-batch.ts';
import { DatasourceError } from '../../../../plugin/datasources/datasource.ts';
import type { UsageQuery } from '../../../../plugin/datasources/datasource.ts';
import { createHttpApi } from '../../../../plugin/datasources/prometheus/http-api.ts';
import type { HttpApi } from '../../../../plugin/datasources/prometheus/http-api.ts';
import { createPrometheusDatasource } from '../../../../plugin/datasources/prometheus/prometheus-datasource.ts';
import type { PrometheusOptions } from '../../../../plugin/datasources/prometheus/prometheus-datasource.ts';
import { FakePrometheus, matrix, series, TOO_MANY_SAMPLES } from './fake-prometheus.ts';
import type { RangeRequest } from './fake-prometheus.ts';

const START = 1_800_000_000;
const A = 'aaaaaaaa-0000-4000-8000-000000000001';
const B = 'bbbbbbbb-0000-4000-8000-000000000002';
const SECRET = 'Bearer s3cret-token';

describe('prometheus datasource', () => {
  let prometheus: FakePrometheus;
  let api: HttpApi;
  beforeEach(async () => {
    prometheus = new FakePrometheus();
    await prometheus.start();
    api = createHttpApi({
      url: `${prometheus.url}/prefix`,
      tls: { verify: true, ca: undefined, cert: undefined, key: undefined },
      authorization: SECRET,
      retry: { sleep: async () => {}, random: () => 0 },
    });
  });
  afterEach(async () => {
    api.close();
    await prometheus.stop();
  });

  it('asks for many instances with one range query, as a form below the prefix, with its credentials', async () => {
    prometheus.answer = () => ({
      body: matrix([
        series(
          { resource: A, instance: 'one' },
          [START, '0'],
          [START + 300, '150e9'],
          [START + 600, '300e9'],
        ),
      ]),
    });

    const batches = await read({ resources: [instance(A), instance(B)] });

    expect(batches.map(({ resourceIds, values }) => [resourceIds, [...values]])).to.deep.equal([
      [[A], [50, 50]],
    ]);
    expect(prometheus.requests).to.deep.equal([
      {
        method: 'POST',
        path: '/prefix/api/v1/query_range',
        authorization: SECRET,
        expression: `max by (resource, instance) (avg_over_time(ceilometer_cpu{resource=~"${A}|${B}"}[300s] offset 1ms))`,
        start: START - 900 + 300,
        end: START + 600,
        step: 300,
      },
    ]);
  });

  it('takes the host of whose name the label begins with it, unless two do', async () => {
    prometheus.answer = () => ({
      body: matrix([
        series({ fqdn: 'one.site', instance: 'x' }, [START + 300, '1']),
        series({ fqdn: 'two.north', instance: 'x' }, [START + 300, '2']),
        series({ fqdn: 'two.south', instance: 'x' }, [START + 300, '3']),
        series({ fqdn: 'three.site', instance: 'x' }, [START + 300, '4']),
        series({ fqdn: 'three', instance: 'x' }, [START + 300, '5']),
        series({ fqdn: 'four.site:9100', instance: 'x' }, [START + 300, '6']),
        series({ instance: 'unlabelled' }, [START + 300, '7']),
      ]),
    });
    const hosts = ['one', 'two', 'three', 'four.site'].map(hostName => ({ id: `id-${hostName}`, hostName }));

    const batches = await read({ metric: 'host_cpu_usage', resources: [...hosts, { id: 'nameless' }] });

    expect(firstValues(batches)).to.deep.equal({ 'id-one': 1, 'id-three': 5, 'id-four.site': 6 });
    expect(prometheus.requests[0]!.expression).to.equal(
      'clamp_min(100 - 100 * avg by (fqdn, instance) (rate(node_cpu_seconds_total{mode="idle",' +
        'fqdn=~"(one|two|three|four\\\\.site)(\\\\.[^:]*)?(:[0-9]+)?"}[300s] offset 1ms)), 0)',
    );
  });

  it('reads the same instance from two targets as one, where it is after a migration', async () => {
    prometheus.answer = () => ({
      body: matrix([
        series({ resource: A, instance: 'source' }, [START + 300, '10']),
        series({ resource: A, instance: 'target' }, [START + 600, '20']),
      ]),
    });

    const batches = await read({ metric: 'instance_ram_usage', resources: [instance(A)] });

    expect(batches.map(({ values }) => [...values])).to.deep.equal([[10, 20]]);
  });

  it('looks back over four scrapes for a rate where a step holds fewer', async () => {
    const resources = [{ id: 'h', hostName: 'h' }];

    await read({ metric: 'host_cpu_usage', resources, stepSeconds: 60 }, { scrapeSeconds: 60 });
    await read({ metric: 'host_ram_usage', resources, stepSeconds: 60 }, { scrapeSeconds: 120 });

    const [cpu, memory] = prometheus.requests;
    expect([cpu!.step, cpu!.expression.includes('[240s]')]).to.deep.equal([60, true]);
    expect(memory!.step).to.equal(120);
  });

  it('asks in parts for more points of a series than Prometheus gives, and joins them', async () => {
    prometheus.answer = ({ start, end, step }) => {
      const points = Math.round((end - start) / step) + 1;
      const values = Array.from({ length: points }, (_, n) => {
        const at = start + n * step;
        return [at, String((at - START) * 1e9)] as const;
      });
      return { body: matrix([series({ resource: A, instance: 'x' }, ...values)]) };
    };

    const [found] = await read({ resources: [instance(A)], stopAt: START + 25_000 * 300 });

    expect(prometheus.requests.map(pointsOf)).to.deep.equal([11_000, 11_000, 3003]);
    expect(new Set(found!.values)).to.deep.equal(new Set([100]));
    expect(found!.steps).to.equal(25_000);
  });

  it('asks for half when the samples are too many for Prometheus', async () => {
    prometheus.answer = ({ expression }) => {
      const ids = expression.match(/[0-9a-f]{8}-0000-4000-8000-[0-9a-f]{12}/g)!;
      if (ids.length > 1) return TOO_MANY_SAMPLES;
      return { body: matrix([series({ resource: ids[0], instance: 'x' }, [START + 300, '7'])]) };
    };

    const batches = await read({ metric: 'instance_ram_usage', resources: [instance(A), instance(B)] });

    expect(firstValues(batches)).to.deep.equal({ [A]: 7, [B]: 7 });
  });

  it('says so when even one instance is too much', async () => {
    prometheus.answer = () => TOO_MANY_SAMPLES;

    await expectSentence(/answered 422: query processing would load too many samples into memory/);
  });

  it('reads under other names, and nothing that is not to be had', async () => {
    const metricNames = { instance_ram_usage: ['libvirt_memory'], instance_cpu_usage: null };
    const names = createPrometheusDatasource(optionsOf({ metricNames })).metrics;

    await read({ metric: 'instance_ram_usage', resources: [instance(A)] }, { metricNames });

    expect(prometheus.requests[0]!.expression).to.include('libvirt_memory{resource=~');
    expect(prometheus.requests).to.have.length(1);
    expect(names).to.include('instance_ram_usage').and.not.include('instance_cpu_usage');
  });

  it('keeps quotes and signs of names out of the expression', async () => {
    const resources = [{ id: 'h', hostName: 'a"} or up{x="' }];

    await read({ metric: 'host_cpu_usage', resources });

    expect(prometheus.requests[0]!.expression).to.include(String.raw`fqdn=~"a\"\\} or up\\{x=\"(`);
  });

  it('tries again when Prometheus is starting, three times at most (B100)', async () => {
    prometheus.answer = () =>
      prometheus.requests.length < 3
        ? { status: 503, body: 'Service Unavailable' }
        : { body: matrix([series({ resource: A }, [START + 300, '7'])]) };

    expect(firstValues(await read({ metric: 'instance_ram_usage', resources: [instance(A)] }))).to.deep.equal(
      { [A]: 7 },
    );
    prometheus.answer = () => ({ status: 503, body: 'Service Unavailable' });
    await expectSentence(/answered 503$/);
    expect(prometheus.requests).to.have.length(6);
  });

  for (const [what, reply, sentence] of [
    ['it refuses our credentials', { status: 401, body: 'Unauthorized' }, /401: it refuses our credentials$/],
    [
      'it does not understand the query',
      { status: 400, body: { status: 'error', error: 'parse error: no' } },
      /answered 400: parse error: no$/,
    ],
    ['its answer is not JSON', { body: '<html>' }, /is not JSON$/],
    [
      'its answer is another type',
      { body: { status: 'success', data: { resultType: 'vector' } } },
      /matrix$/,
    ],
    ['a series is none', { body: matrix([{ values: [] }]) }, /no labels or no values$/],
    [
      'a point is none',
      {
        body: {
          status: 'success',
          data: { resultType: 'matrix', result: [{ metric: {}, values: [[1, 2]] }] },
        },
      },
      /a point is \[1,2\]$/,
    ],
  ] as const) {
    it(`says in one sentence that ${what}`, async () => {
      prometheus.answer = () => reply;

      await expectSentence(sentence);
    });
  }

  it('takes NaN and infinity for no sample', async () => {
    prometheus.answer = () => ({
      body: matrix([series({ resource: A }, [START + 300, 'NaN'], [START + 600, '+Inf'])]),
    });

    expect(await read({ metric: 'instance_ram_usage', resources: [instance(A)] })).to.deep.equal([]);
  });

  function optionsOf(options: Partial<PrometheusOptions>): PrometheusOptions {
    const labels = { fqdnLabel: 'fqdn', instanceUuidLabel: 'resource' };
    return { name: 'prometheus', api, ...labels, scrapeSeconds: 60, pollSeconds: 300, ...options };
  }

  async function read(
    wanted: Partial<UsageQuery>,
    options: Partial<PrometheusOptions> = {},
  ): Promise<UsageBatch[]> {
    const query: UsageQuery = {
      metric: 'instance_cpu_usage',
      resources: [],
      startAt: START,
      stopAt: START + 600,
      stepSeconds: 300,
      ...wanted,
    };
    const batches: UsageBatch[] = [];
    const datasource = createPrometheusDatasource(optionsOf(options));
    for await (const batch of datasource.query(query, new AbortController().signal)) batches.push(batch);
    return batches;
  }

  async function expectSentence(sentence: RegExp): Promise<void> {
    let failure: unknown;
    try {
      await read({ resources: [instance(A)] });
    } catch (error) {
      failure = error;
    }
    expect(failure).to.be.instanceOf(DatasourceError);
    const { message } = failure as Error;
    expect(message).to.match(
      /^instance_cpu_usage \(ceilometer_cpu\) cannot be read from Prometheus: [^\n]*$/,
    );
    expect(message).to.match(sentence);
    expect(message).not.to.include('s3cret');
  }
});

function instance(id: string) {
  return { id, vcpus: 1 };
}

function pointsOf({ start, end, step }: RangeRequest): number {
  return (end - start) / step + 1;
}

/** The first sample of each resource. */
function firstValues(batches: readonly UsageBatch[]): Record<string, number | undefined> {
  return Object.fromEntries(
    batches.flatMap(({ resourceIds, steps, values }) =>
      resourceIds.map((id, n) => [
        id,
        values.subarray(n * steps, (n + 1) * steps).find(value => !Number.isNaN(value)),
      ]),
    ),
  );
}
