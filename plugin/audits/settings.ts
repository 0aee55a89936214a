import { z } from 'zod';

export const auditSettingsSchema = z.strictObject({
  maximum: z.coerce.number().int().positive().default(2).describe('Audits under way at once.'),
  timeoutSeconds: z.coerce
    .number()
    .positive()
    .default(1800)
    .describe('An audit that takes longer has failed.'),
  actionPlanExpiryHours: z.coerce
    .number()
    .min(0)
    .default(24)
    .describe('Recommended plans that nobody starts are superseded after so long; 0: never.'),
  pollSeconds: z
    .number()
    .positive()
    .default(1)
    .describe(
      'Between two looks for audits that other replicas have taken in or left; what is due here is begun on time.',
    ),
  ongoingPlans: z
    .enum(['all', 'same_hosts'])
    .default('all')
    .describe(
      "Which plans under way keep an audit without force from running: all, as in Watcher, or those that concern a host of the audit's scope.",
    ),
});
