import { z } from 'zod';

export const auditSettingsSchema = z.strictObject({
  /** Audits under way at once. */
  maximum: z.coerce.number().int().positive().default(2),
  timeoutSeconds: z.coerce.number().positive().default(1800),
  /** Recommended plans that nobody starts are superseded after so long; 0: never. */
  actionPlanExpiryHours: z.coerce.number().min(0).default(24),
  /** Between two looks for audits that other replicas have taken in or left; what is due here is begun on time. */
  pollSeconds: z.number().positive().default(1),
  /** Which plans under way keep an audit without `force` from running: all, as in Watcher, or those that concern a host of the audit's scope. */
  ongoingPlans: z.enum(['all', 'same_hosts']).default('all'),
});
