import type { Peak } from '../../candidates/overload.ts';
import { Overload } from '../../candidates/overload.ts';
import { hostLoadCapacity } from '../../cluster/load-capacity.ts';
import { normalQuantile } from '../../cluster/normal.ts';
import { WhatIf } from '../../cluster/what-if.ts';
import type { Gathered } from '../../plugin/audits/gather.ts';
import type { Fan } from './chart.ts';

/** The host of which most minutes of overload are expected, and the quantiles of its CPU forecast in percent. */
export interface HotHost {
  readonly name: string;
  readonly minutes: number;
  readonly peak: Peak | undefined;
  readonly fan: Omit<Fan, 'past'>;
}

export function hottestHost({ cluster, forecast }: Gathered, thresholdPercent: number): HotHost {
  const whatIf = new WhatIf(cluster, forecast);
  const overload = new Overload(whatIf, { thresholds: new Map([['cpu', thresholdPercent]]) });
  const minutes = cluster.hosts.map((_, row) => overload.expectedMinutes(row));
  const row = minutes.indexOf(Math.max(...minutes));
  const host = cluster.hosts[row]!;
  const cpu = whatIf.loads.metrics.indexOf('cpu');
  const capacity = hostLoadCapacity(host, 'cpu') ?? 1;
  const quantile = (p: number) =>
    Array.from({ length: whatIf.loads.steps }, (_, step) =>
      Math.max(0, (100 * whatIf.loads.level(row, cpu, step, normalQuantile(p))) / capacity),
    );
  return {
    name: host.name,
    minutes: minutes[row]!,
    peak: overload.peak(row, normalQuantile(0.95)),
    fan: {
      p05: quantile(0.05),
      p25: quantile(0.25),
      p50: quantile(0.5),
      p75: quantile(0.75),
      p95: quantile(0.95),
    },
  };
}
