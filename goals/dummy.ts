import type { Goal } from './goal.ts';

/** Nothing gets better: for trying out audits, plans and actions. */
export const dummy: Goal = {
  name: 'dummy',
  displayName: 'Dummy goal',
  indicators: [],
  globalEfficacy: () => [],
};
