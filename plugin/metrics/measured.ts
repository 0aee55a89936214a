import type { Datasource } from '../datasources/datasource.ts';
import type { Repositories } from '../lifecycle/repositories.ts';
import type { Metrics } from './metrics.ts';

type Method = (...args: readonly unknown[]) => unknown;

/** The same repositories; how long their calls take is measured. */
export function measuredRepositories(
  repositories: Repositories,
  metrics: Pick<Metrics, 'databaseCalled'>,
): Repositories {
  const families = Object.entries(repositories as unknown as Record<string, Record<string, Method> | Method>);
  return Object.fromEntries(
    families.map(([family, methods]) => [
      family,
      typeof methods === 'function' ? methods : measured(family, methods, metrics),
    ]),
  ) as unknown as Repositories;
}

/** The same datasource; how long its queries take is measured. */
export function measuredDatasource(datasource: Datasource, metrics: Pick<Metrics, 'usageRead'>): Datasource {
  return {
    ...datasource,
    async *query(query, signal, warn) {
      const began = performance.now();
      let failed = true;
      try {
        yield* datasource.query(query, signal, warn);
        failed = false;
      } finally {
        const seconds = (performance.now() - began) / 1000;
        metrics.usageRead({ datasource: datasource.name, metric: query.metric, seconds, failed });
      }
    },
  };
}

function measured(
  family: string,
  methods: Readonly<Record<string, Method>>,
  metrics: Pick<Metrics, 'databaseCalled'>,
): Readonly<Record<string, Method>> {
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [
      name,
      async (...args: readonly unknown[]): Promise<unknown> => {
        const began = performance.now();
        let failed = true;
        try {
          const result = await method(...args);
          failed = false;
          return result;
        } finally {
          metrics.databaseCalled({ family, seconds: (performance.now() - began) / 1000, failed });
        }
      },
    ]),
  );
}
