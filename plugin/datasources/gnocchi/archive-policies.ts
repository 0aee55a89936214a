import { z } from 'zod';

/** Gnocchi gives numbers of seconds or Python's text for a duration: `0:05:00`, `30 days, 0:00:00`. */
const DURATION = z.union([z.number(), z.string()]).transform((value, context) => {
  const seconds = typeof value === 'number' ? value : parseDuration(value);
  if (seconds === undefined) context.addIssue({ code: 'custom', message: `"${value}" is not a duration` });
  return seconds ?? 0;
});

/** What `GET /v1/metric` tells of each metric. */
export const METRICS_PAGE = z.array(
  z.object({
    id: z.string(),
    resource_id: z.string().nullable(),
    archive_policy: z.object({
      name: z.string(),
      aggregation_methods: z.array(z.string()),
      definition: z.array(z.object({ granularity: DURATION, timespan: DURATION })),
    }),
  }),
);

export type StoredMetric = z.infer<typeof METRICS_PAGE>[number];
type ArchivePolicy = StoredMetric['archive_policy'];

/** What is wanted of an archive. */
export interface Wanted {
  readonly stepSeconds: number;
  /** How far back, in seconds from now. */
  readonly reachSeconds: number;
}

/** Resources whose metric can be read at the same granularity. */
export interface ArchiveClass {
  readonly granularitySeconds: number;
  /** Gnocchi's ids of the resources. */
  readonly resourceIds: readonly string[];
}

/** Sorts the resources that have a metric by the granularity to read it at; those with no mean at all are left out. */
export function classifyMetrics(metrics: readonly StoredMetric[], wanted: Wanted): ArchiveClass[] {
  const usable = metrics.flatMap(({ resource_id: resourceId, archive_policy: policy }) => {
    const granularitySeconds = chooseGranularity(policy, wanted);
    return resourceId === null || granularitySeconds === undefined ? [] : { resourceId, granularitySeconds };
  });
  return [...Map.groupBy(usable, metric => metric.granularitySeconds)]
    .sort(([a], [b]) => a - b)
    .map(([granularitySeconds, members]) => ({
      granularitySeconds,
      resourceIds: members.map(({ resourceId }) => resourceId).sort(),
    }));
}

/**
 * The granularity nearest to the wanted step (by ratio; the finer of two) among those that reach back far enough, else
 * the one that reaches furthest. Undefined when the policy keeps no mean.
 */
export function chooseGranularity(policy: ArchivePolicy, wanted: Wanted): number | undefined {
  if (!policy.aggregation_methods.includes('mean')) return undefined;
  const furthest = Math.max(...policy.definition.map(({ timespan }) => timespan));
  const reach = Math.min(wanted.reachSeconds, furthest);
  const distance = (granularity: number) => Math.abs(Math.log(granularity / wanted.stepSeconds));
  return policy.definition
    .filter(({ timespan }) => timespan >= reach)
    .map(({ granularity }) => granularity)
    .sort((a, b) => distance(a) - distance(b) || a - b)[0];
}

/** One clause for each archive policy among the metrics: `bool (last, every 1 s for 365 days)`. */
export function describePolicies(metrics: readonly StoredMetric[]): string {
  const policies = new Map(metrics.map(({ archive_policy: policy }) => [policy.name, policy]));
  return [...policies.values()]
    .map(({ name, aggregation_methods: kept }) => `${name} (${kept.join(', ')})`)
    .join(', ');
}

function parseDuration(text: string): number | undefined {
  const match = /^(?:(\d+) days?, )?(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text);
  if (match === null) return undefined;
  const [, days = '0', hours, minutes, seconds] = match;
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}
