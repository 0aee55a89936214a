import type { UsageMetric } from '../../../forecast/usage-batch.ts';
import type { Session } from '../../openstack/session.ts';
import { batchOf, gridOf, readAhead } from '../batches.ts';
import { columnOf } from '../column.ts';
import { lastSample, newestOf, sumOf } from '../combine.ts';
import { DatasourceError } from '../datasource.ts';
import type { Datasource, UsageQuery, UsageResource } from '../datasource.ts';
import type { MetricNames } from '../metric-map.ts';
import { withNames } from '../metric-map.ts';
import type { ReplySeries } from './aggregates.ts';
import { holdsMetric } from './gnocchi-client.ts';
import { createArchiveReader } from './archive-reader.ts';
import { groupMatcher, RECIPES } from './recipes.ts';
import type { Recipe } from './recipes.ts';
import type { Grid } from '../samples.ts';

export interface GnocchiOptions {
  readonly session: Session;
  /** Other names than those of the recipes; null: not to be had here. */
  readonly metricNames?: MetricNames;
  /** About how many points a reply may hold; 57 bytes each on the wire. Default 500,000. */
  readonly maximumPoints?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

const MAXIMUM_POINTS = 500_000;
/** Each is a UUID in the body of the request and a row in Gnocchi's index. */
const MAXIMUM_RESOURCES = 5000;

/** Reads what Ceilometer stored in Gnocchi through its aggregates API: docs/datasources.md. */
export function createGnocchiDatasource(options: GnocchiOptions): Datasource {
  const { session, maximumPoints = MAXIMUM_POINTS, now = Date.now } = options;
  const recipes = withNames(RECIPES, options.metricNames);
  return {
    name: 'gnocchi',
    metrics: Object.keys(recipes) as UsageMetric[],
    sourceNames: metric => recipes[metric]?.alternatives ?? [],
    holds: (name, signal) => holdsMetric(session, name, signal),
    async *query(query, signal) {
      const recipe = recipes[query.metric];
      if (recipe === undefined) throw new DatasourceError(`Gnocchi has no metric for ${query.metric}`);
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
    const read = createArchiveReader({ session, query, recipe, maximumPoints, now });
    const grid = gridOf(query);
    const resources = query.resources.filter(resource => recipe.scale(resource) !== undefined);
    let pointsPerResource = Math.max(1, grid.steps * (recipe.alternatives[0]?.length ?? 1));
    for (let first = 0; first < resources.length;) {
      const count = Math.max(1, Math.min(MAXIMUM_RESOURCES, Math.floor(maximumPoints / pointsPerResource)));
      const chunk = resources.slice(first, first + count);
      const { columns, points } = await readChunk(chunk);
      // Instances may have several disks and ports: what the reply held tells how many to ask for next.
      pointsPerResource = Math.max(pointsPerResource, points / chunk.length);
      first += count;
      yield columns.size === 0 ? undefined : batchOf(query.metric, grid, columns);
    }

    async function readChunk(chunk: readonly UsageResource[]) {
      const columns = new Map<string, Float32Array>();
      let points = 0;
      for (const metrics of recipe.alternatives) {
        const missing = chunk.filter(({ id }) => !columns.has(id));
        if (missing.length === 0) break;
        const series = await read(metrics, missing, signal);
        points += series.reduce((sum, { samples }) => sum + samples.values.length, 0);
        for (const [id, column] of columnsOf(series, missing, recipe, grid)) columns.set(id, column);
      }
      return { columns, points };
    }
  }
}

/** Resource id → its column in our unit, for the resources that have any sample. */
function columnsOf(
  series: readonly ReplySeries[],
  resources: readonly UsageResource[],
  recipe: Recipe,
  grid: Grid,
): Map<string, Float32Array> {
  const match = groupMatcher(recipe, resources);
  const seriesOf = Map.groupBy(series, ({ group }) => match(group));
  const columns = new Map<string, Float32Array>();
  for (const resource of resources) {
    const scale = recipe.scale(resource) ?? NaN;
    const own = (seriesOf.get(resource) ?? [])
      .map(one => columnOf(one, { ...recipe, scale }, grid))
      .filter(column => lastSample(column) >= 0);
    if (own.length === 0) continue;
    columns.set(resource.id, recipe.combine === 'sum' ? sumOf(own, grid.stepSeconds) : newestOf(own));
  }
  return columns;
}

/** One sentence that names Gnocchi, the usage and the metrics that it is made of. */
function asDatasourceError(metric: UsageMetric, recipe: Recipe, error: unknown): DatasourceError {
  const names = recipe.alternatives.flat().join(', ');
  const why = error instanceof Error ? error.message : String(error);
  return new DatasourceError(`${metric} (${names}) cannot be read from Gnocchi: ${why}`, { cause: error });
}
