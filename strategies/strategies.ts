import { actuator } from './actuator.ts';
import { basic } from './basic.ts';
import { dummyWithResize } from './dummy-with-resize.ts';
import { dummyWithScorer } from './dummy-with-scorer.ts';
import { dummy } from './dummy.ts';
import { predictiveMigration } from './predictive-migration/predictive-migration.ts';

/** Every strategy that the service offers; the first one of a goal serves audits that name none. */
export const STRATEGIES = [
  predictiveMigration,
  basic,
  dummy,
  dummyWithScorer,
  dummyWithResize,
  actuator,
] as const;
