import type { Goal } from './goal.ts';
import { predictiveMigration } from './predictive-migration.ts';

/** Every goal that the service offers. */
export const GOALS: readonly Goal[] = [predictiveMigration];
