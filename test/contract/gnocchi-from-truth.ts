import type { FakeGnocchi } from '../plugin/datasources/gnocchi/fake-gnocchi.ts';
import { GRANULARITY_MISSING, group, NOTHING_FOUND } from '../plugin/datasources/gnocchi/fake-gnocchi.ts';
import type { GnocchiReply, GnocchiRequest } from '../plugin/datasources/gnocchi/fake-gnocchi.ts';
import { STEP } from './datasource-truth.ts';
import type { Truth } from './datasource-truth.ts';

interface Stored {
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly metric: string;
  readonly points: readonly (readonly [at: number, value: number])[];
}

/** A fake Gnocchi that keeps the truth every 300 s and answers for it as the real one does. */
export function answerFromTruth(gnocchi: FakeGnocchi, truth: Truth): void {
  const stored = storedOf(truth);
  gnocchi.answer = request =>
    request.method === 'GET' ? policies(request, stored) : aggregates(request, stored);
}

function storedOf({ series, host, startAt, stopAt }: Truth): Stored[] {
  const types = { instance: 'instance', disk: 'instance_disk', port: 'instance_network_interface' };
  const steps = Array.from({ length: (stopAt - startAt) / STEP }, (_, step) => step);
  const attributes = { host_name: host.name, original_resource_id: `${host.name}_other`, id: host.name };
  const ofHost = (metric: string, value: (step: number) => number) => ({
    type: 'nova_compute',
    attributes,
    metric,
    points: steps.map(step => [startAt + step * STEP, value(step)] as const),
  });
  return [
    ...series.map(({ of, instanceId, device, metric, polls }) => ({
      type: types[of],
      attributes: { id: device === '' ? instanceId : `${instanceId}-${device}`, instance_id: instanceId },
      metric,
      points: polls.map(([at, value]) => [Math.floor(at / STEP) * STEP, value] as const),
    })),
    ofHost('compute.node.cpu.percent', host.cpuPercent),
    ofHost('hardware.memory.used', () => host.memoryUsedKiB),
  ];
}

function aggregates({ query, body }: GnocchiRequest, stored: readonly Stored[]): GnocchiReply {
  const {
    resource_type: type,
    search,
    operations,
  } = body as {
    readonly resource_type: string;
    readonly search: Search;
    readonly operations: readonly ['metric', ...(readonly [string, string])[]];
  };
  const metrics = operations.slice(1).map(([name]) => name);
  if (Number(query.get('granularity')) !== STEP) return GRANULARITY_MISSING;
  const found = stored.filter(
    one => one.type === type && metrics.includes(one.metric) && matches(search, one.attributes),
  );
  if (found.length === 0) return NOTHING_FOUND;
  const [start, stop] = [Number(query.get('start')), Number(query.get('stop'))];
  const keys = query.getAll('groupby');
  const groups = Map.groupBy(found, ({ attributes }) => JSON.stringify(keys.map(key => attributes[key])));
  return {
    body: [...groups.values()].map(members => {
      const series: Record<string, Record<string, (readonly [number, number])[]>> = {};
      for (const { attributes, metric, points } of members) {
        const own = (series[attributes['id']!] ??= {});
        own[metric] = points.filter(([at]) => at >= start && at < stop);
      }
      return group(Object.fromEntries(keys.map(key => [key, members[0]!.attributes[key]!])), series, STEP);
    }),
  };
}

type Search =
  | { readonly in: Readonly<Record<string, readonly string[]>> }
  | { readonly or: readonly Search[] }
  | { readonly and: readonly Search[] };

function matches(search: Search, attributes: Readonly<Record<string, string>>): boolean {
  if ('or' in search) return search.or.some(one => matches(one, attributes));
  if ('and' in search) return search.and.every(one => matches(one, attributes));
  return Object.entries(search.in).every(([key, values]) => values.includes(attributes[key] ?? ''));
}

function policies({ query }: GnocchiRequest, stored: readonly Stored[]): GnocchiReply {
  return {
    body: stored
      .filter(({ metric }) => metric === query.get('name'))
      .map(({ attributes }, n) => ({
        id: `metric-${n}`,
        resource_id: attributes['id']!,
        archive_policy: {
          name: 'low',
          aggregation_methods: ['mean'],
          definition: [{ granularity: '0:05:00', timespan: '3000 days, 0:00:00' }],
        },
      })),
  };
}
