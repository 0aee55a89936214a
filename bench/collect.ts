/**
 * How many requests it takes to see the lab's cloud and its history, and how long: collecting the model and reading the metrics,
 * against one request per instance and metric, and against the lab's Watcher. See `--help`.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { credentials, LabCloud } from '../devstack/lab/feeder/cloud.ts';
import type { UsageMetric } from '../forecast/usage-batch.ts';
import { RECIPES } from '../plugin/datasources/gnocchi/recipes.ts';
import { openCloud } from '../plugin/openstack/cloud.ts';
import type { Cloud } from '../plugin/openstack/cloud.ts';
import { readCloudConfig } from '../plugin/openstack/cloud-config.ts';
import type { Session } from '../plugin/openstack/session.ts';
import { bootMissing, deleteServers, PREFIX } from './collect/lab-servers.ts';
import { ONE_BY_ONE, readOneByOne } from './collect/one-by-one.ts';
import { collect, measure, readHistory } from './collect/ours.ts';
import type { Measured } from './collect/ours.ts';
import { benchPrometheus } from './collect/prometheus.ts';
import { buildWatcherModel, runAudit } from './collect/watcher.ts';
import { report } from './results.ts';

const HELP = `bench:collect: requests and seconds for the model and the metrics of the lab's cloud

  --instances 200   servers to have; what is missing is booted; at the end all ${PREFIX}* are deleted unless --keep
  --hosts N         brings the lab to N hosts first (it cannot go back to fewer without a wipe); default: as it is
  --days 1          history to feed and to read
  --keep            leaves the servers and their history for the next run
  --no-watcher      leaves Watcher out
  --prometheus      the metrics of so many instances from a Prometheus of its own instead; leaves the lab alone`;

const STEP_SECONDS = 300;
const LAB = join(import.meta.dirname, '../devstack/lab');

const METRICS = Object.keys(RECIPES) as UsageMetric[];

/** Watcher's strategies that read metrics, and what they read. */
const AUDITS = [
  {
    audit: {
      goal: 'workload_balancing',
      strategy: 'workload_balance',
      parameters: { metrics: 'instance_cpu_usage', threshold: 95, period: 3600, granularity: 300 },
    },
    reads: ['instance_cpu_usage'],
  },
  {
    audit: {
      goal: 'server_consolidation',
      strategy: 'vm_workload_consolidation',
      parameters: { period: 3600, granularity: 300 },
    },
    reads: ['instance_cpu_usage', 'instance_ram_usage', 'host_cpu_usage', 'host_ram_usage'],
  },
] as const;

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    instances: { type: 'string', default: '200' },
    hosts: { type: 'string' },
    days: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
    watcher: { type: 'boolean', default: true },
    prometheus: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) console.log(HELP);
else if (options.prometheus) {
  await benchPrometheus({ instances: Number(options.instances), days: Number(options.days) });
} else await main();

async function main(): Promise<void> {
  if (options.hosts !== undefined) {
    execFileSync(join(LAB, 'up'), { env: { ...process.env, HOSTS: options.hosts }, stdio: 'inherit' });
  }
  const who = credentials(process.env);
  const lab = await LabCloud.connect(who);
  const cloud = openCloud(
    readCloudConfig({
      env: {
        OS_AUTH_URL: who.authUrl,
        OS_USERNAME: who.username,
        OS_PASSWORD: who.password,
        OS_PROJECT_NAME: who.project,
        OS_USER_DOMAIN_NAME: who.domain,
        OS_PROJECT_DOMAIN_NAME: who.domain,
        OS_REGION_NAME: 'RegionOne',
      },
      homeDir: '/',
      cwd: '/',
    }),
  );
  try {
    console.log(`booting what is missing of ${options.instances} servers`);
    await bootMissing(lab, Number(options.instances));
    console.log(`feeding ${options.days} days of metrics`);
    const feed = ['--days', options.days, '--only', PREFIX];
    execFileSync(join(LAB, 'feed'), feed, { stdio: ['ignore', 'ignore', 'inherit'] });
    await compare(cloud);
  } finally {
    cloud.close();
    if (!options.keep) console.log(`deleted ${await deleteServers(lab)} servers with their history`);
  }
}

async function compare(cloud: Cloud): Promise<void> {
  const { session } = cloud;
  const first = await measure(session, 'model', () => collect(cloud));
  const again = await measure(session, 'model', () => collect(cloud, first.result));
  const { instances, hosts } = first.result;

  const stopAt = Math.floor(Date.now() / 1000 / STEP_SECONDS) * STEP_SECONDS;
  const history = {
    instances: instances
      .filter(({ name }) => name.startsWith(PREFIX))
      .map(({ id, flavor }) => ({ id, vcpus: flavor.vcpus })),
    hosts: hosts.map(({ id, name }) => ({ id, hostName: name })),
    startAt: stopAt - Number(options.days) * 86_400,
    stopAt,
    stepSeconds: STEP_SECONDS,
  };
  const size = `${history.instances.length} instances, ${hosts.length} hosts`;
  console.log(`${size} (${instances.length} instances in the cloud), ${options.days} days of history`);

  const perMetric = new Map<UsageMetric, Measured & { readonly samples: number }>();
  for (const metric of METRICS) {
    const { result, ...measured } = await measure(session, 'metric', () =>
      readHistory(session, { ...history, metric }),
    );
    perMetric.set(metric, { ...measured, samples: result });
  }
  const oneByOne = await measure(session, 'metric', () => readOneByOne(session, history));

  report(
    'collect-metrics',
    [...perMetric].map(([metric, { requests, seconds, samples }]) => ({
      metric,
      requests,
      seconds: round(seconds),
      samples,
      'one by one': ONE_BY_ONE[metric] === undefined ? '' : ONE_BY_ONE[metric] * history.instances.length,
    })),
  );
  const ofInstances = METRICS.filter(metric => ONE_BY_ONE[metric] !== undefined);
  report('collect', [
    row('metrics of instances', total(perMetric, ofInstances), 'one request per series', oneByOne),
    row('model, first time', first),
    ...(options.watcher ? await watcherRows(session, perMetric, history.instances) : []),
    ...(options.watcher ? [row('model, later', again, "Watcher's model builder", buildWatcherModel())] : []),
  ]);
}

async function watcherRows(
  session: Session,
  perMetric: ReadonlyMap<UsageMetric, Measured>,
  instances: readonly { readonly id: string }[],
): Promise<Row[]> {
  const log = join(process.env['LAB_ROOT'] ?? '/var/lib/openstack-lab', 'log/gnocchi-api.log');
  const rows: Row[] = [];
  for (const { audit, reads } of AUDITS) {
    const theirs = await runAudit(session, audit, { log, instances });
    const peer = `Watcher ${audit.strategy}, last hour: ${theirs.state}`;
    rows.push(row(`metrics: ${reads.join(', ')}`, total(perMetric, reads), peer, theirs));
  }
  return rows;
}

type Row = Readonly<Record<string, string | number>>;

function row(what: string, ours: Measured, peer?: string, theirs?: Measured): Row {
  const own = { what, requests: ours.requests, seconds: round(ours.seconds) };
  if (peer === undefined || theirs === undefined) return own;
  return {
    ...own,
    peer,
    'its requests': theirs.requests,
    'its seconds': round(theirs.seconds),
    'fewer requests': `${round(theirs.requests / ours.requests)} x`,
    faster: `${round(theirs.seconds / ours.seconds)} x`,
  };
}

function total(perMetric: ReadonlyMap<UsageMetric, Measured>, metrics: readonly UsageMetric[]): Measured {
  const found = metrics.flatMap(metric => perMetric.get(metric) ?? []);
  return {
    requests: found.reduce((sum, { requests }) => sum + requests, 0),
    seconds: found.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
