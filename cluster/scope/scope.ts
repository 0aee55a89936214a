/** Everything of its kind, or those with one of these ids or names. */
export interface Choice {
  readonly all: boolean;
  readonly ids: ReadonlySet<number>;
  readonly names: ReadonlySet<string>;
}

/** What an audit is kept to, of the hosts and their instances. */
export interface ComputeScope {
  /** Hosts of any of these aggregates or zones; undefined: all hosts. */
  readonly include: { readonly aggregates: Choice; readonly zones: Choice } | undefined;
  /** Hosts that are out, by name or as members of an aggregate, with all that runs on them. */
  readonly excludedHostNames: ReadonlySet<string>;
  readonly excludedAggregates: Choice;
  /** Instances that stay where they are and are still counted. */
  readonly excludedInstanceIds: ReadonlySet<string>;
  readonly excludedProjectIds: ReadonlySet<string>;
  /** An instance is excluded whose metadata has all pairs of any of these; values are alike in upper and lower case. */
  readonly excludedMetadata: readonly Readonly<Record<string, string>>[];
}

/** What an audit is kept to, of the block storage. */
export interface StorageScope {
  /** Backends of any of these zones or volume types; undefined: all backends. */
  readonly include: { readonly zones: Choice; readonly volumeTypes: Choice } | undefined;
  /** Pools that are out, with their volumes. */
  readonly excludedPoolNames: ReadonlySet<string>;
  /** Volumes that stay where they are. */
  readonly excludedVolumeIds: ReadonlySet<string>;
  readonly excludedProjectIds: ReadonlySet<string>;
}

export interface BareMetalScope {
  /** UUIDs of Ironic's nodes. */
  readonly excludedNodeIds: ReadonlySet<string>;
}

/** An audit's scope; what is undefined is not restricted. */
export interface Scope {
  readonly compute: ComputeScope | undefined;
  readonly storage: StorageScope | undefined;
  readonly bareMetal: BareMetalScope | undefined;
}
