import { OpenStackError } from '../../openstack/errors.ts';
import type { Session } from '../../openstack/session.ts';
import { readAggregates } from './aggregates.ts';
import type { ReplySeries } from './aggregates.ts';
import { METRICS_PAGE } from './archive-policies.ts';
import type { StoredMetric } from './archive-policies.ts';

export interface AggregatesRequest {
  readonly resourceType: string;
  readonly search: object;
  readonly groupBy: readonly string[];
  readonly metrics: readonly string[];
  readonly granularitySeconds: number;
  /** Epoch seconds: inclusive, exclusive. */
  readonly startAt: number;
  readonly stopAt: number;
}

/** Gnocchi's own limit, unless its operator changed it. */
const METRICS_PER_PAGE = 1000;
const TIMEOUT_MILLISECONDS = 180_000;

/**
 * Series of the mean, of many resources at once; those that Gnocchi does not know or that lack the metrics are left out.
 * Throws the session's errors and `MalformedReplyError`; one metric that is not kept at this granularity makes Gnocchi refuse
 * them all: `isUnfit` tells that error.
 */
export async function fetchSeries(
  session: Session,
  request: AggregatesRequest,
  signal: AbortSignal,
): Promise<readonly ReplySeries[]> {
  const { groupBy, metrics, granularitySeconds, startAt, stopAt } = request;
  try {
    const { body } = await session.request({
      service: 'metric',
      method: 'POST',
      path: '/v1/aggregates',
      query: { groupby: groupBy, granularity: granularitySeconds, start: startAt, stop: stopAt },
      body: {
        resource_type: request.resourceType,
        search: request.search,
        operations: ['metric', ...metrics.map(name => [name, 'mean'])],
      },
      idempotent: true,
      timeoutMilliseconds: TIMEOUT_MILLISECONDS,
      signal,
    });
    return readAggregates(body, granularitySeconds);
  } catch (error) {
    if (isNothingFound(error)) return [];
    throw error;
  }
}

export function isUnfit(error: unknown): boolean {
  return error instanceof OpenStackError && (error.status === 400 || error.status === 404);
}

/** All metrics of that name with their archive policies. Throws the session's errors. */
export async function fetchMetrics(
  session: Session,
  name: string,
  signal: AbortSignal,
): Promise<StoredMetric[]> {
  const metrics: StoredMetric[] = [];
  for (;;) {
    const { body: page, headers } = await session.request({
      service: 'metric',
      method: 'GET',
      path: '/v1/metric',
      query: { name, limit: METRICS_PER_PAGE, sort: 'id:asc', marker: metrics.at(-1)?.id },
      schema: METRICS_PAGE,
      signal,
    });
    metrics.push(...page);
    if (page.length === 0 || !/rel="?next"?/.test(headers['link'] ?? '')) return metrics;
  }
}

/** Whether there is any metric of that name. Throws the session's errors. */
export async function holdsMetric(session: Session, name: string, signal: AbortSignal): Promise<boolean> {
  const query = { name, limit: 1 };
  const { body } = await session.request({
    service: 'metric',
    method: 'GET',
    path: '/v1/metric',
    query,
    schema: METRICS_PAGE,
    signal,
  });
  return body.length > 0;
}

/** Gnocchi calls it an error when none of the resources has any of the metrics. */
function isNothingFound(error: unknown): boolean {
  return (
    error instanceof OpenStackError &&
    error.status === 404 &&
    /^metric .* does not exist/i.test(error.apiMessage)
  );
}
