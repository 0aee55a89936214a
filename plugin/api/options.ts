import type { Logger } from 'pino';
import type { ClusterModel } from '../../cluster/cluster-model.ts';
import type { UsageMetric } from '../../forecast/usage-batch.ts';
import type { Goal } from '../../goals/goal.ts';
import type { ScoringEngine } from '../../scoring/scoring-engine.ts';
import type { ModelName, Strategy } from '../../strategies/strategy.ts';
import type { ActionPlan } from '../lifecycle/action-plan.ts';
import type { Repositories } from '../lifecycle/repositories.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ApiSettings } from './settings.ts';
import type { TokenValidator } from './token-validator.ts';
import type { ActionDescription } from './views/action.ts';

/** A source of metrics and what it holds of what a strategy reads, by the source's own names. */
export interface DatasourceState {
  readonly name: string;
  /** Whether it answers now. */
  readonly isAvailable: boolean;
  readonly metrics: readonly {
    readonly usage: UsageMetric;
    readonly name: string;
    readonly isAvailable: boolean;
  }[];
}

/** What strategies work with, for `openstack optimize strategy state`. */
export interface Requirements {
  /** The sources that the strategy reads these usages from, best first. Never rejects. */
  datasources(
    strategyName: string,
    usages: readonly UsageMetric[],
    signal: AbortSignal,
  ): Promise<readonly DatasourceState[]>;
  /** Whether such a picture of the cloud can be taken now; never rejects. */
  hasModel(model: ModelName, signal: AbortSignal): Promise<boolean>;
}

export interface ApiOptions {
  readonly repositories: Omit<Repositories, 'close'>;
  readonly goals: readonly Goal[];
  readonly strategies: readonly Strategy<unknown>[];
  readonly scoringEngines: readonly ScoringEngine[];
  readonly actionTypes: readonly ActionDescription[];
  readonly requirements: Requirements;
  readonly tokenValidator: TokenValidator;
  /** What clients are told of Keystone when their token is missing or wrong. */
  readonly identityUrl: string;
  readonly audits: {
    /** Has a look at an audit that is new, changed or triggered. */
    trigger(auditUuid: string): void;
    /** Breaks off an audit that is not ONGOING any more if it runs here. */
    cancel(auditUuid: string): void;
  };
  readonly applier: {
    /** Begins a PENDING plan; false when it was not PENDING any more. */
    launch(planUuid: string): Promise<boolean>;
    /** The changed plan; undefined when its state does not allow it. */
    cancel(planUuid: string): Promise<ActionPlan | undefined>;
  };
  /** What the cloud looks like now, for `data_model`. */
  readonly clusterPicture: {
    take(signal: AbortSignal): Promise<ClusterModel>;
  };
  readonly clock: {
    /** Epoch milliseconds. */
    now(): number;
  };
  readonly logger: Logger;
  readonly settings?: ApiSettings;
  /** Where requests are counted; undefined: nowhere. */
  readonly metrics?: Metrics | undefined;
  /** A part of the service that has not been heard of for so long is FAILED; default 90. */
  readonly serviceDownSeconds?: number;
  /** Most rows of one answer; default 1000. */
  readonly maximumLimit?: number;
  /** A proxy in front says with X-Forwarded-* what clients have asked for. */
  readonly isBehindProxy?: boolean;
}
