import type { UsageMetric } from '../../forecast/usage-batch.ts';

/** Names in a source in place of its recipes' own; null: the source does not have it. */
export type MetricNames = Readonly<Partial<Record<UsageMetric, readonly string[] | null>>>;

interface Named {
  readonly alternatives: readonly (readonly string[])[];
}

/** The recipes with other names; without those that are not to be had. The unit stays what the recipe takes it for. */
export function withNames<R extends Named>(
  recipes: Readonly<Record<UsageMetric, R>>,
  names: MetricNames = {},
): Readonly<Partial<Record<UsageMetric, R>>> {
  const entries = Object.entries(recipes) as [UsageMetric, R][];
  return Object.fromEntries(
    entries.flatMap(([metric, recipe]) => {
      const own = names[metric];
      if (own === null) return [];
      return [[metric, own === undefined ? recipe : { ...recipe, alternatives: [own] }]];
    }),
  );
}
