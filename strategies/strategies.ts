import { predictiveMigration } from './predictive-migration/predictive-migration.ts';

/** Every strategy that the service offers; the first one of a goal serves audits that name none. */
export const STRATEGIES = [predictiveMigration] as const;
