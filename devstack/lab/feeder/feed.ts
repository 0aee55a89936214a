import type { LabCloud } from './cloud.ts';
import { pointsAfter, STEP_SECONDS } from './columns.ts';
import type { GuestLoad, Point } from './columns.ts';
import { hosts, portsByServer, serversOnHosts } from './inventory.ts';
import type { LabServer } from './inventory.ts';
import { hostResourceId, hostSeries, serverSeries } from './series.ts';
import type { Series } from './series.ts';

export interface FeedRequest {
  /** Epoch seconds, `STEP_SECONDS` apart, in order. */
  readonly times: readonly number[];
  /** Its values are for `times`; `index` is the server's place among those that are fed, sorted by name. */
  loadOf(server: LabServer, index: number): GuestLoad;
  /** Feeds, and counts for the hosts, only servers whose names begin so. */
  readonly only?: string;
  readonly report?: (line: string) => void;
}

/**
 * Posts what Ceilometer's agents would have: the metrics of every server, its disk and its ports, and of every host what the
 * servers that Nova says run there *now* add up to. A series that exists goes on after its last point: Gnocchi takes
 * points in time order only. Gives the number of points; `settle` waits until they can be read.
 */
export async function feed(cloud: LabCloud, request: FeedRequest): Promise<number> {
  const { times, report = () => {} } = request;
  const servers = await serversOnHosts(cloud, request.only);
  const ports = await portsByServer(cloud);
  const guests = servers.map((server, index) => ({ server, load: request.loadOf(server, index) }));
  let posted = 0;
  for (const { server, load } of guests) {
    for (const series of serverSeries(server, ports.get(server.id) ?? [], load)) {
      posted += await feedSeries(cloud, series, times);
    }
    report(`${server.name}: ${posted} points so far`);
  }
  for (const host of await hosts(cloud)) {
    posted += await feedSeries(cloud, hostSeries(host, guests, times.length), times);
  }
  report(`posted ${posted} points`);
  return posted;
}

const SETTLE_TIMEOUT_MS = 600_000;

/** Waits until Gnocchi has processed every point it was given. */
export async function settle(cloud: LabCloud): Promise<void> {
  const deadline = Date.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const status = await cloud.read<{ storage: { summary: { measures: number } } }>(
      'metric',
      '/v1/status?details=false',
    );
    const left = status.storage.summary.measures;
    if (left === 0) return;
    if (Date.now() > deadline)
      throw new Error(`Gnocchi has ${left} points still to process after 10 minutes`);
    await new Promise(resolve => {
      setTimeout(resolve, 500);
    });
  }
}

/**
 * Deletes the metrics of these servers, their disks and ports, and of all hosts, so that history can be fed afresh. As
 * `generic` resources: deleting many by any other type leaves halves behind, which can be neither read nor created again.
 */
export async function forget(cloud: LabCloud, serverIds: readonly string[]): Promise<void> {
  const hostResources = (await hosts(cloud)).map(host => hostResourceId(host.name));
  const ofServers = serverIds.map(id => ({ like: { original_resource_id: `%${id}%` } }));
  await cloud.call('metric', '/v1/resource/generic', {
    method: 'DELETE',
    body: { or: [{ in: { original_resource_id: hostResources } }, ...ofServers] },
    accept: [404],
  });
}

async function feedSeries(cloud: LabCloud, series: Series, times: readonly number[]): Promise<number> {
  const isNew = await createOrUpdate(cloud, series);
  const metrics: Record<string, unknown> = {};
  let posted = 0;
  for (const [name, column] of Object.entries(series.columns)) {
    const last = isNew ? undefined : await lastPoint(cloud, series, name, times[0] ?? 0);
    const points = pointsAfter(column, times, last);
    if (points.length === 0) continue;
    metrics[name] = {
      archive_policy_name: column.kind === 'counter' ? 'ceilometer-low-rate' : 'ceilometer-low',
      unit: column.unit,
      measures: points.map(([at, value]) => ({ timestamp: iso(at), value })),
    };
    posted += points.length;
  }
  if (posted > 0) {
    await cloud.call('metric', '/v1/batch/resources/metrics/measures?create_metrics=true', {
      method: 'POST',
      body: { [series.id]: metrics },
    });
  }
  return posted;
}

/** True when the resource did not exist. */
async function createOrUpdate(cloud: LabCloud, { type, id, owner, attributes }: Series): Promise<boolean> {
  const created = await cloud.call('metric', `/v1/resource/${type}`, {
    method: 'POST',
    body: { id, ...owner, ...attributes },
    accept: [409],
  });
  if (created) return true;
  await cloud.call('metric', `/v1/resource/${type}/${id}`, { method: 'PATCH', body: attributes });
  return false;
}

/** The newest stored point; looked for shortly before the feed's first instant, and only if nothing is there in all the past. */
async function lastPoint(
  cloud: LabCloud,
  series: Series,
  metric: string,
  firstAt: number,
): Promise<Point | undefined> {
  for (const startAt of [firstAt - 3 * 3600, 0]) {
    const rows = await cloud.call<[string, number, number][]>(
      'metric',
      `/v1/resource/${series.type}/${series.id}/metric/${metric}/measures` +
        `?aggregation=mean&granularity=${STEP_SECONDS}&start=${iso(startAt)}`,
      { accept: [404] },
    );
    if (!rows) return undefined;
    const newest = rows.at(-1);
    if (newest) return [Date.parse(newest[0]) / 1000, newest[2]];
  }
  return undefined;
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
