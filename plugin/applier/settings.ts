import { z } from 'zod';
import { actionSettingsSchema } from '../actions/settings.ts';

export const applierSettingsSchema = z.strictObject({
  /** Actions under way at once, of all plans. */
  maxActions: z.int().positive().default(8),
  /** Migrations under way at once away from one host: more share its link and lengthen each other's pause. */
  maxMigrationsFromHost: z.int().positive().default(1),
  /** Migrations under way at once to one host. */
  maxMigrationsToHost: z.int().positive().default(2),
  /** Shortest time between two writes of an action's progress to the database. */
  progressSeconds: z.number().positive().default(5),
  /**
   * How long a stop of the service waits for actions under way; the next start settles those that take longer.
   * Service managers kill what takes long to stop, so more than a few seconds is of little use.
   */
  stopGraceSeconds: z.number().min(0).default(5),
  actions: actionSettingsSchema.prefault({}),
});

export type ApplierSettings = Readonly<z.infer<typeof applierSettingsSchema>>;

export const DEFAULT_APPLIER_SETTINGS: ApplierSettings = applierSettingsSchema.parse({});
