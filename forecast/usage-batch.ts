/**
 * Watcher's names. Units: `*_cpu_usage` percent (0–100) of the instance's vCPUs or of the host's CPUs; `*_ram_usage` MiB;
 * `instance_disk_io` and `instance_network_io` bytes per second, read + write or in + out over all devices.
 */
export type UsageMetric =
  | 'instance_cpu_usage'
  | 'instance_ram_usage'
  | 'instance_disk_io'
  | 'instance_network_io'
  | 'host_cpu_usage'
  | 'host_ram_usage';

/** The history of one metric for many resources, as columns. */
export interface UsageBatch {
  readonly metric: UsageMetric;
  /** Epoch seconds at which the first step begins; a multiple of `stepSeconds`. */
  readonly startAt: number;
  readonly stepSeconds: number;
  readonly steps: number;
  readonly resourceIds: readonly string[];
  /** `resourceIds.length` × `steps`, resource by resource. NaN = no sample, never 0. */
  readonly values: Float32Array;
}
