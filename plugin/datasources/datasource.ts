import type { UsageBatch, UsageMetric } from '../../forecast/usage-batch.ts';

export interface UsageResource {
  /** Instance UUID or host id: the id that the batches carry. */
  readonly id: string;
  /** Host name of the compute service; hosts only. */
  readonly hostName?: string;
  /** Instances only: what `instance_cpu_usage` is a share of. */
  readonly vcpus?: number;
}

export interface UsageQuery {
  readonly metric: UsageMetric;
  readonly resources: readonly UsageResource[];
  /** Epoch seconds, inclusive; a multiple of `stepSeconds`. */
  readonly startAt: number;
  /** Epoch seconds, exclusive. */
  readonly stopAt: number;
  readonly stepSeconds: number;
}

/** A source of usage history. Batches come one after the other, so that the history of a cloud is never held whole. */
export interface Datasource {
  readonly name: string;
  readonly metrics: readonly UsageMetric[];
  /**
   * Batches that together hold every resource for which there is any sample, many resources per request.
   * A resource without samples is in no batch. Throws `DatasourceError` when the source cannot be read. `warn` is told, in
   * sentences, what the usage lacks or why it comes from another source than usual.
   */
  query(query: UsageQuery, signal: AbortSignal, warn?: (sentence: string) => void): AsyncIterable<UsageBatch>;
  /** Names in the source itself of what the usage is read from: those read together, then what is read where these are missing. */
  sourceNames?(metric: UsageMetric): readonly (readonly string[])[];
  /** Whether the source holds any series of that name. Throws what reading from it throws. */
  holds?(sourceName: string, signal: AbortSignal): Promise<boolean>;
}

export class DatasourceError extends Error {
  readonly code = 'datasource_unavailable';
}
