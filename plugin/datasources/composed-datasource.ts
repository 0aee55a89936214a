import type { UsageBatch } from '../../forecast/usage-batch.ts';
import { DatasourceError } from './datasource.ts';
import type { Datasource, UsageQuery } from './datasource.ts';

export interface ComposedOptions {
  /** Best first, at least one. */
  readonly sources: readonly Datasource[];
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/**
 * One that has just failed is asked only if no other can be read, for so long or as long as it took to fail: a source that is
 * down would cost its time-outs at every metric.
 */
const REST_MILLISECONDS = 60_000;
const LONGEST_REST_MILLISECONDS = 600_000;

/**
 * Several datasources as one: each resource is read from the first that has any sample of it. A source that cannot be read
 * is passed over with a warning; when none can be read, `DatasourceError` says why of each.
 */
export function composeDatasources({ sources, now = Date.now }: ComposedOptions): Datasource {
  const failures = new Map<Datasource, { readonly until: number; readonly why: string }>();
  return {
    name: sources.map(({ name }) => name).join(', '),
    metrics: [...new Set(sources.flatMap(({ metrics }) => metrics))],
    async *query(query, signal, warn = () => undefined) {
      const able = sources.filter(({ metrics }) => metrics.includes(query.metric));
      if (able.length === 0) throw new DatasourceError(`no datasource has a metric for ${query.metric}`);
      const missing = new Map(query.resources.map(resource => [resource.id, resource]));
      const failed: DatasourceError[] = [];
      let hasRead = false;
      for (const source of inTurn(able)) {
        const before = failures.get(source);
        if (missing.size === 0 || (hasRead && isResting(source))) {
          if (before !== undefined) warn(sentence(source, before.why));
          continue;
        }
        const began = now();
        try {
          yield* readFrom(source, { ...query, resources: [...missing.values()] }, { signal, missing, warn });
          failures.delete(source);
          hasRead = true;
        } catch (error) {
          if (!(error instanceof DatasourceError)) throw error;
          const took = Math.min(now() - began, LONGEST_REST_MILLISECONDS);
          failures.set(source, { until: now() + Math.max(REST_MILLISECONDS, took), why: error.message });
          failed.push(error);
          if (able.length > 1) warn(sentence(source, error.message));
        }
      }
      if (failed.length === able.length) throw allFailed(failed);
    },
  };

  /** The order of preference, with those that have just failed at the end. */
  function inTurn(able: readonly Datasource[]): readonly Datasource[] {
    return [...able.filter(source => !isResting(source)), ...able.filter(isResting)];
  }

  function isResting(source: Datasource): boolean {
    return now() < (failures.get(source)?.until ?? -Infinity);
  }
}

interface Reading {
  readonly signal: AbortSignal;
  /** Resources of which no sample has come yet; those that come are taken out. */
  readonly missing: Map<string, unknown>;
  readonly warn: (sentence: string) => void;
}

async function* readFrom(
  source: Datasource,
  query: UsageQuery,
  { signal, missing, warn }: Reading,
): AsyncGenerator<UsageBatch> {
  for await (const batch of source.query(query, signal, warn)) {
    const fresh = onlyMissing(batch, missing);
    for (const id of fresh.resourceIds) missing.delete(id);
    if (fresh.resourceIds.length > 0) yield fresh;
  }
}

/** The batch without resources that were not asked for, that came before, or that have no sample. */
function onlyMissing(batch: UsageBatch, missing: ReadonlyMap<string, unknown>): UsageBatch {
  const { resourceIds, steps, values } = batch;
  const seen = new Set<string>();
  const kept = resourceIds.flatMap((id, n) => {
    const column = values.subarray(n * steps, (n + 1) * steps);
    if (!missing.has(id) || seen.has(id) || column.every(value => Number.isNaN(value))) return [];
    seen.add(id);
    return [{ id, column }];
  });
  if (kept.length === resourceIds.length) return batch;
  const columns = new Float32Array(kept.length * steps);
  kept.forEach(({ column }, n) => columns.set(column, n * steps));
  return { ...batch, resourceIds: kept.map(({ id }) => id), values: columns };
}

function sentence(source: Datasource, why: string): string {
  return `The datasource ${source.name} failed and was passed over: ${why}.`;
}

function allFailed(failed: readonly DatasourceError[]): DatasourceError {
  const [first] = failed;
  if (first !== undefined && failed.length === 1) return first;
  const why = failed.map(({ message }) => message).join('; ');
  return new DatasourceError(`no datasource can be read: ${why}`, { cause: first });
}
