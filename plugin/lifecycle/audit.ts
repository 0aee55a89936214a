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
  readonly nextRunAt: string | null;
  /** The service host that runs it. */
  readonly hostname: string | null;
  readonly startAt: string | null;
  readonly endAt: string | null;
  readonly statusMessage: string | null;
  readonly createdAt: string;
  readonly updatedAt: string | null;
  readonly deletedAt: string | null;
}

export const AUDIT_TRANSITIONS: TransitionTable<AuditState> = {
  PENDING: ['ONGOING', 'CANCELLED'],
  ONGOING: ['FAILED', 'SUCCEEDED', 'CANCELLED', 'SUSPENDED'],
  SUSPENDED: ['ONGOING', 'DELETED'],
  FAILED: ['DELETED'],
  SUCCEEDED: ['DELETED'],
  CANCELLED: ['DELETED'],
  DELETED: [],
};
