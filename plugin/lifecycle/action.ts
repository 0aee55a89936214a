import type { TransitionTable } from './transition.ts';

export type ActionState =
  'PENDING' | 'ONGOING' | 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'CANCELLING' | 'CANCELLED' | 'DELETED';

/** One step of an action plan. */
export interface Action {
  readonly id: number;
  readonly uuid: string;
  readonly actionPlanUuid: string;
  readonly actionType: string;
  /** Wire form, `resource_id` included. */
  readonly inputParameters: Readonly<Record<string, unknown>>;
  readonly state: ActionState;
  /** UUIDs of the actions that must end before this one starts. */
  readonly parents: readonly string[];
  /** Why it was recommended, with numbers. */
  readonly reason: string | null;
  readonly statusMessage: string | null;
  readonly createdAt: string;
  readonly updatedAt: string | null;
  readonly deletedAt: string | null;
}

export const ACTION_TRANSITIONS: TransitionTable<ActionState> = {
  PENDING: ['ONGOING', 'SKIPPED', 'CANCELLED', 'DELETED'],
  ONGOING: ['SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELLING', 'CANCELLED'],
  CANCELLING: ['CANCELLED', 'SUCCEEDED', 'FAILED'],
  SUCCEEDED: ['DELETED'],
  FAILED: ['DELETED'],
  SKIPPED: ['CANCELLED', 'DELETED'],
  CANCELLED: ['DELETED'],
  DELETED: [],
};
