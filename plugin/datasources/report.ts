import type { UsageMetric } from '../../forecast/usage-batch.ts';
import type { Datasource } from './datasource.ts';

/** What a source holds of the usages that somebody wants to read. */
export interface DatasourceReport {
  readonly name: string;
  /** Whether it answers now. */
  readonly isAvailable: boolean;
  readonly metrics: readonly SourceMetric[];
}

export interface SourceMetric {
  readonly usage: UsageMetric;
  /** In the source itself. */
  readonly name: string;
  readonly isAvailable: boolean;
}

/** Asks the source for each usage: names the alternative that it holds, or the first one, which it should hold. Never rejects. */
export async function reportOf(
  datasource: Datasource,
  { isAvailable, usages }: { readonly isAvailable: boolean; readonly usages: readonly UsageMetric[] },
  signal: AbortSignal,
): Promise<DatasourceReport> {
  const holds = async (name: string): Promise<boolean> => {
    try {
      return isAvailable && (await (datasource.holds?.(name, signal) ?? true));
    } catch {
      return false;
    }
  };
  const found = await Promise.all(
    usages.map(async usage => {
      const alternatives = await Promise.all(
        (datasource.sourceNames?.(usage) ?? []).map(names =>
          Promise.all(names.map(async name => ({ usage, name, isAvailable: await holds(name) }))),
        ),
      );
      return alternatives.find(metrics => metrics.every(metric => metric.isAvailable)) ?? alternatives[0];
    }),
  );
  return { name: datasource.name, isAvailable, metrics: found.flatMap(metrics => metrics ?? []) };
}
