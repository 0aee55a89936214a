import type { ClusterModel } from '../cluster/cluster-model.ts';
import { buildClusterModel } from '../cluster/cluster-model.ts';
import type { Host } from '../cluster/host.ts';
import type { Flavor, Instance } from '../cluster/instance.ts';
import type { LoadMetric, LoadTerms } from '../cluster/load-profile.ts';
import type { SeriesForecast } from '../forecast/series-forecast.ts';
import { createForecast } from '../forecast/series-forecast.ts';
import type { Forecast } from '../forecast/forecast.ts';
import type { FittedSeries } from '../forecast/fit-series.ts';
import { PROBABILITIES } from '../forecast/quantile-grid.ts';

const FACTORS = 8;
const CPUS = 64;
const MEMORY_MIB = 262_144;
const METRICS: readonly LoadMetric[] = ['cpu', 'memory'];
const FLAVORS: readonly Flavor[] = [
  [1, 2048],
  [2, 4096],
  [4, 8192],
  [8, 16_384],
].map(([vcpus, memoryMiB]) => ({
  name: `v${vcpus}`,
  vcpus: vcpus!,
  memoryMiB: memoryMiB!,
  rootDiskGiB: 20,
  ephemeralDiskGiB: 0,
  swapMiB: 0,
  extraSpecs: {},
}));

/** A repeatable source of numbers in [0, 1): mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface SyntheticCloud {
  readonly cluster: ClusterModel;
  readonly forecast: Forecast;
}

/**
 * Hosts of 64 CPUs and 256 GiB in four zones with 20 instances each; one host in ten heads for overload within the horizon,
 * the others run between a quarter and two thirds.
 */
export function syntheticCloud(hostCount: number, instanceCount: number, steps: number): SyntheticCloud {
  const random = seededRandom(7);
  const hosts = Array.from({ length: hostCount }, (_, n) => syntheticHost(n));
  const series = new Map(METRICS.map(metric => [metric, new Map<string, SeriesForecast>()]));
  const instances = Array.from({ length: instanceCount }, (_, n) => {
    const host = hosts[n % hostCount]!;
    const instance = syntheticInstance(n, host, random);
    const rising = (n % hostCount) % 10 === 0;
    const busy = rising ? 0.9 + 0.6 * random() : 0.25 + 0.4 * random();
    const cpu = syntheticSeries(instance.flavor.vcpus, busy * (CPUS / 75), steps, rising, random);
    series.get('cpu')!.set(instance.id, cpu);
    const memory = syntheticSeries(instance.flavor.memoryMiB, 0.3 + 0.5 * random(), steps, false, random);
    series.get('memory')!.set(instance.id, memory);
    return instance;
  });
  const cluster = modelOf(hosts, instances);
  const forecast = createForecast({
    startAt: '2026-01-01T00:00:00.000Z',
    stepSeconds: 300,
    steps,
    factors: FACTORS,
    metrics: METRICS,
    series,
    bases: new Map(METRICS.map(metric => [metric, baseOf(hosts, metric, steps)])),
    correlations: new Map(METRICS.map(metric => [metric, 0.8])),
  });
  return { cluster, forecast };
}

/** One host with an instance for each id, all of the same number of vCPUs. */
export function cloudOf(ids: readonly string[], vcpus: number): ClusterModel {
  const host = syntheticHost(0);
  const flavor = { ...FLAVORS[0]!, name: `v${vcpus}`, vcpus };
  const instances = ids.map(id => ({ ...syntheticInstance(0, host, () => 0.5), id, name: id, flavor }));
  return modelOf([host], instances);
}

function modelOf(hosts: readonly Host[], instances: readonly Instance[]): ClusterModel {
  return buildClusterModel({
    takenAt: '2026-01-01T00:00:00.000Z',
    hosts,
    instances,
    aggregates: [],
    serverGroups: [],
    migrations: [],
    warnings: [],
  });
}

function syntheticHost(n: number): Host {
  const used = { reserved: 0, used: 0 };
  return {
    id: `host-${String(n).padStart(6, '0')}`,
    name: `compute-${n}`,
    hypervisorHostname: `compute-${n}`,
    serviceId: `service-${n}`,
    site: 'RegionOne',
    hypervisor: {
      type: 'QEMU',
      version: 7_002_000,
      cpuModel: n % 2 === 0 ? 'Cascadelake-Server' : 'Icelake-Server',
    },
    inventories: new Map([
      ['VCPU', { ...used, total: CPUS, allocationRatio: 4, maxUnit: CPUS }],
      ['MEMORY_MB', { ...used, total: MEMORY_MIB, allocationRatio: 1.5, maxUnit: MEMORY_MIB }],
      ['DISK_GB', { ...used, total: 10_000, allocationRatio: 1, maxUnit: 10_000 }],
    ]),
    traits: new Set(['HW_CPU_X86_AVX2', 'COMPUTE_NODE']),
    enabled: true,
    disabledReason: undefined,
    up: true,
    zone: `zone-${n % 4}`,
    aggregateIds: [],
    frozen: undefined,
  };
}

function syntheticInstance(n: number, host: Host, random: () => number): Instance {
  const flavor = FLAVORS[Math.floor(random() * FLAVORS.length)]!;
  return {
    id: `instance-${String(n).padStart(6, '0')}`,
    name: `vm-${n}`,
    hostId: host.id,
    projectId: 'project',
    state: 'active',
    taskState: undefined,
    flavor,
    resources: new Map([
      ['VCPU', flavor.vcpus],
      ['MEMORY_MB', flavor.memoryMiB],
      ['DISK_GB', 20],
    ]),
    pinnedZone: random() < 0.3 ? host.zone : undefined,
    locked: random() < 0.02,
    metadata: {},
    tags: [],
    imageProperties: {},
    serverGroupIds: [],
    bootedFromVolume: false,
    volumes: [],
    ports: [],
    createdAt: '2026-01-01T00:00:00Z',
    excluded: undefined,
  };
}

function syntheticSeries(
  size: number,
  busy: number,
  steps: number,
  rising: boolean,
  random: () => number,
): SeriesForecast {
  const mean = Float32Array.from(
    { length: steps },
    (_, step) => size * busy * (rising ? 0.6 + (0.4 * step) / steps : 1),
  );
  const deviation = 0.08 * size;
  const loadings = Float32Array.from({ length: steps * FACTORS }, () => 0.1 * deviation * (random() - 0.3));
  const terms: LoadTerms = { mean, ownVariance: new Float32Array(steps).fill(deviation ** 2), loadings };
  const fitted: FittedSeries = {
    method: 'synthetic',
    mean,
    variance: terms.ownVariance,
    quantiles: new Float32Array(steps * PROBABILITIES.length),
    maximumQuantiles: Float32Array.from(PROBABILITIES, p => size * busy + deviation * (p - 0.5)),
    signature: new Float32Array(0),
    stepCorrelation: { sum: 0, count: 0 },
  };
  return { fitted, terms };
}

function baseOf(hosts: readonly Host[], metric: LoadMetric, steps: number): ReadonlyMap<string, LoadTerms> {
  const level = metric === 'cpu' ? 0.02 * CPUS : 0.01 * MEMORY_MIB;
  const terms: LoadTerms = {
    mean: new Float32Array(steps).fill(level),
    ownVariance: new Float32Array(steps).fill((level / 4) ** 2),
    loadings: new Float32Array(steps * FACTORS),
  };
  return new Map(hosts.map(host => [host.id, terms]));
}
