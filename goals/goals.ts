import { dummy } from './dummy.ts';
import type { Goal } from './goal.ts';
import { predictiveMigration } from './predictive-migration.ts';
import { serverConsolidation } from './server-consolidation.ts';
import { unclassified } from './unclassified.ts';

/** Every goal that the service offers. */
export const GOALS: readonly Goal[] = [predictiveMigration, serverConsolidation, dummy, unclassified];
