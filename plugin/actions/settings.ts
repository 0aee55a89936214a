import { z } from 'zod';

/** How actions deal with slow, stuck and failing operations of the cloud. */
export const actionSettingsSchema = z.strictObject({
  pollSeconds: z
    .number()
    .positive()
    .default(2)
    .describe(
      "Between two looks at an operation of Nova's: shorter costs requests, longer delays the next action.",
    ),
  migrationTimeoutSeconds: z
    .number()
    .positive()
    .default(3600)
    .describe(
      'Longest duration of one migration: a live one is aborted then; a cold one, which Nova cannot abort, fails.',
    ),
  stallSeconds: z
    .number()
    .positive()
    .default(150)
    .describe('So long without a new low of the data left to copy means that a live migration is stuck.'),
  onStall: z
    .enum(['wait', 'abort', 'force_complete'])
    .default('abort')
    .describe('What is done about a stuck live migration; force_complete only if it is allowed.'),
  allowForceComplete: z
    .boolean()
    .default(false)
    .describe(
      'Completing by force pauses the instance (or makes it depend on the network); without this, it is aborted instead.',
    ),
  outageSeconds: z
    .number()
    .min(0)
    .default(900)
    .describe("How long Nova's API may be away before a migration that goes on is given up as failed."),
  acceptanceSeconds: z
    .number()
    .min(0)
    .default(30)
    .describe(
      'How long a request that was interrupted may take to show in Nova before it counts as never sent.',
    ),
  graceSeconds: z
    .number()
    .positive()
    .default(120)
    .describe(
      'How long Nova may take for what it has promised: a migration record, an abort, the last state change.',
    ),
});

export type ActionSettings = Readonly<z.infer<typeof actionSettingsSchema>>;

export const DEFAULT_ACTION_SETTINGS: ActionSettings = actionSettingsSchema.parse({});
