import { z } from 'zod';

const percent = z.number().min(0).max(100);
const share = z.number().min(0).max(1);
const positive = z.number().gt(0);
/** `09:30` */
const hour = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 09:30')
  .transform(text => Number(text.slice(0, 2)) + Number(text.slice(3)) / 60);
/** `90s`, `10m`, `2h` */
const duration = z
  .string()
  .regex(/^\d+(\.\d+)?[smh]$/, 'must be a duration like 90s, 10m or 2h')
  .transform(text => Number(text.slice(0, -1)) * { s: 1, m: 60, h: 3600 }[text.slice(-1) as 's' | 'm' | 'h']);

const daily = {
  low: percent,
  high: percent,
  from: hour,
  hours: positive.max(24),
  rampHours: z.number().min(0).max(12).default(0.5),
};

const demand = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('steady'), percent }),
  z.strictObject({ kind: z.literal('daily'), ...daily }),
  z.strictObject({ kind: z.literal('weekly'), ...daily }),
  z.strictObject({ kind: z.literal('bursty'), low: percent, high: percent, share }),
  z.strictObject({ kind: z.literal('replayed'), file: z.string().min(1) }),
]);

const host = z.strictObject({
  name: z.string().min(1),
  /** More than one: the name gets a number, from 1 on. */
  count: z.int().positive().max(10_000).default(1),
  vcpus: z.int().positive(),
  memoryGiB: positive,
  diskGiB: positive.default(2000),
  cpuRatio: positive.default(4),
  linkGbit: positive.default(10),
  idleWatts: z.number().min(0).default(120),
  peakWatts: z.number().min(0).default(400),
});

const guest = z.strictObject({
  name: z.string().min(1),
  count: z.int().positive().max(100_000).default(1),
  flavor: z.string(),
  /** Without it, the hosts take turns. */
  host: z.string().optional(),
  demand,
  noise: share.default(0.08),
  memoryPercent: percent.default(35),
  memoryPerCpuPercent: z.number().min(0).max(1).default(0.1),
  dirtyMiBPerBusyCpu: z.number().min(0).default(30),
  workingSetMiB: positive.default(1024),
  diskMBPerBusyCpu: z.number().min(0).default(5),
  networkMBPerBusyCpu: z.number().min(0).default(10),
  volumeGiB: positive.optional(),
  antiAffinity: z.string().optional(),
});

const fault = z.union([
  z.strictObject({
    kind: z.enum([
      'host_dies',
      'host_returns',
      'cell_down',
      'cell_returns',
      'metrics_lost',
      'metrics_return',
    ]),
    at: duration,
    name: z.string().optional(),
  }),
  z.strictObject({
    kind: z.enum(['slow', 'fail', 'hang', 'drop']),
    service: z
      .enum(['identity', 'compute', 'placement', 'metric', 'network', 'volumev3', 'image'])
      .optional(),
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).optional(),
    path: z.string().optional(),
    share: share.optional(),
    times: z.int().positive().optional(),
    seconds: positive.optional(),
    status: z.int().min(400).max(599).optional(),
    message: z.string().optional(),
  }),
]);

const DAYS = 'monday|tuesday|wednesday|thursday|friday|saturday|sunday';

/** A scenario file; `docs/simulator.md` describes it. */
export const scenarioSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().default(''),
  startsAt: z
    .string()
    .regex(new RegExp(`^(${DAYS}) ([01]\\d|2[0-3]):[0-5]\\d$`), 'must be like "monday 09:20"'),
  seed: z.int().default(1),
  historyDays: positive.max(60).default(14),
  hosts: z.array(host).min(1),
  flavors: z.record(
    z.string(),
    z.strictObject({ vcpus: z.int().positive(), memoryGiB: positive, diskGiB: z.number().min(0) }),
  ),
  guests: z.array(guest),
  migrations: z
    .strictObject({
      downtimeLimitSeconds: positive.default(0.5),
      autoConverge: z.boolean().default(false),
      postCopy: z.boolean().default(false),
      failureShare: share.default(0),
    })
    .prefault({}),
  metrics: z
    .strictObject({ lostShare: share.default(0), lagSeconds: z.number().min(0).default(0) })
    .prefault({}),
  faults: z.array(fault).default([]),
  /** Parameters of the audit that the demonstration runs. */
  audit: z.record(z.string(), z.unknown()).default({}),
});

export type Scenario = z.output<typeof scenarioSchema>;
