import type { TransitionTable } from './transition.ts';

export type AuditType = 'ONESHOT' | 'CONTINUOUS' | 'EVENT';

export type AuditState =
  'PENDING' | 'ONGOING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'SUSPENDED' | 'DELETED';

/** A request to look for a plan that serves a goal. Instants are ISO strings in UTC. */
export interface Audit {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly auditType: AuditType;
  readonly state: AuditState;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Seconds or a cron expression; CONTINUOUS only. */
  readonly interval: string | null;
  readonly goalName: string;
  /** Null: the goal's first strategy. */
  readonly strategyName: string | null;
  readonly scope: readonly unknown[];
  readonly autoTrigger: boolean;
  readonly force: boolean;
  /** When the next run is due; of an EVENT audit, only once a webhook has asked for one. */
  readonly nextRunAt: string | null;
  /** The regular runs of a CONTINUOUS audit are counted from here. Null: not planned yet. */
  readonly anchorAt: string | null;
  /** The run under way, which `hostname` has claimed; null when there is none. */
  readonly runUuid: string | null;
  /** Runs that have failed since the last one that did not. */
  readonly failures: number;
  /** The service host that runs it. */
  readonly hostname: string | null;
  readonly startAt: string | null;
  readonly endAt: string | null;
  readonly statusMessage: string | null;
  readonly createdAt: string;
  readonly updatedAt: string | null;
  readonly deletedAt: string | null;
}

/** What a user may ask for; DELETED only by deletion. */
export const AUDIT_TRANSITIONS: TransitionTable<AuditState> = {
  PENDING: ['ONGOING', 'CANCELLED'],
  ONGOING: ['FAILED', 'SUCCEEDED', 'CANCELLED', 'SUSPENDED'],
  SUSPENDED: ['ONGOING', 'DELETED'],
  FAILED: ['DELETED'],
  SUCCEEDED: ['DELETED'],
  CANCELLED: ['DELETED'],
  DELETED: [],
};

/** What the service does beyond that: a window that ends before the first run, a webhook, and a round that was skipped or broken off. */
export const SERVICE_TRANSITIONS: TransitionTable<AuditState> = {
  PENDING: ['SUCCEEDED'],
  ONGOING: ['PENDING', 'SUCCEEDED'],
  SUCCEEDED: ['ONGOING'],
  SUSPENDED: [],
  FAILED: [],
  CANCELLED: [],
  DELETED: [],
};
