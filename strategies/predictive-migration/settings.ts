import type { LoadMetric } from '../../cluster/load-profile.ts';
import { normalQuantile } from '../../cluster/normal.ts';
import type { Parameters } from './parameters.ts';

/** The parameters in the forms that the decision computes with. */
export interface Settings {
  readonly parameters: Parameters;
  /** Percent of a host's capacity. */
  readonly hostThresholds: ReadonlyMap<LoadMetric, number>;
  /** Of hosts that do not tell their own, in the metric's unit. */
  readonly hostCapacities: ReadonlyMap<LoadMetric, number>;
  /** Normal quantile of the load below which targets stay. */
  readonly upperZ: number;
  /** Normal quantiles along which the benefit at a source is certain enough, and harm at a target is. */
  readonly benefitZ: number;
  readonly harmZ: number;
}

const MIB = 1024 * 1024;

export function settingsOf(parameters: Parameters): Settings {
  const { thresholds } = parameters;
  const given: [LoadMetric, number | undefined][] = [
    ['cpu', thresholds.host_cpu_usage],
    ['memory', thresholds.host_ram_usage],
    ['disk', thresholds.host_disk_io],
    ['network', thresholds.host_network_io],
  ];
  return {
    parameters,
    hostThresholds: known(given),
    hostCapacities: known([
      ['disk', bytes(parameters.host_disk_bandwidth)],
      ['network', bytes(parameters.host_network_bandwidth)],
    ]),
    upperZ: normalQuantile(parameters.quantile),
    benefitZ: normalQuantile(parameters.benefit_quantile),
    harmZ: normalQuantile(1 - parameters.benefit_quantile),
  };
}

function known(
  entries: readonly (readonly [LoadMetric, number | undefined])[],
): ReadonlyMap<LoadMetric, number> {
  return new Map(
    entries.flatMap(([metric, value]) => (value === undefined ? [] : [[metric, value] as const])),
  );
}

function bytes(mebibytes: number | undefined): number | undefined {
  return mebibytes === undefined ? undefined : mebibytes * MIB;
}
