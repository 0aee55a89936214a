import type { UsageMetric } from '../../../forecast/usage-batch.ts';
import type { UsageResource } from '../datasource.ts';

/** How a usage metric is made of what node_exporter and Ceilometer's exporter (or sg-core) give to Prometheus. */
export interface Recipe {
  /** `node_exporter` is scraped as it changes; what `ceilometer` has is new at every poll only. */
  readonly origin: 'node_exporter' | 'ceilometer';
  /** What the resource label holds; the id of a device holds that of its instance. */
  readonly labelled: 'host' | 'instance' | 'disk' | 'port';
  /** Of what the expression gives. */
  readonly kind: 'gauge' | 'counter';
  /** Names of metrics that are read together; a resource that has none of the first is tried with the next. */
  readonly alternatives: readonly (readonly string[])[];
  /** PromQL: one series for each value of the label and each scrape target. */
  expression(parts: ExpressionParts): string;
  /** From the unit of the expression (per second for counters) to ours; undefined when the resource lacks what it takes. */
  scale(resource: UsageResource): number | undefined;
  readonly ceiling: number;
  readonly plausible: number;
}

export interface ExpressionParts {
  readonly metric: string;
  /** `label=~"…"`, or empty for all. */
  readonly filter: string;
  /** Labels by which the series are told apart. */
  readonly by: string;
  readonly windowSeconds: number;
}

const NANOSECONDS = 1e9;
const MEBIBYTE = 1024 * 1024;
/** No device moves 100 GB in a second: such a rate is a counter that jumped. */
const FASTEST_DEVICE_BYTES_PER_SECOND = 1e11;

/**
 * The mean of each window. Of a counter too, and the growth between the means is the rate: Ceilometer's counters are
 * stairs, new at every poll and scraped in between, of which `rate()` over a window sees now no stair and now two.
 */
function mean({ metric, filter, by, windowSeconds }: ExpressionParts): string {
  return `max by (${by}) (avg_over_time(${window(metric, [filter], windowSeconds)}))`;
}

/** `offset 1ms`: a window [from, to) as ours, where Prometheus has (from, to]. */
function window(metric: string, filters: readonly string[], seconds: number): string {
  const filter = filters.filter(one => one !== '').join(',');
  return `${metric}{${filter}}[${seconds}s] offset 1ms`;
}

const DEVICE = {
  origin: 'ceilometer',
  kind: 'counter',
  expression: mean,
  scale: () => 1,
  ceiling: Infinity,
  plausible: FASTEST_DEVICE_BYTES_PER_SECOND,
} as const;

const HOST = { origin: 'node_exporter', labelled: 'host', kind: 'gauge' } as const;

/** Names are node_exporter's, and Ceilometer's with `ceilometer_` before and `_` for `.`; units are theirs. */
export const RECIPES: Readonly<Record<UsageMetric, Recipe>> = {
  instance_cpu_usage: {
    origin: 'ceilometer',
    labelled: 'instance',
    kind: 'counter',
    alternatives: [['ceilometer_cpu']],
    expression: mean,
    scale: ({ vcpus }) => (vcpus === undefined || vcpus <= 0 ? undefined : 100 / (NANOSECONDS * vcpus)),
    ceiling: 100,
    plausible: Infinity,
  },
  instance_ram_usage: {
    origin: 'ceilometer',
    labelled: 'instance',
    kind: 'gauge',
    alternatives: [['ceilometer_memory_resident'], ['ceilometer_memory_usage']],
    expression: mean,
    scale: () => 1,
    ceiling: Infinity,
    plausible: Infinity,
  },
  instance_disk_io: {
    ...DEVICE,
    labelled: 'disk',
    alternatives: [['ceilometer_disk_device_read_bytes', 'ceilometer_disk_device_write_bytes']],
  },
  instance_network_io: {
    ...DEVICE,
    labelled: 'port',
    alternatives: [['ceilometer_network_incoming_bytes', 'ceilometer_network_outgoing_bytes']],
  },
  host_cpu_usage: {
    ...HOST,
    alternatives: [['node_cpu_seconds_total']],
    expression: ({ metric, filter, by, windowSeconds }) => {
      const idle = `avg by (${by}) (rate(${window(metric, ['mode="idle"', filter], windowSeconds)}))`;
      return `clamp_min(100 - 100 * ${idle}, 0)`;
    },
    scale: () => 1,
    ceiling: 100,
    plausible: Infinity,
  },
  host_ram_usage: {
    ...HOST,
    alternatives: [['node_memory_MemAvailable_bytes']],
    expression: parts => `${mean({ ...parts, metric: 'node_memory_MemTotal_bytes' })} - ${mean(parts)}`,
    scale: () => 1 / MEBIBYTE,
    ceiling: Infinity,
    plausible: Infinity,
  },
};
