import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

import type { UsageMetric } from '../../forecast/usage-batch.ts';
import { DatasourceSettingsError } from './errors.ts';
import { RECIPES } from './gnocchi/recipes.ts';
import type { MetricNames } from './metric-map.ts';
import { DATASOURCE_NAMES } from './settings.ts';
import type { DatasourceName } from './settings.ts';

export interface MetricMap {
  readonly names: Readonly<Partial<Record<DatasourceName, MetricNames>>>;
  /** What the file says of Watcher's other datasources and metrics, and has no effect here. */
  readonly ignored: readonly string[];
}

/** Watcher's, past and present, that we do not have. */
const OTHER_DATASOURCES = ['grafana', 'monasca', 'ceilometer'];
const OTHER_METRICS = [
  'host_airflow',
  'host_inlet_temp',
  'host_outlet_temp',
  'host_power',
  'instance_l3_cache_usage',
  'instance_ram_allocated',
  'instance_root_disk_size',
];

/** As Ceilometer has them; Prometheus knows no dots and dashes. */
const NAME = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:.-]*$/, 'it must be the name of a metric');
/** Made of several metrics, which are added up. */
const SUMS = ['instance_disk_io', 'instance_network_io'];
const PROMETHEUS_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const FILE = z.record(
  z.string(),
  z.record(z.string(), z.union([NAME, z.array(NAME).min(1)]).nullable()).nullable(),
);

/** Reads a `metric_map.yaml` as Watcher has it; a list of names is added up. Throws `DatasourceSettingsError`. */
export function readMetricMap(file: string): MetricMap {
  const sections = Object.entries(parseFile(file));
  const ignored: string[] = [];
  const names: Partial<Record<DatasourceName, MetricNames>> = {};
  for (const [source, metrics] of sections) {
    if (OTHER_DATASOURCES.includes(source)) {
      ignored.push(source);
      continue;
    }
    const known = DATASOURCE_NAMES.find(name => name === source);
    if (known === undefined) {
      throw new DatasourceSettingsError(`${file} names the datasource ${source}, which does not exist.`);
    }
    names[known] = readSection(Object.entries(metrics ?? {}), { file, source, ignored });
  }
  return { names, ignored };
}

function readSection(
  entries: readonly (readonly [string, string | readonly string[] | null])[],
  { file, source, ignored }: { readonly file: string; readonly source: string; readonly ignored: string[] },
): MetricNames {
  const names: Partial<Record<UsageMetric, readonly string[] | null>> = {};
  for (const [metric, value] of entries) {
    if (OTHER_METRICS.includes(metric)) {
      ignored.push(`${source}.${metric}`);
      continue;
    }
    if (!Object.hasOwn(RECIPES, metric)) {
      throw new DatasourceSettingsError(
        `${file} names the metric ${source}.${metric}, which does not exist.`,
      );
    }
    const list = typeof value === 'string' ? [value] : value;
    if ((list?.length ?? 0) > 1 && !SUMS.includes(metric)) {
      throw new DatasourceSettingsError(
        `${file}: ${source}.${metric} is a list, but is read from one metric.`,
      );
    }
    const wrong = source === 'gnocchi' ? undefined : list?.find(name => !PROMETHEUS_NAME.test(name));
    if (wrong !== undefined) {
      throw new DatasourceSettingsError(
        `${file}: ${source}.${metric} is ${wrong}, which is no name in Prometheus.`,
      );
    }
    names[metric as UsageMetric] = list;
  }
  return names;
}

function parseFile(file: string): z.output<typeof FILE> {
  try {
    return FILE.parse(parse(readFileSync(file, 'utf8')) ?? {});
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? `it is not a mapping {datasource: {metric: name}}: ${error.issues[0]?.path.join('.') ?? ''}`
        : (error instanceof Error ? error.message : String(error)).split('\n')[0]?.replace(/[:.]+$/, '');
    throw new DatasourceSettingsError(`datasources.metricMap: ${file} cannot be read: ${why}.`, {
      cause: error,
    });
  }
}
