import type { Demand } from './demand.ts';

export interface Flavor {
  readonly id: string;
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
  readonly extraSpecs: Readonly<Record<string, string>>;
}

/** What a host is made of. */
export interface HostPlan {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
  /** Placement's allocation ratio of VCPU. */
  readonly cpuRatio: number;
  /** What live migrations get of the network, shared by those under way. */
  readonly linkMiBPerSecond: number;
  readonly idleWatts: number;
  readonly peakWatts: number;
  readonly zone: string;
}

export interface GuestPlan {
  readonly name: string;
  readonly flavor: Flavor;
  /** Name of its first host. */
  readonly hostName: string;
  readonly projectId: string;
  readonly demand: Demand;
  /** Memory that it changes per second for each busy vCPU, and how much it changes again and again. */
  readonly dirtyMiBPerBusyCpu: number;
  readonly workingSetMiB: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** Boots from a volume of this size, GiB; undefined: from the image. */
  readonly volumeGiB?: number | undefined;
  /** Name of an anti-affinity group. */
  readonly antiAffinity?: string | undefined;
}

/** From `fromAt` on the guest ran on the host; undefined: it did not run. */
export interface Run {
  readonly fromAt: number;
  readonly hostName: string | undefined;
}

export interface Host extends HostPlan {
  /** UUID of hypervisor and resource provider. */
  readonly id: string;
  readonly serviceId: string;
  enabled: boolean;
  disabledReason: string | null;
  /** False from the instant at which it dies. */
  alive: boolean;
  /** Epoch seconds of the last change of `alive`. */
  aliveChangedAt: number;
  /** Nova's database of its cell does not answer: its servers are UNKNOWN. */
  cellDown: boolean;
}

export interface Guest extends Omit<GuestPlan, 'flavor' | 'hostName'> {
  readonly id: string;
  readonly portId: string;
  readonly volumeId: string | undefined;
  readonly createdAt: number;
  flavor: Flavor;
  /** Where Nova says that it is. */
  hostName: string;
  /** Nova's vm_state and task_state. */
  vmState: 'building' | 'active' | 'paused' | 'resized' | 'stopped' | 'error' | 'deleted';
  taskState: string | null;
  fault: string | undefined;
  /** Oldest first; never empty. */
  readonly runs: Run[];
  /** From when on its cumulative counters count: a migration starts a new process, whose counters begin at 0. */
  countersFromAt: number;
  /** None of its metrics are stored. */
  metricsLost: boolean;
}

/** Nova's record of a migration. */
export interface MigrationRecord {
  readonly id: number;
  readonly uuid: string;
  readonly guestId: string;
  readonly sourceName: string;
  targetName: string | undefined;
  readonly type: 'live-migration' | 'migration' | 'resize';
  status: string;
  readonly createdAt: number;
  updatedAt: number | undefined;
  /** What nova-compute last wrote of the progress; undefined until it has. */
  progress:
    { readonly totalMiB: number; readonly remainingMiB: number; readonly processedMiB: number } | undefined;
  /** What really happened, for those who measure. */
  outcome:
    { readonly seconds: number; readonly downtimeSeconds: number; readonly rounds: number } | undefined;
}

/** Nova's note of what was asked of a server, and of its steps. */
export interface ActionRecord {
  readonly requestId: string;
  readonly guestId: string;
  readonly action: string;
  readonly startedAt: number;
  message: string | null;
  readonly events: ActionEvent[];
}

export interface ActionEvent {
  readonly event: string;
  readonly startedAt: number;
  finishedAt: number | undefined;
  result: 'Success' | 'Error' | undefined;
  details: string | null;
}

export interface WorldSettings {
  readonly seed: number;
  /** Epoch seconds at which the clock begins. */
  readonly startAt: number;
  /** Metrics reach so far back. */
  readonly historySeconds: number;
  readonly downtimeLimitSeconds: number;
  readonly autoConverge: boolean;
  readonly postCopy: boolean;
  /** Share (0–1) of live migrations that the hypervisor breaks off. */
  readonly migrationFailureShare: number;
  /** Share (0–1) of samples that are never stored. */
  readonly lostSampleShare: number;
  /** So late samples are stored. */
  readonly metricLagSeconds: number;
}
