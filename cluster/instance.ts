import type { ResourceClass } from './host.ts';

export interface Flavor {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly rootDiskGiB: number;
  readonly ephemeralDiskGiB: number;
  readonly swapMiB: number;
  readonly extraSpecs: Readonly<Record<string, string>>;
}

export interface Volume {
  readonly id: string;
  /** Undefined when Cinder does not tell. */
  readonly sizeGiB: number | undefined;
  readonly multiattach: boolean | undefined;
}

export interface Port {
  readonly id: string;
  readonly networkId: string;
  /** `normal`, `direct` (SR-IOV), `macvtap` … */
  readonly vnicType: string;
}

/** A server of Nova. */
export interface Instance {
  readonly id: string;
  readonly name: string;
  /** Undefined when it is on no host that the model knows. */
  readonly hostId: string | undefined;
  readonly projectId: string;
  /** Nova's vm_state: `active`, `paused`, `stopped`, `error` … or `unknown` in a cell that is down. */
  readonly state: string;
  /** Nova's task_state: `migrating`, `resize_prep` …; undefined when nothing is going on. */
  readonly taskState: string | undefined;
  readonly flavor: Flavor;
  /** What it takes of its host, by resource class. */
  readonly resources: ReadonlyMap<ResourceClass, number>;
  /** The availability zone it was asked to be in; undefined when it may be moved to any zone. */
  readonly pinnedZone: string | undefined;
  readonly locked: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** `hw_*`, `traits:*` and the like, of the image it was built from. */
  readonly imageProperties: Readonly<Record<string, string>>;
  readonly serverGroupIds: readonly string[];
  readonly bootedFromVolume: boolean;
  readonly volumes: readonly Volume[];
  readonly ports: readonly Port[];
  readonly createdAt: string;
  /** Why it must not be touched (audit scope, operator's metadata); undefined when it may. */
  readonly excluded: string | undefined;
}

export type ServerGroupPolicy = 'affinity' | 'anti-affinity' | 'soft-affinity' | 'soft-anti-affinity';

export interface ServerGroup {
  readonly id: string;
  readonly name: string;
  readonly policy: ServerGroupPolicy;
  /** Most members on one host under `anti-affinity`; 1 unless the group says more. */
  readonly maxServersPerHost: number;
  readonly memberIds: readonly string[];
}

/** A migration that Nova has under way: it occupies both hosts until it ends. */
export interface MigrationInFlight {
  readonly instanceId: string;
  readonly sourceHostName: string | undefined;
  readonly targetHostName: string | undefined;
  /** `live-migration`, `migration`, `resize` or `evacuation`. */
  readonly type: string;
  readonly status: string;
}
