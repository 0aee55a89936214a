import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { RecordCounts } from '../lifecycle/repositories.ts';

/** What the service counts and measures, for Prometheus. Labels have few values each, and never name a user or a project. */
export interface Metrics {
  readonly contentType: string;
  requested(request: { method: string; route: string; status: number; seconds: number }): void;
  databaseCalled(call: { family: string; seconds: number; failed: boolean }): void;
  usageRead(query: { datasource: string; metric: string; seconds: number; failed: boolean }): void;
  /** `takenAt` in epoch milliseconds. */
  modelTaken(takenAt: number): void;
  /** All of it in Prometheus' text format. */
  text(): Promise<string>;
}

export interface MetricsOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Throws when the database is gone; then there are no figures about records. */
  readonly countRecords: () => Promise<RecordCounts>;
  /** With the figures of the process: memory, processor, event loop, garbage collection. */
  readonly ofProcess: boolean;
}

/** Records are counted anew at most so often. */
const COUNT_MILLISECONDS = 5000;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS']);
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createMetrics({ now, countRecords, ofProcess }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'auspex_http_requests_total',
    help: 'Requests to the API that have been answered',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'auspex_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer',
    labelNames: ['method', 'route'],
    buckets: SECONDS,
    registers,
  });
  const databaseSeconds = new Histogram({
    name: 'auspex_database_call_duration_seconds',
    help: 'Time that calls to the database take, by what they are about',
    labelNames: ['about'],
    buckets: SECONDS,
    registers,
  });
  const databaseErrors = new Counter({
    name: 'auspex_database_call_failures_total',
    help: 'Calls to the database that failed',
    labelNames: ['about'],
    registers,
  });
  const usageSeconds = new Histogram({
    name: 'auspex_datasource_query_duration_seconds',
    help: 'Time that a query for the usage of many resources takes',
    labelNames: ['datasource', 'metric'],
    buckets: SECONDS,
    registers,
  });
  const usageErrors = new Counter({
    name: 'auspex_datasource_query_failures_total',
    help: 'Queries for usage that failed',
    labelNames: ['datasource', 'metric'],
    registers,
  });
  let takenAt: number | undefined;
  registry.registerMetric(
    new Gauge({
      name: 'auspex_cluster_model_age_seconds',
      help: 'Since this replica last took a picture of the cloud; NaN before the first',
      registers: [],
      collect() {
        this.set(takenAt === undefined ? Number.NaN : Math.max(0, (now() - takenAt) / 1000));
      },
    }),
  );
  addRecordGauges(registry, counting(countRecords, now));
  return {
    contentType: registry.contentType,
    requested({ method, route, status, seconds }) {
      const verb = METHODS.has(method) ? method : 'other';
      requests.inc({ method: verb, route, status });
      requestSeconds.observe({ method: verb, route }, seconds);
    },
    databaseCalled({ family, seconds, failed }) {
      databaseSeconds.observe({ about: family }, seconds);
      if (failed) databaseErrors.inc({ about: family });
    },
    usageRead({ datasource, metric, seconds, failed }) {
      usageSeconds.observe({ datasource, metric }, seconds);
      if (failed) usageErrors.inc({ datasource, metric });
    },
    modelTaken(at) {
      takenAt = Math.max(at, takenAt ?? at);
    },
    text: () => registry.metrics(),
  };
}

/** The same counts for all who ask within a few seconds; undefined when the database is gone. */
function counting(
  countRecords: MetricsOptions['countRecords'],
  now: () => number,
): () => Promise<RecordCounts | undefined> {
  let counted: Promise<RecordCounts | undefined> | undefined;
  let countedAt = 0;
  return () => {
    if (counted === undefined || now() - countedAt >= COUNT_MILLISECONDS) {
      countedAt = now();
      counted = countRecords().catch(() => undefined);
    }
    return counted;
  };
}

function addRecordGauges(registry: Registry, count: () => Promise<RecordCounts | undefined>): void {
  registry.registerMetric(
    new Gauge({
      name: 'auspex_database_up',
      help: '1 when the database answers',
      registers: [],
      async collect() {
        this.set((await count()) === undefined ? 0 : 1);
      },
    }),
  );
  for (const [key, name] of [
    ['audits', 'auspex_audits'],
    ['actions', 'auspex_actions'],
  ] as const) {
    registry.registerMetric(
      new Gauge({
        name,
        help: `The ${key} that there are, by type and state`,
        labelNames: ['type', 'state'],
        registers: [],
        async collect() {
          const counts = await count();
          this.reset();
          for (const { type, state, count: rows } of counts?.[key] ?? []) this.set({ type, state }, rows);
        },
      }),
    );
  }
  registry.registerMetric(
    new Gauge({
      name: 'auspex_action_plans',
      help: 'The action plans that there are, by state',
      labelNames: ['state'],
      registers: [],
      async collect() {
        const counts = await count();
        this.reset();
        for (const { state, count: rows } of counts?.actionPlans ?? []) this.set({ state }, rows);
      },
    }),
  );
}
