import { startPrometheus } from '../../devstack/lab/prometheus-server.ts';
import type { UsageMetric } from '../../forecast/usage-batch.ts';
import { createHttpApi } from '../../plugin/datasources/prometheus/http-api.ts';
import type { HttpApi } from '../../plugin/datasources/prometheus/http-api.ts';
import { createPrometheusDatasource } from '../../plugin/datasources/prometheus/prometheus-datasource.ts';
import { report } from '../results.ts';

export interface PrometheusBench {
  readonly instances: number;
  readonly days: number;
}

const STEP = 300;
const VCPUS = 2;
const METRICS = ['instance_cpu_usage', 'instance_ram_usage', 'instance_disk_io'] as const;
const NAMES: Readonly<Record<(typeof METRICS)[number], readonly string[]>> = {
  instance_cpu_usage: ['ceilometer_cpu'],
  instance_ram_usage: ['ceilometer_memory_resident'],
  instance_disk_io: ['ceilometer_disk_device_read_bytes', 'ceilometer_disk_device_write_bytes'],
};

interface Measured {
  readonly requests: number;
  readonly seconds: number;
  readonly samples: number;
}

/**
 * A real Prometheus with the history of so many instances, read by our datasource; against one range query for each
 * instance and metric, and against the one instant query that Watcher sends for each instance and metric, of which it gets one number.
 */
export async function benchPrometheus({ instances, days }: PrometheusBench): Promise<void> {
  const stopAt = Math.floor(Date.now() / 1000 / STEP) * STEP;
  const startAt = stopAt - days * 86_400;
  const ids = Array.from({ length: instances }, (_, n) => idOf(n));
  const history = historyOf(ids, startAt - 3 * STEP, stopAt);
  const server = await startPrometheus({ history });
  const api = createHttpApi({
    url: server.url,
    tls: { verify: true, ca: undefined, cert: undefined, key: undefined },
    authorization: undefined,
  });
  try {
    const period = { startAt, stopAt, stepSeconds: STEP };
    // The first reading of either kind would pay for Prometheus reading its files.
    await readAll(api, 'instance_cpu_usage', ids, period);
    const rows = [];
    for (const metric of METRICS) {
      const ours = await measure(api, () => readAll(api, metric, ids, period));
      const single = await measure(api, () => readOneByOne(api, metric, ids, period));
      const watcher = await readAsWatcher(server.url, metric, ids);
      rows.push({
        metric,
        requests: ours.requests,
        seconds: round(ours.seconds),
        samples: ours.samples,
        'one range query each': single.requests,
        'its seconds': round(single.seconds),
        'its samples': single.samples,
        "as Watcher's": watcher.requests,
        'their seconds': round(watcher.seconds),
        'their samples': watcher.samples,
      });
    }
    report('collect-prometheus', rows);
  } finally {
    api.close();
    await server.stop();
  }
}

interface Period {
  readonly startAt: number;
  readonly stopAt: number;
  readonly stepSeconds: number;
}

async function readAll(
  api: HttpApi,
  metric: UsageMetric,
  ids: readonly string[],
  period: Period,
): Promise<number> {
  const datasource = createPrometheusDatasource({
    name: 'prometheus',
    api,
    fqdnLabel: 'fqdn',
    instanceUuidLabel: 'resource',
    scrapeSeconds: 60,
    pollSeconds: STEP,
  });
  const resources = ids.map(id => ({ id, vcpus: VCPUS }));
  let samples = 0;
  const batches = datasource.query({ metric, resources, ...period }, new AbortController().signal);
  for await (const { values } of batches) {
    samples += values.reduce((sum, value) => (Number.isNaN(value) ? sum : sum + 1), 0);
  }
  return samples;
}

async function readOneByOne(
  api: HttpApi,
  metric: (typeof METRICS)[number],
  ids: readonly string[],
  { startAt, stopAt, stepSeconds }: Period,
): Promise<number> {
  let samples = 0;
  for (const id of ids) {
    for (const name of NAMES[metric]) {
      const device = metric === 'instance_disk_io' ? `${id}-vda` : id;
      const expression = `avg_over_time(${name}{resource="${device}"}[${stepSeconds}s] offset 1ms)`;
      const points = (stopAt - startAt) / stepSeconds;
      const query = { expression, firstAt: startAt + stepSeconds, stepSeconds, points };
      const [found] = await api.read(query, new AbortController().signal);
      samples += found?.samples.values.length ?? 0;
    }
  }
  return samples;
}

/** The last hour as one number; it knows no disk I/O. */
async function readAsWatcher(
  url: string,
  metric: (typeof METRICS)[number],
  ids: readonly string[],
): Promise<Measured> {
  if (metric === 'instance_disk_io') return { requests: 0, seconds: 0, samples: 0 };
  const startedAt = performance.now();
  let samples = 0;
  for (const id of ids) {
    const of = `{resource='${id}'}[3600s]`;
    const query =
      metric === 'instance_cpu_usage'
        ? `clamp_max((avg by (resource)(rate(ceilometer_cpu${of}))/10e+8) *(100/${VCPUS}), 100)`
        : `avg_over_time(ceilometer_memory_resident${of})`;
    const reply = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = (await reply.json()) as { data: { result: unknown[] } };
    samples += data.result.length;
  }
  return { requests: ids.length, seconds: (performance.now() - startedAt) / 1000, samples };
}

async function measure(api: HttpApi, work: () => Promise<number>): Promise<Measured> {
  const before = api.requests;
  const startedAt = performance.now();
  const samples = await work();
  return { requests: api.requests - before, seconds: (performance.now() - startedAt) / 1000, samples };
}

/** One poll in each step, in OpenMetrics. */
function historyOf(ids: readonly string[], startAt: number, stopAt: number): string {
  const steps = Array.from({ length: (stopAt - startAt) / STEP }, (_, step) => step);
  const lines: string[] = [];
  for (const [metric, names] of Object.entries(NAMES)) {
    for (const name of names) {
      lines.push(`# TYPE ${name} gauge`);
      for (const [n, id] of ids.entries()) {
        const resource = metric === 'instance_disk_io' ? `${id}-vda` : id;
        for (const step of steps) {
          const value = metric === 'instance_ram_usage' ? 1000 + n : (step + 1) * STEP * 1e9;
          lines.push(
            `${name}{resource="${resource}",instance="sg-core:3000",project="p"} ${value} ${startAt + step * STEP + 7}`,
          );
        }
      }
    }
  }
  return [...lines, '# EOF', ''].join('\n');
}

function idOf(n: number): string {
  const scattered = ((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0');
  return `${scattered}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
