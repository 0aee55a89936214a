import { expect } from 'chai';

import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { settle } from '../../devstack/lab/feeder/feed.ts';
import type { UsageBatch, UsageMetric } from '../../forecast/usage-batch.ts';
import { DatasourceError } from '../../plugin/datasources/datasource.ts';
import type { UsageResource } from '../../plugin/datasources/datasource.ts';
import { createGnocchiDatasource } from '../../plugin/datasources/gnocchi/gnocchi-datasource.ts';
import { readCloudConfig } from '../../plugin/openstack/cloud-config.ts';
import { Session } from '../../plugin/openstack/session.ts';

const STEP = 300;
const STEPS = 24;
const STOP = Math.floor(Date.now() / 1000 / STEP) * STEP;
const START = STOP - STEPS * STEP;

/** Resources of our own: no server of Nova has these ids. */
const BUSY = '6e6f6368-0000-4000-8000-000000000001';
const SPARSE = '6e6f6368-0000-4000-8000-000000000002';
const SILENT = '6e6f6368-0000-4000-8000-000000000003';
const UNKNOWN = '6e6f6368-0000-4000-8000-000000000004';
const HOST = 'gnocchi-test';

describe('gnocchi datasource on OpenStack', function () {
  this.timeout(120_000);
  let cloud: LabCloud;
  let session: Session;

  before(async () => {
    cloud = await LabCloud.connect();
    session = new Session(readCloudConfig({ env: labEnvironment(), homeDir: '/', cwd: '/' }));
    await removeAll(cloud);
    await feedAll(cloud);
    await settle(cloud);
  });
  after(async () => {
    await removeAll(cloud);
    session.close();
  });

  it('reads CPU as a share of the vCPUs, with gaps and a counter reset left empty', async () => {
    const before = requests();

    const usage = await read('instance_cpu_usage', [
      { id: BUSY, vcpus: 4 },
      { id: SPARSE, vcpus: 1 },
      { id: SILENT, vcpus: 1 },
      { id: UNKNOWN, vcpus: 1 },
    ]);

    expect([...usage.keys()].sort()).to.deep.equal([BUSY, SPARSE]);
    // One vCPU of four is busy, then two.
    expectSteps(usage.get(BUSY), step => (step < 12 ? 25 : 50));
    // Steps 5 to 7 were not polled; at step 15 the counter began again from 0. It was 60 % throughout.
    expectSteps(usage.get(SPARSE), step => ((step >= 5 && step <= 7) || step === 15 ? NaN : 60));
    expect(requests() - before).to.equal(1);
  });

  it('reads resident memory, else used memory', async () => {
    const usage = await read('instance_ram_usage', [{ id: BUSY }, { id: SPARSE }, { id: SILENT }]);

    expect([...usage.keys()].sort()).to.deep.equal([BUSY, SPARSE]);
    expectSteps(usage.get(BUSY), step => 1000 + step);
    expectSteps(usage.get(SPARSE), step => 500 + step);
  });

  it('adds up two disks, read and write', async () => {
    const usage = await read('instance_disk_io', [{ id: BUSY }, { id: UNKNOWN }]);

    // vda 10 + 20 B/s; vdb 100 B/s, but its poll of step 10 is missing.
    expectSteps(usage.get(BUSY), step => (step === 10 ? NaN : 130));
    expect(usage.size).to.equal(1);
  });

  it('adds up ports, of which one was attached for the last half hour only', async () => {
    const usage = await read('instance_network_io', [{ id: BUSY }]);

    expectSteps(usage.get(BUSY), step => (step < 19 ? 7 : 12));
  });

  it('reads hosts, also of another hypervisor name than their own', async () => {
    const host = [
      { id: 'host-1', hostName: HOST },
      { id: 'host-2', hostName: 'no-such-host' },
    ];

    expectSteps((await read('host_cpu_usage', host)).get('host-1'), step => step);
    expectSteps((await read('host_ram_usage', host)).get('host-1'), () => 3);
  });

  it('reads coarser steps as means of finer archives', async () => {
    const usage = await read('instance_ram_usage', [{ id: BUSY }], 1800);

    const values = [...usage.get(BUSY)!];
    expect(values).to.deep.equal([1002.5, 1008.5, 1014.5, 1020.5]);
  });

  it('reads finer steps than the archive has, each standing for several', async () => {
    const usage = await read('instance_ram_usage', [{ id: BUSY }], 60);

    const values = [...usage.get(BUSY)!];
    expect(values).to.have.length(STEPS * 5);
    expect(values.slice(0, 6)).to.deep.equal([1000, 1000, 1000, 1000, 1000, 1001]);
  });

  it('reads resources with different archive policies together', async () => {
    const mixed = [
      { id: BUSY, vcpus: 4 },
      { id: SPARSE, vcpus: 1 },
    ];
    await post(cloud, { [SILENT]: { cpu: counter(() => 150e9, { archivePolicy: 'medium' }) } });
    await settle(cloud);

    const usage = await read('instance_cpu_usage', [...mixed, { id: SILENT, vcpus: 1 }]);

    expectSteps(usage.get(BUSY), step => (step < 12 ? 25 : 50));
    expectSteps(usage.get(SILENT), () => 50);
  });

  it('has no batches for resources that Gnocchi does not know', async () => {
    expect(await read('instance_cpu_usage', [{ id: UNKNOWN, vcpus: 1 }])).to.deep.equal(new Map());
  });

  it('says when Gnocchi is not there', async () => {
    const env = { ...labEnvironment(), OS_METRIC_ENDPOINT_OVERRIDE: 'http://127.0.0.1:1' };
    const lost = new Session(readCloudConfig({ env, homeDir: '/', cwd: '/' }), { attempts: 1 });
    const datasource = createGnocchiDatasource({ session: lost });
    const resources = [{ id: BUSY, vcpus: 4 }];

    let failure: unknown;
    try {
      await collect(datasource.query(queryOf('instance_cpu_usage', resources, STEP), never()));
    } catch (error) {
      failure = error;
    }
    lost.close();

    expect(failure).to.be.instanceOf(DatasourceError);
    expect((failure as Error).message).to.match(
      /instance_cpu_usage \(cpu\) cannot be read from Gnocchi: .*127\.0\.0\.1:1/,
    );
  });

  /** Resource id → its steps. */
  async function read(
    metric: UsageMetric,
    resources: readonly UsageResource[],
    stepSeconds = STEP,
  ): Promise<Map<string, Float32Array>> {
    const batches = await collect(
      createGnocchiDatasource({ session }).query(queryOf(metric, resources, stepSeconds), never()),
    );
    return new Map(
      batches.flatMap(({ resourceIds, steps, values }) =>
        resourceIds.map((id, n) => [id, values.subarray(n * steps, (n + 1) * steps)] as const),
      ),
    );
  }

  function requests(): number {
    return session.requestCounts.get('metric') ?? 0;
  }
});

function queryOf(metric: UsageMetric, resources: readonly UsageResource[], stepSeconds: number) {
  return { metric, resources, startAt: START, stopAt: STOP, stepSeconds };
}

async function collect(batches: AsyncIterable<UsageBatch>): Promise<UsageBatch[]> {
  const list: UsageBatch[] = [];
  for await (const batch of batches) list.push(batch);
  return list;
}

function never(): AbortSignal {
  return new AbortController().signal;
}

function expectSteps(values: Float32Array | undefined, expected: (step: number) => number): void {
  const wanted = Array.from({ length: STEPS }, (_, step) => expected(step));
  const found = [...(values ?? [])].map(value => Math.round(value * 1000) / 1000);
  expect(found).to.deep.equal(wanted);
}

async function feedAll(cloud: LabCloud): Promise<void> {
  const owner = { user_id: 'gnocchi-test', project_id: 'gnocchi-test' };
  for (const id of [BUSY, SPARSE, SILENT]) {
    const names = { display_name: id, host: HOST, flavor_id: 'f', flavor_name: 'f', image_ref: 'i' };
    await create(cloud, 'instance', { id, ...owner, ...names, server_group: 'none' });
  }
  const devices = { instance_disk: ['vda', 'vdb'], instance_network_interface: ['tap1', 'tap2'] };
  for (const [type, names] of Object.entries(devices)) {
    for (const name of names) {
      await create(cloud, type, { id: `${BUSY}-${name}`, ...owner, name, instance_id: BUSY });
    }
  }
  await create(cloud, 'nova_compute', { id: `${HOST}_other-name`, host_name: HOST });

  await post(cloud, {
    [BUSY]: {
      cpu: counter(step => (step < 12 ? 1 : 2) * STEP * 1e9),
      'memory.resident': gauge(step => 1000 + step),
      'memory.usage': gauge(() => 1),
    },
    [SPARSE]: {
      cpu: counter(() => 0.6 * STEP * 1e9, { missing: [5, 6, 7], resetAt: 15 }),
      'memory.usage': gauge(step => 500 + step),
    },
    [`${BUSY}-vda`]: {
      'disk.device.read.bytes': counter(() => 10 * STEP),
      'disk.device.write.bytes': counter(() => 20 * STEP),
    },
    [`${BUSY}-vdb`]: { 'disk.device.read.bytes': counter(() => 100 * STEP, { missing: [10] }) },
    [`${BUSY}-tap1`]: {
      'network.incoming.bytes': counter(() => 3 * STEP),
      'network.outgoing.bytes': counter(() => 4 * STEP),
    },
    [`${BUSY}-tap2`]: { 'network.incoming.bytes': counter(() => 5 * STEP, { from: 18 }) },
    [`${HOST}_other-name`]: {
      'compute.node.cpu.percent': gauge(step => step),
      'hardware.memory.used': gauge(() => 3 * 1024),
    },
  });
}

async function create(cloud: LabCloud, type: string, body: object): Promise<void> {
  await cloud.call('metric', `/v1/resource/${type}`, { method: 'POST', body });
}

async function post(cloud: LabCloud, metrics: Record<string, Record<string, object>>): Promise<void> {
  const path = '/v1/batch/resources/metrics/measures?create_metrics=true';
  await cloud.call('metric', path, { method: 'POST', body: metrics });
}

interface CounterOptions {
  /** Steps whose poll is missing. */
  readonly missing?: readonly number[];
  /** Step at which it begins again from 0. */
  readonly resetAt?: number;
  /** First step with a poll; -1 is the one before the query. */
  readonly from?: number;
  readonly archivePolicy?: string;
}

/** Polled 7 s after each step begins; `growth` is what came since the poll before. */
function counter(growth: (step: number) => number, options: CounterOptions = {}): object {
  const { missing = [], resetAt, from = -1, archivePolicy = 'ceilometer-low-rate' } = options;
  let total = 1e6;
  const values = new Map<number, number>();
  for (let step = from; step < STEPS; step += 1) {
    total = step === resetAt ? 0 : total + growth(step);
    if (!missing.includes(step)) values.set(step, total);
  }
  return { archive_policy_name: archivePolicy, measures: measures(values) };
}

function gauge(value: (step: number) => number): object {
  const values = new Map(Array.from({ length: STEPS }, (_, step) => [step, value(step)]));
  return { archive_policy_name: 'ceilometer-low', measures: measures(values) };
}

function measures(values: ReadonlyMap<number, number>): object[] {
  return [...values].map(([step, value]) => ({
    timestamp: new Date((START + step * STEP + 7) * 1000).toISOString(),
    value,
  }));
}

/** As `generic`: Gnocchi leaves halves behind when it deletes several resources by any other type. */
async function removeAll(cloud: LabCloud): Promise<void> {
  const names = [SPARSE, SILENT, `${HOST}_other-name`];
  const search = {
    or: [{ like: { original_resource_id: `${BUSY}%` } }, { in: { original_resource_id: names } }],
  };
  await cloud.call('metric', '/v1/resource/generic', { method: 'DELETE', body: search, accept: [404] });
}

function labEnvironment(): Record<string, string> {
  return {
    OS_AUTH_URL: 'http://127.0.0.1:15000/v3',
    OS_USERNAME: 'admin',
    OS_PASSWORD: 'lab',
    OS_PROJECT_NAME: 'admin',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: 'RegionOne',
    ...process.env,
  };
}
