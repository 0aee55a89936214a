/**
 * How fast `predictive_migration` decides: hosts × instances × 12 steps, on one core, forecasts given. The peer in the same run is the
 * plainest complete search: every instance of every pressed host projected on every host. "examined" counts projections of an instance on a host.
 */
import { execFileSync } from 'node:child_process';
import { Overload } from '../candidates/overload.ts';
import type { LoadMetric } from '../cluster/load-profile.ts';
import { WhatIf } from '../cluster/what-if.ts';
import { normalQuantile } from '../cluster/normal.ts';
import { parameters } from '../strategies/predictive-migration/parameters.ts';
import { predictiveMigration } from '../strategies/predictive-migration/predictive-migration.ts';
import { report } from './results.ts';
import type { SyntheticCloud } from './synthetic-cloud.ts';
import { syntheticCloud } from './synthetic-cloud.ts';

const STEPS = 12;
const MOST_PAIRS_TIMED = 1_000_000;
const SIZES = [
  [50, 1000],
  [200, 4000],
  [500, 10_000],
  [1000, 20_000],
  [2000, 40_000],
] as const;

/** One size in a process of its own, so that peak memory is its own. */
function measure(hosts: number, instances: number): Readonly<Record<string, string | number>> {
  const cloud = syntheticCloud(hosts, instances, STEPS);
  const given = parameters.parse({ maximum_migrations: instances, horizon: 3600 });
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const seconds: number[] = [];
  let decision = predictiveMigration.decide({ ...cloud, parameters: given });
  for (let run = 0; run < 3; run += 1) {
    const from = process.hrtime.bigint();
    decision = predictiveMigration.decide({ ...cloud, parameters: given });
    seconds.push(Number(process.hrtime.bigint() - from) / 1e9);
  }
  seconds.sort((a, b) => a - b);
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  return {
    hosts,
    instances,
    'median s': round(seconds[1]!),
    'peak MiB': Math.round(peakMiB),
    'inputs MiB': Math.round(before / 1024 / 1024),
    moves: decision.actions.length,
    'overload min before': round(decision.indicators['forecast_overload_minutes_before']!),
    'overload min after': round(decision.indicators['forecast_overload_minutes_after']!),
    examined: decision.examined,
    ...completeSearch(cloud),
  };
}

/** Looks for the first move of each pressed host among all its instances and all hosts; timed where that takes seconds, not minutes. */
function completeSearch({ cluster, forecast }: SyntheticCloud): Readonly<Record<string, number | string>> {
  const whatIf = new WhatIf(cluster, forecast);
  const thresholds = new Map<LoadMetric, number>([
    ['cpu', 80],
    ['memory', 90],
  ]);
  const overload = new Overload(whatIf, { thresholds });
  const z = normalQuantile(0.95);
  const pressed = cluster.hosts.filter((_, row) => overload.headroom(row, z) < 0);
  const pairs = pressed.reduce(
    (sum, host) => sum + cluster.instancesOn(host.id).length * cluster.hosts.length,
    0,
  );
  if (pairs > MOST_PAIRS_TIMED) return { 'every pair': pairs, 'complete search s': '-' };
  const from = process.hrtime.bigint();
  for (const instance of pressed.flatMap(host => cluster.instancesOn(host.id))) {
    const terms = whatIf.loads.metrics.map((_, metric) => whatIf.terms(instance.id, metric));
    for (let row = 0; row < cluster.hosts.length; row += 1) overload.headroom(row, z, terms);
  }
  return { 'every pair': pairs, 'complete search s': round(Number(process.hrtime.bigint() - from) / 1e9) };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

if (process.argv[2] === 'one') {
  console.log(JSON.stringify(measure(Number(process.argv[3]), Number(process.argv[4]))));
} else {
  const rows = SIZES.map(([hosts, instances]) => {
    const args = ['--expose-gc', import.meta.filename, 'one', String(hosts), String(instances)];
    const row = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Record<
      string,
      number
    >;
    const n = instances;
    return { ...row, 'examined / (n log2 n)': round(row['examined']! / (n * Math.log2(n))) };
  });
  report('decide', rows);
}
