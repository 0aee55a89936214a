import type { EfficacyIndicator } from '../../goals/goal.ts';
import type { TransitionTable } from './transition.ts';

export type ActionPlanState =
  | 'RECOMMENDED'
  | 'PENDING'
  | 'ONGOING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'CANCELLING'
  | 'CANCELLED'
  | 'SUPERSEDED'
  | 'DELETED';

/** What an audit recommends. */
export interface ActionPlan {
  readonly id: number;
  readonly uuid: string;
  readonly auditUuid: string;
  readonly strategyName: string;
  readonly state: ActionPlanState;
  readonly efficacyIndicators: readonly EfficacyIndicator[];
  readonly globalEfficacy: readonly EfficacyIndicator[];
  readonly hostname: string | null;
  readonly statusMessage: string | null;
  readonly createdAt: string;
  readonly updatedAt: string | null;
  readonly deletedAt: string | null;
}

export const ACTION_PLAN_TRANSITIONS: TransitionTable<ActionPlanState> = {
  RECOMMENDED: ['PENDING', 'ONGOING', 'CANCELLED', 'SUPERSEDED', 'DELETED'],
  PENDING: ['ONGOING', 'CANCELLED'],
  ONGOING: ['SUCCEEDED', 'FAILED', 'CANCELLING', 'CANCELLED'],
  CANCELLING: ['CANCELLED', 'FAILED'],
  SUCCEEDED: ['DELETED'],
  FAILED: ['DELETED'],
  CANCELLED: ['DELETED'],
  SUPERSEDED: ['DELETED'],
  DELETED: [],
};
