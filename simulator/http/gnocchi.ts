import { Router } from 'express';
import { z } from 'zod';
import { STEP_SECONDS } from '../world/demand.ts';
import type { Series } from '../world/measures.ts';
import { METRICS } from '../world/measures.ts';
import { uuidOf } from '../world/random.ts';
import type { SimulatorContext } from './context.ts';
import { Failure, many, one, PROJECT_ID, requireToken, USER_ID } from './context.ts';
import type { Resource } from './gnocchi-resources.ts';
import { resourcesOf, seriesOf } from './gnocchi-resources.ts';
import { matcherOf, SearchError } from './gnocchi-search.ts';
import { pageOf } from './paging.ts';

const AGGREGATES = z.object({
  resource_type: z.string(),
  search: z.unknown(),
  operations: z.tuple([z.literal('metric')], z.tuple([z.string(), z.string()])),
});

const POLICY = {
  name: 'ceilometer-low-rate',
  back_window: 0,
  definition: [{ timespan: '30 days, 0:00:00', granularity: '0:05:00', points: 8640 }],
  aggregation_methods: ['mean', 'rate:mean'],
};
const LARGEST_PAGE = 1000;

/** Gnocchi 4.6, as far as the aggregates API and the list of metrics. */
export function gnocchiRoutes(context: SimulatorContext): Router {
  const router = Router();
  const { world } = context;
  router.get('/', (_request, response) => {
    const links = [{ rel: 'self', href: `${context.url()}/metric/v1/` }];
    response.json({
      build: '4.6.5',
      versions: [{ status: 'CURRENT', links, id: 'v1.0', updated: '2015-03-19' }],
    });
  });
  router.use(requireToken(context));

  router.post('/v1/aggregates', (request, response) => {
    const body = AGGREGATES.safeParse(request.body);
    if (!body.success) throw failure(400, 'Bad Request', `Invalid input: ${body.error.issues[0]?.message}`);
    const { resource_type: type, search, operations } = body.data;
    const metrics = operations.slice(1) as [string, string][];
    if (!isType(type))
      throw failure(400, 'Bad Request', { cause: 'Resource type does not exist', detail: type });
    const span = spanOf(one(request.query['start']), one(request.query['stop']));
    const groupBy = many(request.query['groupby']);
    const found = resourcesOf(world, type).filter(matcher(search));
    const measured = found.flatMap(resource => {
      const series = metrics.flatMap(([name]) => {
        const points = (METRICS[type] as readonly string[]).includes(name)
          ? seriesOf(world, resource, name, span)
          : undefined;
        return points === undefined ? [] : [[name, points] as const];
      });
      return series.length === 0 ? [] : [{ resource, series }];
    });
    if (measured.length === 0) {
      const names = metrics.map(([name]) => `'${name}'`).join(', ');
      throw failure(404, 'Not Found', `Metric [${names}] does not exist`);
    }
    checkGranularity(one(request.query['granularity']), metrics);
    response.json(
      measured.map(({ resource, series }) => ({
        group: Object.fromEntries(groupBy.map(name => [name, resource.attributes[name] ?? null])),
        measures: {
          measures: {
            [resource.id]: Object.fromEntries(
              series.map(([name, points]) => [name, { mean: rowsOf(points) }]),
            ),
          },
        },
      })),
    );
  });

  router.get('/v1/metric', (request, response) => {
    const name = one(request.query['name']) ?? '';
    const types = Object.keys(METRICS).filter(isType);
    const type = types.find(each => (METRICS[each] as readonly string[]).includes(name));
    const all = type === undefined ? [] : resourcesOf(world, type).map(resource => metricOf(resource, name));
    const { items, next } = pageOf(
      all.sort((a, b) => (a.id < b.id ? -1 : 1)),
      request,
      {
        largest: LARGEST_PAGE,
        idOf: ({ id }) => id,
        unknownMarker: marker => failure(404, 'Not Found', `Metric ${marker} does not exist`),
      },
    );
    if (next !== undefined)
      response.setHeader('Link', `<${context.url()}/metric/v1/metric?${next}>; rel="next"`);
    response.json(items);
  });
  router.use(() => {
    throw failure(404, 'Not Found', 'The resource could not be found.');
  });
  return router;
}

function failure(code: number, title: string, description: unknown): Failure {
  return new Failure(code, { code, title, description });
}

function matcher(search: unknown): (resource: Resource) => boolean {
  try {
    return matcherOf(search);
  } catch (error) {
    if (error instanceof SearchError) throw failure(400, 'Bad Request', `Invalid input: ${error.message}`);
    throw error;
  }
}

function isType(type: string): type is keyof typeof METRICS {
  return Object.hasOwn(METRICS, type);
}

/** Only the step itself is kept. */
function checkGranularity(asked: string | undefined, metrics: readonly (readonly [string, string])[]): void {
  const granularity = Number(asked ?? STEP_SECONDS);
  const unfit = metrics.filter(([, method]) => granularity !== STEP_SECONDS || method !== 'mean');
  if (unfit.length === 0) return;
  throw failure(400, 'Bad Request', {
    cause: "Metrics can't being aggregated",
    reason: 'Granularities are missing',
    detail: unfit.map(([name, method]) => [name, method, granularity]),
  });
}

function spanOf(start: string | undefined, stop: string | undefined): { from: number; to: number } {
  const first = start === undefined ? 0 : secondsOf(start);
  const last = stop === undefined ? Infinity : secondsOf(stop);
  return { from: Math.ceil(first / STEP_SECONDS), to: Math.ceil(last / STEP_SECONDS) };
}

function secondsOf(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
  if (Number.isNaN(seconds)) throw failure(400, 'Bad Request', `Unable to parse \`${text}\` as a timestamp`);
  return seconds;
}

function rowsOf({ steps, values }: Series): (readonly [string, number, number])[] {
  return steps.map((step, n) => [
    new Date(step * STEP_SECONDS * 1000).toISOString().replace('.000Z', '+00:00'),
    STEP_SECONDS,
    values[n] ?? 0,
  ]);
}

function metricOf(resource: Resource, name: string) {
  return {
    id: uuidOf(`${resource.id}/${name}`),
    creator: `${USER_ID}:${PROJECT_ID}`,
    name,
    unit: name === 'cpu' ? 'ns' : null,
    resource_id: resource.id,
    archive_policy: POLICY,
  };
}
