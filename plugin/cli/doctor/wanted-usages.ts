import type { UsageMetric } from '../../../forecast/usage-batch.ts';
import { STRATEGIES } from '../../../strategies/strategies.ts';
import type { DataNeeds, Strategy } from '../../../strategies/strategy.ts';
import { usageMetricsOf } from '../../audits/gather.ts';
import type { Datasources } from '../../datasources/open-datasources.ts';
import type { Datasource } from '../../datasources/datasource.ts';

/** A usage that strategies read from the same datasource, with their default parameters. */
export interface WantedUsage {
  readonly usage: UsageMetric;
  readonly datasource: Datasource;
  readonly strategies: readonly string[];
  /** Of the strategy that wants the most. */
  readonly historySeconds: number;
  /** Of the strategy that wants the finest. */
  readonly stepSeconds: number;
}

/** Strategies that cannot do without parameters are left out: what they need is not known. */
export function wantedUsages(datasources: Datasources): readonly WantedUsage[] {
  const found = new Map<Datasource, Map<UsageMetric, WantedUsage>>();
  for (const strategy of STRATEGIES) {
    const needs = needsOf(strategy);
    if (needs === undefined) continue;
    const datasource = datasources.of(strategy.name);
    const usages = found.get(datasource) ?? new Map<UsageMetric, WantedUsage>();
    found.set(datasource, usages);
    for (const usage of usageMetricsOf(needs.metrics)) {
      const known = usages.get(usage);
      usages.set(usage, {
        usage,
        datasource,
        strategies: [...(known?.strategies ?? []), strategy.name],
        historySeconds: Math.max(known?.historySeconds ?? 0, needs.historySeconds),
        stepSeconds: Math.min(known?.stepSeconds ?? Infinity, needs.stepSeconds),
      });
    }
  }
  return [...found.values()].flatMap(usages => [...usages.values()]);
}

function needsOf(strategy: Strategy<unknown>): DataNeeds | undefined {
  const defaults = strategy.parameters.safeParse({});
  return defaults.success ? strategy.needs(defaults.data) : undefined;
}
