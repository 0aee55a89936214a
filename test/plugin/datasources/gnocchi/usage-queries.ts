import type { UsageBatch, UsageMetric } from '../../../../forecast/usage-batch.ts';
import type { UsageQuery, UsageResource } from '../../../../plugin/datasources/datasource.ts';
import { createGnocchiDatasource } from '../../../../plugin/datasources/gnocchi/gnocchi-datasource.ts';
import type { FakeGnocchi, GnocchiRequest } from './fake-gnocchi.ts';

export const START = 1_800_000_000;

/** Reads one query through a datasource whose clock stands at the end of the query. */
export async function read(
  gnocchi: FakeGnocchi,
  wanted: Partial<UsageQuery>,
  options: { readonly maximumPoints?: number } = {},
): Promise<UsageBatch[]> {
  const datasource = createGnocchiDatasource({ session: gnocchi.session(), now: endOfQuery, ...options });
  return collect(datasource.query(query(wanted), signal()));
}

function endOfQuery(): number {
  return (START + 600) * 1000;
}

export async function collect(batches: AsyncIterable<UsageBatch>): Promise<UsageBatch[]> {
  const list: UsageBatch[] = [];
  for await (const one of batches) list.push(one);
  return list;
}

/** Two steps. */
export function query(wanted: Partial<UsageQuery>): UsageQuery {
  return {
    metric: 'instance_cpu_usage',
    resources: [],
    startAt: START,
    stopAt: START + 600,
    stepSeconds: 300,
    ...wanted,
  };
}

export function batch(wanted: Partial<UsageBatch>): UsageBatch {
  return {
    metric: 'instance_cpu_usage' satisfies UsageMetric,
    startAt: START,
    stepSeconds: 300,
    steps: 2,
    resourceIds: [],
    values: new Float32Array(),
    ...wanted,
  };
}

export function signal(): AbortSignal {
  return new AbortController().signal;
}

export function instance(id: string, vcpus: number): UsageResource {
  return { id, vcpus };
}

export function host(id: string, hostName: string): UsageResource {
  return { id, hostName };
}

/** A counter at the step before the first one, and at both steps. */
export function counter(before: number, first: number, second: number): [number, number][] {
  return [
    [START - 300, before],
    [START, first],
    [START + 300, second],
  ];
}

export function gauge(...values: readonly (number | null)[]): [number, number | null][] {
  return values.map((value, n) => [START + 300 * n, value]);
}

export function searchOf({ body }: GnocchiRequest): unknown {
  return (body as { search: unknown }).search;
}

export function idsIn(request: GnocchiRequest): string[] {
  return Object.values((searchOf(request) as { in: Record<string, string[]> }).in)[0]!;
}

/** `GET /v1/metric`: resources by what is kept of their metric: every 900 s, every 60 s, or no mean. */
export function metricsPage(resources: Readonly<Record<string, readonly string[]>>): object[] {
  const granularity: Record<string, string> = { coarse: '0:15:00', fine: '0:01:00' };
  return Object.entries(resources).flatMap(([name, ids]) =>
    ids.map(id => ({
      id: `metric-of-${id}`,
      resource_id: id,
      archive_policy: {
        name,
        aggregation_methods: name === 'none' ? ['last'] : ['mean'],
        definition: [{ granularity: granularity[name] ?? '0:05:00', timespan: '30 days, 0:00:00' }],
      },
    })),
  );
}

export async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
