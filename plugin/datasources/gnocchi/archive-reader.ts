import type { Session } from '../../openstack/session.ts';
import type { UsageQuery, UsageResource } from '../datasource.ts';
import type { ReplySeries } from './aggregates.ts';
import { classifyMetrics, describePolicies } from './archive-policies.ts';
import { fetchMetrics, fetchSeries, isUnfit } from './gnocchi-client.ts';
import { searchFor } from './recipes.ts';
import type { Recipe } from './recipes.ts';

/** What can be asked in one request: metrics kept at one granularity. */
interface Part {
  readonly metrics: readonly string[];
  readonly granularitySeconds: number;
  /** Gnocchi's ids of the resources to read; undefined: all that the search finds. */
  readonly resourceIds: ReadonlySet<string> | undefined;
}

export interface ReaderOptions {
  readonly session: Session;
  readonly query: UsageQuery;
  readonly recipe: Recipe;
  readonly maximumPoints: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The rate of the first step needs the poll before it, which may be some granules back. */
const LEAD_SECONDS = 900;

/** No archive policy keeps what the query needs; the message is a clause that says what there is. */
export class NoFittingArchiveError extends Error {
  override readonly name = 'NoFittingArchiveError';
  readonly code = 'no_fitting_archive';
}

/**
 * Reads series for the steps of one query. It asks for the step itself first, which is the usual case and one request; only
 * when Gnocchi refuses does it look at the archive policies of the metrics, and remembers what it found for the query.
 */
export function createArchiveReader({ session, query, recipe, maximumPoints, now }: ReaderOptions) {
  const parts = new Map<string, Promise<readonly Part[]>>();

  return async function read(
    metrics: readonly string[],
    resources: readonly UsageResource[],
    signal: AbortSignal,
  ): Promise<ReplySeries[]> {
    const key = metrics.join();
    const known = parts.get(key);
    if (known !== undefined) return readParts(await known, resources, signal);
    try {
      const atStep = { metrics, granularitySeconds: query.stepSeconds, resourceIds: undefined };
      return await readParts([atStep], resources, signal);
    } catch (error) {
      if (!isUnfit(error)) throw error;
      const found = findParts(metrics, error, signal);
      parts.set(key, found);
      return readParts(await found, resources, signal);
    }
  };

  async function readParts(
    found: readonly Part[],
    resources: readonly UsageResource[],
    signal: AbortSignal,
  ): Promise<ReplySeries[]> {
    const series: ReplySeries[] = [];
    for (const part of found) {
      for (const some of chunksOf(membersOf(part, resources), resourcesPerRequest(part))) {
        series.push(...(await fetchSeries(session, requestFor(part, some), signal)));
      }
    }
    return series;
  }

  async function findParts(
    metrics: readonly string[],
    refusal: unknown,
    signal: AbortSignal,
  ): Promise<Part[]> {
    const { stepSeconds, startAt } = query;
    const wanted = { stepSeconds, reachSeconds: now() / 1000 - startAt };
    const found: Part[] = [];
    for (const metric of metrics) {
      const stored = await fetchMetrics(session, metric, signal);
      const classes = classifyMetrics(stored, wanted);
      if (stored.length > 0 && classes.length === 0) {
        throw new NoFittingArchiveError(
          `no archive policy of ${metric} keeps the mean, which is needed: ${describePolicies(stored)}`,
        );
      }
      for (const { granularitySeconds, resourceIds } of classes) {
        const only = classes.length === 1 ? undefined : new Set(resourceIds);
        found.push({ metrics: [metric], granularitySeconds, resourceIds: only });
      }
    }
    if (found.length === 0) throw refusal;
    return found;
  }

  function membersOf(part: Part, resources: readonly UsageResource[]): readonly UsageResource[] {
    const { resourceIds } = part;
    if (resourceIds === undefined || recipe.resourceType !== 'instance') return resources;
    return resources.filter(({ id }) => resourceIds.has(id));
  }

  function resourcesPerRequest(part: Part): number {
    const points = Math.ceil((query.stopAt - query.startAt) / part.granularitySeconds) * part.metrics.length;
    return Math.max(1, Math.floor(maximumPoints / points));
  }

  function requestFor(part: Part, resources: readonly UsageResource[]) {
    const { granularitySeconds, metrics, resourceIds } = part;
    const search = searchFor(recipe, resources);
    const isSearchEnough = resourceIds === undefined || recipe.resourceType === 'instance';
    const lead = recipe.kind === 'counter' ? Math.max(LEAD_SECONDS, 3 * granularitySeconds) : 0;
    return {
      resourceType: recipe.resourceType,
      groupBy: recipe.groupBy,
      search: isSearchEnough ? search : { and: [search, { in: { id: [...resourceIds] } }] },
      metrics,
      granularitySeconds,
      startAt: query.startAt - lead,
      stopAt: query.stopAt,
    };
  }
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}
