import type { Demand, Rhythm } from '../world/demand.ts';
import type { CallFault, WorldFault } from '../world/faults.ts';
import type { Flavor, GuestPlan, HostPlan } from '../world/inventory.ts';
import { seedOf } from '../world/random.ts';
import { Refusal } from '../world/refusal.ts';
import type { WorldPlan } from '../world/world.ts';
import { World } from '../world/world.ts';
import type { ScenarioFile } from './read-scenario.ts';
import { ScenarioError } from './read-scenario.ts';
import type { Scenario } from './schema.ts';

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const DAY_SECONDS = 86_400;
const MIB_PER_GIB = 1024;
const MIB_PER_SECOND_PER_GBIT = 1e9 / 8 / 2 ** 20;
/** What live migrations get of a link: the rest is overhead and other traffic. */
const USABLE_LINK = 0.9;
const PROJECTS = ['shop', 'billing', 'analytics'];

/** The next instant (epoch seconds) after `after` at which it is that day and time, UTC. */
export function nextStart(startsAt: string, after: number): number {
  const [day = '', time = ''] = startsAt.split(' ');
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const midnight = Math.floor(after / DAY_SECONDS) * DAY_SECONDS;
  const weekday = new Date(midnight * 1000).getUTCDay();
  const ahead = (DAYS.indexOf(day) - weekday + 7) % 7;
  const at = midnight + ahead * DAY_SECONDS + hours * 3600 + minutes * 60;
  return at > after ? at : at + 7 * DAY_SECONDS;
}

/** A new world as the scenario describes it; equal arguments give equal worlds. Throws `ScenarioError`. */
export function buildWorld(file: ScenarioFile, startAt: number): World {
  try {
    return new World(planOf(file, startAt));
  } catch (error) {
    if (error instanceof Refusal)
      throw new ScenarioError(`${file.path} is wrong: ${error.message}`, { cause: error });
    throw error;
  }
}

export function callFaultsOf({ faults }: Scenario): readonly CallFault[] {
  return faults.flatMap(fault => ('at' in fault ? [] : [fault]));
}

function planOf(file: ScenarioFile, startAt: number): WorldPlan {
  const { scenario } = file;
  const { seed, migrations, metrics } = scenario;
  const hosts = scenario.hosts.flatMap(hostsOf);
  const known = new Set(hosts.map(({ name }) => name));
  const faults = scenario.faults.flatMap((fault): WorldFault[] =>
    'at' in fault ? [{ kind: fault.kind, name: fault.name, at: startAt + fault.at }] : [],
  );
  const lost = faults.find(({ kind, name }) => kind.startsWith('host') && !known.has(name ?? ''));
  if (lost !== undefined)
    throw new Refusal('not_found', `There is no host ${lost.name ?? ''} that could fail.`);
  return {
    settings: {
      seed,
      startAt,
      historySeconds: scenario.historyDays * DAY_SECONDS,
      downtimeLimitSeconds: migrations.downtimeLimitSeconds,
      autoConverge: migrations.autoConverge,
      postCopy: migrations.postCopy,
      migrationFailureShare: migrations.failureShare,
      lostSampleShare: metrics.lostShare,
      metricLagSeconds: metrics.lagSeconds,
    },
    hosts,
    guests: guestsOf(file, hosts, startAt),
    faults,
  };
}

function hostsOf(host: Scenario['hosts'][number]): HostPlan[] {
  return namesOf(host.name, host.count).map(name => ({
    name,
    vcpus: host.vcpus,
    memoryMiB: Math.round(host.memoryGiB * MIB_PER_GIB),
    diskGiB: host.diskGiB,
    cpuRatio: host.cpuRatio,
    linkMiBPerSecond: USABLE_LINK * host.linkGbit * MIB_PER_SECOND_PER_GBIT,
    idleWatts: host.idleWatts,
    peakWatts: host.peakWatts,
    zone: 'nova',
  }));
}

function guestsOf(
  { scenario, traces }: ScenarioFile,
  hosts: readonly HostPlan[],
  startAt: number,
): GuestPlan[] {
  const flavors = new Map(
    Object.entries(scenario.flavors).map(([name, { vcpus, memoryGiB, diskGiB }], n): [string, Flavor] => {
      const memoryMiB = Math.round(memoryGiB * MIB_PER_GIB);
      return [name, { id: String(n + 1), name, vcpus, memoryMiB, diskGiB, extraSpecs: {} }];
    }),
  );
  let turn = 0;
  return scenario.guests.flatMap(group =>
    namesOf(group.name, group.count).map((name, n): GuestPlan => {
      const demand: Demand = {
        rhythm: rhythmOf(group.demand, traces, startAt - scenario.historyDays * DAY_SECONDS),
        seed: seedOf(`${scenario.seed}/${name}`),
        noise: group.noise,
        memoryPercent: group.memoryPercent,
        memoryPerCpuPercent: group.memoryPerCpuPercent,
        diskBytesPerBusyCpu: group.diskMBPerBusyCpu * 1e6,
        networkBytesPerBusyCpu: group.networkMBPerBusyCpu * 1e6,
      };
      return {
        name,
        flavor: flavors.get(group.flavor)!,
        hostName: group.host ?? hosts[turn++ % hosts.length]!.name,
        projectId: seedOf(PROJECTS[n % PROJECTS.length]!)
          .toString(16)
          .padStart(32, '0'),
        demand,
        dirtyMiBPerBusyCpu: group.dirtyMiBPerBusyCpu,
        workingSetMiB: group.workingSetMiB,
        metadata: {},
        volumeGiB: group.volumeGiB,
        antiAffinity: group.antiAffinity,
      };
    }),
  );
}

function rhythmOf(
  demand: Scenario['guests'][number]['demand'],
  traces: ReadonlyMap<string, Float32Array>,
  fromAt: number,
): Rhythm {
  switch (demand.kind) {
    case 'daily':
    case 'weekly': {
      const { kind, low, high, from, hours, rampHours } = demand;
      return { kind, low, high, fromHour: from, hours, rampHours };
    }
    case 'replayed':
      return { kind: 'replayed', percent: traces.get(demand.file)!, fromAt };
    case 'steady':
    case 'bursty':
      return demand;
  }
}

function namesOf(name: string, count: number): readonly string[] {
  return count === 1 ? [name] : Array.from({ length: count }, (_, n) => `${name}${n + 1}`);
}
