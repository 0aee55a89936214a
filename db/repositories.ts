import type { Repositories } from '../plugin/lifecycle/repositories.ts';
import { actionPlanRepository } from './action-plans.ts';
import { actionRepository } from './actions.ts';
import { auditTemplateRepository } from './audit-templates.ts';
import { auditRepository } from './audits.ts';
import { retrying, translateError } from './availability.ts';
import { catalogueRepository } from './catalogue.ts';
import type { Database } from './connect.ts';
import { controlRepository } from './control.ts';
import { planClaimRepository } from './plan-claims.ts';
import { recordCountRepository } from './record-counts.ts';
import { serviceRepository } from './services.ts';

/** All that is kept in the database. Every method may throw `DatabaseUnavailableError`. */
export function createRepositories(database: Database): Repositories {
  return {
    auditTemplates: guarded(auditTemplateRepository(database), database),
    audits: guarded(auditRepository(database), database),
    actionPlans: guarded(actionPlanRepository(database), database),
    actions: guarded(actionRepository(database), database),
    catalogue: guarded(catalogueRepository(database), database),
    recordCounts: guarded(recordCountRepository(database), database),
    planClaims: guarded(planClaimRepository(database), database),
    control: guarded(controlRepository(database), database),
    services: guarded(serviceRepository(database), database),
    close: () => database.knex.destroy(),
  };
}

type Method = (...args: readonly unknown[]) => Promise<unknown>;

/** The same methods; they try again after a deadlock and throw errors that the rest of the service knows. */
function guarded<T extends object>(repository: T, { name }: Database): T {
  const methods = Object.entries(repository as Record<string, Method>).map(([key, method]) => [
    key,
    async (...args: readonly unknown[]): Promise<unknown> => {
      try {
        return await retrying(() => method(...args));
      } catch (error) {
        throw translateError(error, name);
      }
    },
  ]);
  return Object.fromEntries(methods) as T;
}
