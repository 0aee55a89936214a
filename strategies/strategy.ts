import type { ZodType } from 'zod';
import type { ClusterModel } from '../cluster/cluster-model.ts';
import type { LoadMetric } from '../cluster/load-profile.ts';
import type { Obstacle } from '../cluster/obstacle.ts';
import type { StorageModel } from '../cluster/storage-model.ts';
import type { Forecast } from '../forecast/forecast.ts';

/** A picture that a decision may need: hosts with their instances, or block storage. */
export type ModelName = 'compute' | 'storage';

/** What has to be gathered before a strategy can decide. */
export interface DataNeeds {
  /** Missing: compute alone. None: nothing is asked of the cloud, and the cluster is empty. */
  readonly models?: readonly ModelName[];
  readonly metrics: readonly LoadMetric[];
  /** How far back to read. */
  readonly historySeconds: number;
  readonly stepSeconds: number;
  /** How many steps to forecast. */
  readonly steps: number;
}

export interface StrategyInput<P> {
  /** What the audit's scope leaves of it. */
  readonly cluster: ClusterModel;
  /** Likewise; undefined when it was not asked for. Of a cloud without block storage it is empty. */
  readonly storage?: StorageModel | undefined;
  readonly forecast: Forecast;
  readonly parameters: P;
}

/** One change to the cloud that a strategy asks for. */
export interface ProposedAction {
  /** Unique within the decision. */
  readonly id: string;
  /** Name of the action type: `migrate`, `nop` … */
  readonly type: string;
  readonly resourceId: string;
  /** In the wire form of the action type, without `resource_id`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Why, with numbers: one sentence. */
  readonly reason: string;
  /** Expected minutes of overload removed, over the horizon and the whole cloud. */
  readonly benefit: number;
  /** In the same minutes. */
  readonly cost: number;
  /** Ids of the actions that must end before this one starts. */
  readonly after: readonly string[];
}

/** A move that was weighed and not made. */
export interface RejectedMove {
  readonly instanceId: string;
  readonly targetHostId: string | undefined;
  readonly obstacles: readonly Obstacle[];
  readonly reason: string;
}

export interface Decision {
  readonly actions: readonly ProposedAction[];
  /** By the names of the goal's indicators. */
  readonly indicators: Readonly<Record<string, number>>;
  /** Sentences for the administrator; says why when there is no action. */
  readonly explanation: readonly string[];
  readonly rejected: readonly RejectedMove[];
  /** How many (instance, host) pairs were projected: the work that was done. */
  readonly examined: number;
}

/** How to get to a goal: a pure function of what was gathered. */
export interface Strategy<P> {
  readonly name: string;
  readonly displayName: string;
  /** Name of the goal it serves. */
  readonly goal: string;
  /**
   * How the plan puts in order what the decision does not say with `after`: missing, by what the actions change; `weight`, kind by kind, as
   * Watcher's planner of that name.
   */
  readonly planner?: 'weight';
  /** Wire names and defaults; the API publishes it as JSON schema. */
  readonly parameters: ZodType<P>;
  needs(parameters: P): DataNeeds;
  decide(input: StrategyInput<P>): Decision;
}
