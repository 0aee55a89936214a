import type { UsageMetric } from '../../../forecast/usage-batch.ts';
import { batchOf, gridOf, readAhead } from '../batches.ts';
import { columnOf } from '../column.ts';
import { lastSample, newestOf, sumOf } from '../combine.ts';
import { DatasourceError } from '../datasource.ts';
import type { Datasource, UsageQuery, UsageResource } from '../datasource.ts';
import type { MetricNames } from '../metric-map.ts';
import { withNames } from '../metric-map.ts';
import { resourceMatcher } from './labels.ts';
import type { PrometheusApi } from './prometheus-api.ts';
import { RECIPES } from './recipes.ts';
import type { Recipe } from './recipes.ts';
import { holdsSeries } from './holds-series.ts';
import { createSeriesReader } from './series-reader.ts';
import type { Selection, TaggedSeries } from './series-reader.ts';
import { windowsFor } from './windows.ts';
import type { Rhythm } from './windows.ts';

export interface PrometheusOptions extends Rhythm {
  readonly name: 'prometheus' | 'aetos';
  readonly api: PrometheusApi;
  /** Label that holds the host's name in node_exporter's series. */
  readonly fqdnLabel: string;
  /** Label that holds the id of the instance, or of its device, in Ceilometer's series. */
  readonly instanceUuidLabel: string;
  /** Other names than those of the recipes; null: not to be had here. */
  readonly metricNames?: MetricNames;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** About how many points a reply may hold; 30 bytes each on the wire. Default 500,000. */
  readonly maximumPoints?: number;
}

const MAXIMUM_POINTS = 500_000;

/** Reads node_exporter's and Ceilometer's metrics of Prometheus, many resources per query: docs/datasources.md. */
export function createPrometheusDatasource(options: PrometheusOptions): Datasource {
  const { name, api, maximumPoints = MAXIMUM_POINTS } = options;
  const recipes = withNames(RECIPES, options.metricNames);
  return {
    name,
    metrics: Object.keys(recipes) as UsageMetric[],
    sourceNames: metric => recipes[metric]?.alternatives ?? [],
    holds: (sourceName, signal) => holdsSeries(api, sourceName, { signal, now: options.now ?? Date.now }),
    async *query(query, signal) {
      const recipe = recipes[query.metric];
      if (recipe === undefined) throw new DatasourceError(`${api.title} has no metric for ${query.metric}`);
      try {
        yield* readAhead(either => readChunks(query, recipe, either), signal);
      } catch (error) {
        signal.throwIfAborted();
        throw asDatasourceError(query.metric, recipe, error);
      }
    },
  };

  /** One batch for each chunk; undefined for a chunk without samples. */
  async function* readChunks(query: UsageQuery, recipe: Recipe, signal: AbortSignal) {
    const windows = windowsFor(query, recipe, options);
    const label = recipe.labelled === 'host' ? options.fqdnLabel : options.instanceUuidLabel;
    const reader = createSeriesReader({ api, recipe, label, windows, maximumPoints });
    const resources = query.resources.filter(
      resource =>
        recipe.scale(resource) !== undefined &&
        (recipe.labelled !== 'host' || resource.hostName !== undefined),
    );
    const grid = gridOf(query);
    for await (const selection of reader.selections(resources, signal)) {
      const columns = await readSelection(selection);
      yield columns.size === 0 ? undefined : batchOf(query.metric, grid, columns);
    }

    async function readSelection(selection: Selection) {
      const columns = new Map<string, Float32Array>();
      for (const metrics of recipe.alternatives) {
        const missing = selection.resources.filter(({ id }) => !columns.has(id));
        if (missing.length === 0) break;
        const series = await reader.read(metrics, selection.narrowedTo(missing), signal);
        for (const [id, column] of columnsOf(series, missing)) columns.set(id, column);
      }
      return columns;
    }

    /** Resource id → its column in our unit, for the resources that have any sample. */
    function columnsOf(
      series: readonly TaggedSeries[],
      wanted: readonly UsageResource[],
    ): Map<string, Float32Array> {
      const values = series.map(({ value }) => value);
      const match = resourceMatcher(recipe.labelled, wanted, values);
      const columns = new Map<string, Float32Array>();
      for (const [resource, own] of Map.groupBy(series, ({ value }) => match(value))) {
        if (resource === undefined) continue;
        const measure = { ...recipe, scale: recipe.scale(resource) ?? NaN };
        const { granularitySeconds } = windows;
        const known = own.flatMap(({ value, metric, samples }) => {
          const column = columnOf({ samples, granularitySeconds }, measure, grid);
          return lastSample(column) < 0 ? [] : [{ key: `${metric} ${value}`, column }];
        });
        if (known.length === 0) continue;
        // Several targets tell of one device or host: after a migration, or where Prometheus was given another name for it.
        const parts = [...Map.groupBy(known, ({ key }) => key).values()].map(same =>
          newestOf(same.map(({ column }) => column)),
        );
        const isSum = recipe.labelled === 'disk' || recipe.labelled === 'port';
        columns.set(resource.id, isSum ? sumOf(parts, grid.stepSeconds) : newestOf(parts));
      }
      return columns;
    }
  }

  /** One sentence that names the source, the usage and the metrics that it is made of. */
  function asDatasourceError(metric: UsageMetric, recipe: Recipe, error: unknown): DatasourceError {
    const names = recipe.alternatives.flat().join(', ');
    const why = error instanceof Error ? error.message : String(error);
    return new DatasourceError(`${metric} (${names}) cannot be read from ${api.title}: ${why}`, {
      cause: error,
    });
  }
}
