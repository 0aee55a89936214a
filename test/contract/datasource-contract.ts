import { expect } from 'chai';
import type { UsageBatch, UsageMetric } from '../../forecast/usage-batch.ts';
import { DatasourceError } from '../../plugin/datasources/datasource.ts';
import type { Datasource, UsageQuery, UsageResource } from '../../plugin/datasources/datasource.ts';
import { BUSY, HOST, SILENT, SPARSE, STEP, STEPS, UNKNOWN } from './datasource-truth.ts';
import type { Truth } from './datasource-truth.ts';

/** A datasource that holds the truth. */
export interface DatasourceUnderTest {
  readonly truth: Truth;
  /** Points that a reply may hold; undefined: what it has by default. */
  open(maximumPoints?: number): Datasource;
  /** The same, with nothing behind it. */
  openDown(): Datasource;
  /** Requests for metrics so far, on all that were opened. */
  requests(): number;
  end(): Promise<void>;
}

const ALL = [
  { id: BUSY, vcpus: 4 },
  { id: SPARSE, vcpus: 1 },
  { id: SILENT, vcpus: 1 },
  { id: UNKNOWN, vcpus: 1 },
];

/** The same truth in, the same batches out: what every datasource must do. */
export function datasourceContract(start: () => Promise<DatasourceUnderTest>): void {
  let subject: DatasourceUnderTest;
  before(async () => {
    subject = await start();
  });
  after(() => subject?.end());

  it('reads CPU as a share of the vCPUs, with gaps and a counter reset left empty, in one request', async () => {
    const before = subject.requests();

    const usage = await read('instance_cpu_usage', ALL);

    expect([...usage.keys()].sort()).to.deep.equal([BUSY, SPARSE]);
    expectSteps(usage.get(BUSY), step => (step < 12 ? 25 : 50));
    expectSteps(usage.get(SPARSE), step => ((step >= 5 && step <= 7) || step === 15 ? NaN : 60));
    expect(subject.requests() - before).to.equal(1);
  });

  it('reads resident memory in MiB, else used memory', async () => {
    const usage = await read('instance_ram_usage', ALL);

    expect([...usage.keys()].sort()).to.deep.equal([BUSY, SPARSE]);
    expectSteps(usage.get(BUSY), step => 1000 + step);
    expectSteps(usage.get(SPARSE), step => 500 + step);
  });

  it('adds up disks, read and write, in bytes per second', async () => {
    const usage = await read('instance_disk_io', ALL);

    expect([...usage.keys()]).to.deep.equal([BUSY]);
    expectSteps(usage.get(BUSY), step => (step === 10 ? NaN : 130));
  });

  it('adds up ports, of which one was attached for the last half hour only', async () => {
    const usage = await read('instance_network_io', ALL);

    expectSteps(usage.get(BUSY), step => (step < 19 ? 7 : 12));
  });

  it('reads CPU in percent and memory in MiB of hosts', async () => {
    const hosts = [
      { id: 'host-1', hostName: HOST },
      { id: 'host-2', hostName: 'no-such-host' },
      { id: 'host-3', hostName: `${HOST}-2` },
    ];

    const cpu = await read('host_cpu_usage', hosts);
    const memory = await read('host_ram_usage', hosts);

    expect([...cpu.keys(), ...memory.keys()]).to.deep.equal(['host-1', 'host-1']);
    expectSteps(cpu.get('host-1'), subject.truth.host.cpuPercent);
    expectSteps(memory.get('host-1'), () => subject.truth.host.memoryUsedKiB / 1024);
  });

  it('reads coarser steps as means', async () => {
    const { startAt, stopAt } = wholeHalfHours(subject.truth);

    const usage = await read('instance_ram_usage', [{ id: BUSY }], { startAt, stopAt, stepSeconds: 1800 });

    const first = (startAt - subject.truth.startAt) / STEP;
    expect(rounded(usage.get(BUSY)!)).to.deep.equal([0, 6, 12].map(step => 1000 + first + step + 2.5));
  });

  it('lets each poll stand for the finer steps until the next', async () => {
    for (const metric of ['instance_ram_usage', 'instance_cpu_usage'] as const) {
      const usage = await read(metric, [{ id: BUSY, vcpus: 4 }], { stepSeconds: 60 });

      const values = rounded(usage.get(BUSY)!);
      expect(values).to.have.length(STEPS * 5);
      expect(values.slice(0, 6)).to.deep.equal(
        metric === 'instance_cpu_usage' ? [25, 25, 25, 25, 25, 25] : [1000, 1000, 1000, 1000, 1000, 1001],
      );
    }
  });

  it('has no batch for what it does not know', async () => {
    expect(await read('instance_cpu_usage', [{ id: UNKNOWN, vcpus: 1 }])).to.deep.equal(new Map());
    expect(await read('instance_cpu_usage', [{ id: BUSY }])).to.deep.equal(new Map());
  });

  it('has no batch for another time', async () => {
    const { startAt, stopAt } = subject.truth;
    const yearsAgo = 1000 * 86_400;
    const period = { startAt: startAt - yearsAgo, stopAt: stopAt - yearsAgo };

    expect(await read('instance_cpu_usage', ALL, period)).to.deep.equal(new Map());
  });

  it('reads the same in small parts, no resource twice', async () => {
    const whole = await read('instance_disk_io', ALL);

    const parts = await collect(subject.open(1).query(queryOf('instance_disk_io', ALL), never()));

    expect(parts.flatMap(({ resourceIds }) => resourceIds)).to.deep.equal([BUSY]);
    expect(columns(parts)).to.deep.equal(whole);
  });

  it('reads 5,000 instances in a few requests', async () => {
    const others = strangers(4998);
    const before = subject.requests();

    const usage = await read('instance_cpu_usage', [...others, ...ALL.slice(0, 2)]);

    expect([...usage.keys()].sort()).to.deep.equal([BUSY, SPARSE]);
    expect(subject.requests() - before).to.be.at.most(6);
  });

  it('stops when it is told to in the middle', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const before = subject.requests();
    const query = queryOf('instance_cpu_usage', [...ALL, ...strangers(50)]);
    const reading = subject.open(1).query(query, controller.signal);

    const failure = await failureOf(async () => {
      for await (const batch of reading) {
        expect(batch.resourceIds).to.deep.equal([BUSY]);
        controller.abort(reason);
      }
    });

    expect(failure).to.equal(reason);
    expect(subject.requests() - before).to.be.at.most(4);
  });

  it('says in one sentence that names it when it cannot be read', async () => {
    const down = subject.openDown();

    const failure = await failureOf(() => collect(down.query(queryOf('instance_cpu_usage', ALL), never())));

    expect(failure).to.be.instanceOf(DatasourceError);
    expect((failure as Error).message).to.match(
      new RegExp(`^instance_cpu_usage \\(.*cpu\\) cannot be read from ${down.name}: `, 'i'),
    );
    expect((failure as Error).message).not.to.match(/\n/);
  });

  async function read(
    metric: UsageMetric,
    resources: readonly UsageResource[],
    period: Partial<UsageQuery> = {},
  ): Promise<Map<string, Float32Array>> {
    const query = { ...queryOf(metric, resources), ...period };
    const batches = await collect(subject.open().query(query, never()));
    for (const batch of batches) {
      expect(batch).to.include({ metric, startAt: query.startAt, stepSeconds: query.stepSeconds });
      expect(batch.values).to.have.length(batch.resourceIds.length * batch.steps);
    }
    return columns(batches);
  }

  function queryOf(metric: UsageMetric, resources: readonly UsageResource[]): UsageQuery {
    const { startAt, stopAt } = subject.truth;
    return { metric, resources, startAt, stopAt, stepSeconds: STEP };
  }
}

/** Instances that no datasource knows. */
function strangers(count: number): UsageResource[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `${((n * 2654435761) % 2 ** 32).toString(16).padStart(8, '0')}-0000-4000-8000-00000000da7a`,
    vcpus: 1,
  }));
}

/** Three half hours on the clock, all within the truth. */
function wholeHalfHours({ startAt }: Truth): { readonly startAt: number; readonly stopAt: number } {
  const first = Math.ceil(startAt / 1800) * 1800;
  return { startAt: first, stopAt: first + 3 * 1800 };
}

/** Resource id → its steps. */
function columns(batches: readonly UsageBatch[]): Map<string, Float32Array> {
  return new Map(
    batches.flatMap(({ resourceIds, steps, values }) =>
      resourceIds.map((id, n) => [id, values.subarray(n * steps, (n + 1) * steps)] as const),
    ),
  );
}

async function collect(batches: AsyncIterable<UsageBatch>): Promise<UsageBatch[]> {
  const list: UsageBatch[] = [];
  for await (const batch of batches) list.push(batch);
  return list;
}

function never(): AbortSignal {
  return new AbortController().signal;
}

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

function expectSteps(values: Float32Array | undefined, expected: (step: number) => number): void {
  const wanted = Array.from({ length: STEPS }, (_, step) => expected(step));
  expect(rounded(values ?? new Float32Array())).to.deep.equal(wanted);
}

function rounded(values: Float32Array): number[] {
  return [...values].map(value => Math.round(value * 1000) / 1000);
}
