import type { ClusterContents, ClusterModel } from '../../cluster/cluster-model.ts';
import { buildClusterModel } from '../../cluster/cluster-model.ts';
import type { Host, Inventory } from '../../cluster/host.ts';
import type { Flavor, Instance } from '../../cluster/instance.ts';
import type { LoadMetric, LoadProfile, LoadTerms } from '../../cluster/load-profile.ts';
import { requestedResources } from '../../cluster/requested-resources.ts';

export function inventory(total: number, changes: Partial<Inventory> = {}): Inventory {
  return { total, reserved: 0, allocationRatio: 1, used: 0, maxUnit: total, ...changes };
}

/** An empty host of 10 CPUs and 100 GiB, id = name. */
export function host(name: string, changes: Partial<Host> = {}): Host {
  return {
    id: name,
    name,
    hypervisorHostname: name,
    serviceId: `service-${name}`,
    site: 'RegionOne',
    hypervisor: { type: 'QEMU', version: 7_002_000, cpuModel: 'Cascadelake-Server' },
    inventories: new Map([
      ['VCPU', inventory(10, { allocationRatio: 4 })],
      ['MEMORY_MB', inventory(102_400)],
      ['DISK_GB', inventory(1000)],
    ]),
    traits: new Set(['COMPUTE_NODE']),
    enabled: true,
    disabledReason: undefined,
    up: true,
    zone: 'nova',
    aggregateIds: [],
    frozen: undefined,
    ...changes,
  };
}

export function flavor(changes: Partial<Flavor> = {}): Flavor {
  return {
    name: 'small',
    vcpus: 2,
    memoryMiB: 4096,
    rootDiskGiB: 10,
    ephemeralDiskGiB: 0,
    swapMiB: 0,
    extraSpecs: {},
    ...changes,
  };
}

/** An active instance of 2 vCPUs and 4 GiB, id = name. */
export function instance(
  name: string,
  hostId: string | undefined,
  changes: Partial<Instance> = {},
): Instance {
  const ofFlavor = changes.flavor ?? flavor();
  return {
    id: name,
    name,
    hostId,
    projectId: 'project',
    state: 'active',
    taskState: undefined,
    flavor: ofFlavor,
    resources: requestedResources(ofFlavor, { bootedFromVolume: false }),
    pinnedZone: undefined,
    locked: false,
    metadata: {},
    tags: [],
    imageProperties: {},
    serverGroupIds: [],
    bootedFromVolume: false,
    volumes: [],
    ports: [],
    createdAt: '2026-01-01T00:00:00Z',
    excluded: undefined,
    ...changes,
  };
}

export function cluster(contents: Partial<ClusterContents>): ClusterModel {
  return buildClusterModel({
    takenAt: '2026-01-01T00:00:00.000Z',
    hosts: [],
    instances: [],
    aggregates: [],
    serverGroups: [],
    migrations: [],
    warnings: [],
    ...contents,
  });
}

export interface Load {
  /** One value per step. */
  readonly mean: readonly number[];
  readonly deviation?: number;
  /** Loading on the single common factor, at every step. */
  readonly loading?: number;
}

/** A profile with one common factor; loads by instance id, and by host id for what a host carries besides. */
export function profile(
  steps: number,
  instances: Readonly<Record<string, Partial<Record<LoadMetric, Load>>>>,
  hosts: Readonly<Record<string, Partial<Record<LoadMetric, Load>>>> = {},
  metrics: readonly LoadMetric[] = ['cpu', 'memory'],
): LoadProfile {
  return {
    startAt: '2026-01-01T12:00:00.000Z',
    stepSeconds: 300,
    steps,
    factors: 1,
    metrics,
    instanceTerms: (id, metric) => termsOf(instances[id]?.[metric], steps),
    hostBaseTerms: (id, metric) => termsOf(hosts[id]?.[metric], steps),
    stepCorrelation: () => 0.8,
  };
}

export function termsOf(load: Load | undefined, steps: number): LoadTerms | undefined {
  if (load === undefined) return undefined;
  return {
    mean: Float32Array.from({ length: steps }, (_, step) => load.mean[Math.min(step, load.mean.length - 1)]!),
    ownVariance: new Float32Array(steps).fill((load.deviation ?? 0) ** 2),
    loadings: new Float32Array(steps).fill(load.loading ?? 0),
  };
}
