import type { DataNeeds, Decision, ProposedAction } from './strategy.ts';

/** Of a strategy that looks at nothing: no call to the cloud, no metrics. */
export const NO_NEEDS: DataNeeds = { models: [], metrics: [], historySeconds: 0, stepSeconds: 300, steps: 1 };

export interface FixedAction {
  readonly type: string;
  readonly resourceId?: string;
  readonly parameters: ProposedAction['parameters'];
}

/** A decision for actions that nothing has been weighed for; `source` says where they come from. */
export function fixedPlan(actions: readonly FixedAction[], source: string): Decision {
  const count = actions.length;
  return {
    actions: actions.map(({ type, resourceId = '', parameters }, index) => ({
      id: `action-${index + 1}`,
      type,
      resourceId,
      parameters,
      reason: `Action ${index + 1} of ${count} of ${source}.`,
      benefit: 0,
      cost: 0,
      after: [],
    })),
    indicators: {},
    explanation: [
      count === 0 ? `No action: there is none among ${source}.` : `Planned: ${count} action(s) of ${source}.`,
    ],
    rejected: [],
    examined: 0,
  };
}
