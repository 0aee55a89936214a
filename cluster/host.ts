/** A Placement resource class: `VCPU`, `PCPU`, `MEMORY_MB`, `DISK_GB`, `CUSTOM_…`. */
export type ResourceClass = string;

/** What one host offers of one resource class, as Placement tells it. */
export interface Inventory {
  readonly total: number;
  readonly reserved: number;
  readonly allocationRatio: number;
  /** Sum of all allocations, those of migrations in flight included. */
  readonly used: number;
  /** Largest amount that a single allocation may take. */
  readonly maxUnit: number;
}

export interface Hypervisor {
  /** As Nova spells it: `QEMU`, `VMware vCenter Server`, `fake` … */
  readonly type: string;
  readonly version: number;
  /** Undefined when the driver does not report one. */
  readonly cpuModel: string | undefined;
}

/** A compute host: one nova-compute service with its hypervisor and Placement resource provider. */
export interface Host {
  /** UUID of the hypervisor, which is its resource provider's too. */
  readonly id: string;
  /** Host name of the nova-compute service; live migrations name their target by it. */
  readonly name: string;
  /** Host name that the hypervisor calls itself. */
  readonly hypervisorHostname: string;
  /** UUID of the nova-compute service. */
  readonly serviceId: string;
  /** The cloud's region. */
  readonly site: string;
  readonly hypervisor: Hypervisor;
  readonly inventories: ReadonlyMap<ResourceClass, Inventory>;
  readonly traits: ReadonlySet<string>;
  readonly enabled: boolean;
  readonly disabledReason: string | undefined;
  readonly up: boolean;
  readonly zone: string;
  /** Ids of the aggregates it is in, ascending. */
  readonly aggregateIds: readonly number[];
  /** Why nothing may be planned from or to this host (its view is incomplete); undefined when it may. */
  readonly frozen: string | undefined;
  /** What the operator told of it; undefined when not told. */
  readonly links?: { readonly networkBytesPerSecond?: number; readonly diskBytesPerSecond?: number };
}

export interface Aggregate {
  readonly id: number;
  readonly name: string;
  readonly zone: string | undefined;
  readonly hostNames: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}
