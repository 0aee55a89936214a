import type { UsageBatch, UsageMetric } from '../../forecast/usage-batch.ts';
import type { UsageQuery } from './datasource.ts';
import type { Grid } from './samples.ts';

/** The steps that a query asks for. */
export function gridOf({ startAt, stopAt, stepSeconds }: UsageQuery): Grid {
  return { startAt, stepSeconds, steps: Math.max(0, Math.ceil((stopAt - startAt) / stepSeconds)) };
}

/** Columns by resource id, each `grid.steps` long. */
export function batchOf(
  metric: UsageMetric,
  grid: Grid,
  columns: ReadonlyMap<string, Float32Array>,
): UsageBatch {
  const values = new Float32Array(columns.size * grid.steps);
  [...columns.values()].forEach((column, n) => values.set(column, n * grid.steps));
  return { metric, ...grid, resourceIds: [...columns.keys()], values };
}

/**
 * The batches of `read`, which may give undefined for a chunk without samples. The next chunk is on its way while the caller
 * folds this one; when the caller stops early, `read`'s signal is aborted.
 */
export async function* readAhead(
  read: (signal: AbortSignal) => AsyncGenerator<UsageBatch | undefined>,
  signal: AbortSignal,
): AsyncGenerator<UsageBatch> {
  const reading = new AbortController();
  const chunks = read(AbortSignal.any([signal, reading.signal]));
  try {
    for (let next = chunks.next(); ;) {
      const { value: batch, done } = await next;
      if (done === true) return;
      next = chunks.next();
      next.catch(() => undefined);
      if (batch !== undefined) yield batch;
    }
  } finally {
    reading.abort();
  }
}
