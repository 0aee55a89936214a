/** What is true of a few instances and a host, for every datasource to tell: in Ceilometer's names and units. */
export const STEP = 300;
export const STEPS = 24;

/** No server of Nova has these ids. */
export const BUSY = 'da7a0000-0000-4000-8000-000000000001';
export const SPARSE = 'da7a0000-0000-4000-8000-000000000002';
export const SILENT = 'da7a0000-0000-4000-8000-000000000003';
export const UNKNOWN = 'da7a0000-0000-4000-8000-000000000004';
export const HOST = 'datasource-contract';

export interface TruthSeries {
  readonly of: 'instance' | 'disk' | 'port';
  readonly instanceId: string;
  /** `vda`, `tap1`; empty for the instance itself. */
  readonly device: string;
  readonly metric: string;
  /** Epoch seconds of each poll, and what it found. */
  readonly polls: readonly (readonly [at: number, value: number])[];
}

export interface Truth {
  readonly startAt: number;
  readonly stopAt: number;
  readonly series: readonly TruthSeries[];
  readonly host: {
    readonly name: string;
    readonly cpuPercent: (step: number) => number;
    readonly memoryTotalKiB: number;
    readonly memoryUsedKiB: number;
  };
}

/** Ends with the last whole step. One poll in each step, 7 s after it begins. */
export function truthUntil(nowSeconds: number): Truth {
  const stopAt = Math.floor(nowSeconds / STEP) * STEP;
  const startAt = stopAt - STEPS * STEP;
  const counter = (growth: (step: number) => number, options: CounterOptions = {}) =>
    counterPolls(startAt, growth, options);
  const gauge = (value: (step: number) => number) =>
    Array.from({ length: STEPS }, (_, step) => [startAt + step * STEP + 7, value(step)] as const);
  const own = (instanceId: string, metric: string, polls: TruthSeries['polls']) =>
    ({ of: 'instance', instanceId, device: '', metric, polls }) as const;
  const disk = (device: string, metric: string, polls: TruthSeries['polls']) =>
    ({ of: 'disk', instanceId: BUSY, device, metric, polls }) as const;
  const port = (device: string, metric: string, polls: TruthSeries['polls']) =>
    ({ of: 'port', instanceId: BUSY, device, metric, polls }) as const;
  return {
    startAt,
    stopAt,
    series: [
      // One vCPU of four is busy, then two.
      own(
        BUSY,
        'cpu',
        counter(step => (step < 12 ? 1 : 2) * STEP * 1e9),
      ),
      own(
        BUSY,
        'memory.resident',
        gauge(step => 1000 + step),
      ),
      own(
        BUSY,
        'memory.usage',
        gauge(() => 1),
      ),
      // 60 % throughout; steps 5 to 7 were not polled, at step 15 the counter began again from 0.
      own(
        SPARSE,
        'cpu',
        counter(() => 0.6 * STEP * 1e9, { missing: [5, 6, 7], resetAt: 15 }),
      ),
      own(
        SPARSE,
        'memory.usage',
        gauge(step => 500 + step),
      ),
      disk(
        'vda',
        'disk.device.read.bytes',
        counter(() => 10 * STEP),
      ),
      disk(
        'vda',
        'disk.device.write.bytes',
        counter(() => 20 * STEP),
      ),
      disk(
        'vdb',
        'disk.device.read.bytes',
        counter(() => 100 * STEP, { missing: [10] }),
      ),
      port(
        'tap1',
        'network.incoming.bytes',
        counter(() => 3 * STEP),
      ),
      port(
        'tap1',
        'network.outgoing.bytes',
        counter(() => 4 * STEP),
      ),
      // Attached for the last half hour only.
      port(
        'tap2',
        'network.incoming.bytes',
        counter(() => 5 * STEP, { from: 18 }),
      ),
    ],
    host: {
      name: HOST,
      cpuPercent: step => step,
      memoryTotalKiB: 8 * 1024,
      memoryUsedKiB: 3 * 1024,
    },
  };
}

interface CounterOptions {
  /** Steps whose poll is missing. */
  readonly missing?: readonly number[];
  /** Step at which it begins again from 0. */
  readonly resetAt?: number;
  /** First step with a poll; -1 is the one before the period. */
  readonly from?: number;
}

/** `growth` is what came since the poll before. */
function counterPolls(
  startAt: number,
  growth: (step: number) => number,
  { missing = [], resetAt, from = -1 }: CounterOptions,
): (readonly [number, number])[] {
  const polls: (readonly [number, number])[] = [];
  let total = 1e6;
  for (let step = from; step < STEPS; step += 1) {
    total = step === resetAt ? 0 : total + growth(step);
    if (!missing.includes(step)) polls.push([startAt + step * STEP + 7, total]);
  }
  return polls;
}
