import { auditsToActions } from './0001-audits-to-actions.ts';
import { runsOfAudits } from './0002-runs-of-audits.ts';
import { claims } from './0003-claims.ts';
import { vanishedCatalogue } from './0004-vanished-catalogue.ts';
import type { Migration } from './migration.ts';

/** In order of time. One that has been published never changes: what comes later is a new one. */
export const MIGRATIONS: readonly Migration[] = [auditsToActions, runsOfAudits, claims, vanishedCatalogue];
