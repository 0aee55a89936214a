import type { Demand } from '../../simulator/world/demand.ts';
import type { Flavor, GuestPlan, HostPlan, WorldSettings } from '../../simulator/world/inventory.ts';
import { World } from '../../simulator/world/world.ts';

/** Monday, 2026-03-02 09:00 UTC. */
export const START_AT = Date.UTC(2026, 2, 2, 9) / 1000;

export const MEDIUM: Flavor = {
  id: '3',
  name: 'medium',
  vcpus: 4,
  memoryMiB: 8192,
  diskGiB: 20,
  extraSpecs: {},
};

export function settings(change: Partial<WorldSettings> = {}): WorldSettings {
  return {
    seed: 7,
    startAt: START_AT,
    historySeconds: 2 * 86_400,
    downtimeLimitSeconds: 0.5,
    autoConverge: false,
    postCopy: false,
    migrationFailureShare: 0,
    lostSampleShare: 0,
    metricLagSeconds: 0,
    ...change,
  };
}

export function host(name: string, change: Partial<HostPlan> = {}): HostPlan {
  return {
    name,
    vcpus: 16,
    memoryMiB: 65_536,
    diskGiB: 1000,
    cpuRatio: 4,
    linkMiBPerSecond: 1000,
    idleWatts: 100,
    peakWatts: 300,
    zone: 'nova',
    ...change,
  };
}

export function steady(percent: number): Demand {
  return {
    rhythm: { kind: 'steady', percent },
    seed: 1,
    noise: 0,
    memoryPercent: 50,
    memoryPerCpuPercent: 0,
    diskBytesPerBusyCpu: 1e6,
    networkBytesPerBusyCpu: 2e6,
  };
}

export function guest(name: string, hostName: string, change: Partial<GuestPlan> = {}): GuestPlan {
  return {
    name,
    hostName,
    flavor: MEDIUM,
    projectId: 'p'.repeat(32),
    demand: steady(50),
    dirtyMiBPerBusyCpu: 20,
    workingSetMiB: 512,
    metadata: {},
    ...change,
  };
}

/** Two hosts and one guest on the first, unless told otherwise. */
export function tinyWorld(
  change: {
    readonly settings?: Partial<WorldSettings>;
    readonly hosts?: readonly HostPlan[];
    readonly guests?: readonly GuestPlan[];
  } = {},
): World {
  return new World({
    settings: settings(change.settings),
    hosts: change.hosts ?? [host('compute-1'), host('compute-2')],
    guests: change.guests ?? [guest('web', 'compute-1')],
  });
}

/** The guest of that name. */
export function named(world: World, name: string) {
  const found = [...world.guests.values()].find(each => each.name === name);
  if (found === undefined) throw new Error(`there is no guest ${name}`);
  return found;
}
