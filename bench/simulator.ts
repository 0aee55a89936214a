/**
 * How much cloud the simulator carries on one core: simulated instance-hours per second of the world alone, its memory at 1,000
 * hosts and 20,000 instances with HTTP off and on, and how long our own clients take to read that cloud through HTTP.
 * At the end, its live migrations are compared with QEMU's.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createGnocchiDatasource } from '../plugin/datasources/gnocchi/gnocchi-datasource.ts';
import { openCloud } from '../plugin/openstack/cloud.ts';
import { readCloudConfig } from '../plugin/openstack/cloud-config.ts';
import { collectCluster } from '../plugin/openstack/collect-cluster.ts';
import { startSimulator } from '../simulator/http/simulator.ts';
import { buildWorld } from '../simulator/scenario/build-world.ts';
import { readScenario } from '../simulator/scenario/read-scenario.ts';
import { stepOf, STEP_SECONDS } from '../simulator/world/demand.ts';
import type { World } from '../simulator/world/world.ts';
import { report } from './results.ts';

const START_AT = Date.UTC(2026, 2, 2, 9) / 1000;
const HOURS = 6;

type Row = Readonly<Record<string, string | number>>;

function openWorld(): World {
  return buildWorld(readScenario('thousand-hosts', process.cwd()), START_AT);
}

/** Every host's load in every step, with 50 live migrations begun each hour. */
function worldAlone(): Row {
  const world = openWorld();
  const guests = [...world.guests.keys()];
  const from = process.hrtime.bigint();
  let [begun, highest] = [0, 0];
  for (let hour = 0; hour < HOURS; hour += 1) {
    for (let n = 0; n < 50; n += 1) world.liveMigrate(guests[begun++ * 7]!, undefined, `req-${begun}`);
    for (let n = 0; n < 3600 / STEP_SECONDS; n += 1) {
      const step = stepOf(world.nowAt);
      world.advanceTo(world.nowAt + STEP_SECONDS);
      for (const name of world.hosts.keys()) {
        highest = Math.max(highest, world.loads.hostAt(name, step)?.cpuPercent ?? 0);
      }
    }
  }
  const seconds = secondsSince(from);
  return {
    http: 'off',
    'instance-hours/s': Math.round((guests.length * HOURS) / seconds),
    migrations: world.migrations.filter(record => record.status === 'completed').length,
    'highest host %': Math.round(highest),
    ...memory(),
  };
}

/** The cluster collected once, and two hours of CPU of all instances read. */
async function throughHttp(): Promise<Row> {
  const world = openWorld();
  const simulator = await startSimulator({ world, now: () => START_AT * 1000 });
  const cloud = openCloud(readCloudConfig({ env: simulator.environment, homeDir: '/', cwd: '/' }));
  const { signal } = new AbortController();
  const from = process.hrtime.bigint();
  const cluster = await collectCluster(cloud, { signal, clock: () => new Date(START_AT * 1000) });
  const collected = secondsSince(from);
  const again = process.hrtime.bigint();
  const datasource = createGnocchiDatasource({ session: cloud.session, now: () => START_AT * 1000 });
  const resources = cluster.instances.map(({ id, flavor }) => ({ id, vcpus: flavor.vcpus }));
  const period = { startAt: START_AT - 7200, stopAt: START_AT, stepSeconds: STEP_SECONDS };
  let samples = 0;
  for await (const batch of datasource.query(
    { metric: 'instance_cpu_usage', resources, ...period },
    signal,
  )) {
    samples += batch.values.length;
  }
  const queried = secondsSince(again);
  cloud.close();
  await simulator.close();
  return {
    http: 'on',
    'instances collected': cluster.instances.length,
    'collect s': round(collected),
    'samples read': samples,
    'read s': round(queried),
    ...memory(),
  };
}

function memory(): Row {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { 'rss MiB': Math.round(rss / 2 ** 20), 'heap MiB': Math.round(heapUsed / 2 ** 20) };
}

function secondsSince(from: bigint): number {
  return Number(process.hrtime.bigint() - from) / 1e9;
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}

/** Each in a process of its own, so that memory is its own. */
function inProcess(which: string): Row {
  const args = ['--expose-gc', import.meta.filename, which];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Row;
}

switch (process.argv[2]) {
  case 'world':
    console.log(JSON.stringify(worldAlone()));
    break;
  case 'http':
    console.log(JSON.stringify(await throughHttp()));
    break;
  case undefined:
  default:
    report('simulator', [inProcess('world'), inProcess('http')]);
    execFileSync(process.execPath, [join(import.meta.dirname, 'simulator-physics.ts')], { stdio: 'inherit' });
}
