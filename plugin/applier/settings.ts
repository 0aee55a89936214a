import { z } from 'zod';
import { actionSettingsSchema } from '../actions/settings.ts';

const LOOKS_IN_A_LEASE = 4;

const shape = z.strictObject({
  maxActions: z.int().positive().default(8).describe('Actions under way at once, of all plans.'),
  maxMigrationsFromHost: z
    .int()
    .positive()
    .default(1)
    .describe(
      "Migrations under way at once away from one host: more share its link and lengthen each other's pause.",
    ),
  maxMigrationsToHost: z.int().positive().default(2).describe('Migrations under way at once to one host.'),
  pollSeconds: z
    .number()
    .positive()
    .default(1)
    .describe('Between two looks for work in the database, at least a few in a lease.'),
  leaseSeconds: z
    .number()
    .min(3)
    .default(15)
    .describe(
      'A replica whose plan shows no sign of life for so long has lost it to another. Shorter: sooner taken over; longer: a busy machine or a database away for a moment costs no plan its runner.',
    ),
  resumeWithinSeconds: z
    .number()
    .min(0)
    .default(1800)
    .describe('After a longer interruption nothing more of a plan begins: its forecast no longer holds.'),
  progressSeconds: z
    .number()
    .positive()
    .default(5)
    .describe("Shortest time between two writes of an action's progress to the database."),
  stopGraceSeconds: z
    .number()
    .min(0)
    .default(5)
    .describe(
      'How long a stop of the service waits for actions under way; another replica, or the next start, takes up the rest. Service managers kill what takes long to stop, so more than a few seconds is of little use.',
    ),
  actions: actionSettingsSchema.prefault({}),
});

export const applierSettingsSchema = shape.refine(
  ({ pollSeconds, leaseSeconds }) => pollSeconds * LOOKS_IN_A_LEASE <= leaseSeconds,
  { path: ['leaseSeconds'], message: `it must be at least ${LOOKS_IN_A_LEASE} times pollSeconds` },
);

export type ApplierSettings = Readonly<z.infer<typeof applierSettingsSchema>>;

export const DEFAULT_APPLIER_SETTINGS: ApplierSettings = applierSettingsSchema.parse({});
