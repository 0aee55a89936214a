import type { Goal } from './goal.ts';

/** Whatever the administrator wants: for plans that serve no goal that could be measured. */
export const unclassified: Goal = {
  name: 'unclassified',
  displayName: 'Unclassified',
  indicators: [],
  globalEfficacy: () => [],
};
