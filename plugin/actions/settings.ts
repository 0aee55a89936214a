import { z } from 'zod';

/** How actions deal with slow, stuck and failing operations of the cloud. */
export const actionSettingsSchema = z.strictObject({
  /** Between two looks at an operation of Nova's: shorter costs requests, longer delays the next action. */
  pollSeconds: z.number().positive().default(2),
  /** Longest duration of one migration: a live one is aborted then; a cold one, which Nova cannot abort, fails. */
  migrationTimeoutSeconds: z.number().positive().default(3600),
  /** So long without a new low of the data left to copy means that a live migration is stuck. */
  stallSeconds: z.number().positive().default(150),
  onStall: z.enum(['wait', 'abort', 'force_complete']).default('abort'),
  /** Completing by force pauses the instance (or makes it depend on the network); without this, it is aborted instead. */
  allowForceComplete: z.boolean().default(false),
  /** How long Nova's API may be away before a migration that goes on is given up as failed. */
  outageSeconds: z.number().min(0).default(900),
  /** How long a request that was interrupted may take to show in Nova before it counts as never sent. */
  acceptanceSeconds: z.number().min(0).default(30),
  /** How long Nova may take for what it has promised: a migration record, an abort, the last state change. */
  graceSeconds: z.number().positive().default(120),
});

export type ActionSettings = Readonly<z.infer<typeof actionSettingsSchema>>;

export const DEFAULT_ACTION_SETTINGS: ActionSettings = actionSettingsSchema.parse({});
