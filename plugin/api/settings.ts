import { z } from 'zod';

/** Settings of the API besides its address; `docs/configuration.md` describes them. */
export const apiSettingsSchema = z.strictObject({
  policy: z
    .strictObject({
      /** YAML or JSON with rules in oslo.policy's language that go over the defaults. */
      file: z.string().default(''),
      /** The role `reader` may see everything, and change nothing. */
      readerRole: z.boolean().default(false),
    })
    .prefault({}),
  /** Webhooks need no token: for alarms that cannot get one. Watcher calls this enable_webhooks_auth = false. */
  publicWebhooks: z.boolean().default(false),
});

export type ApiSettings = Readonly<z.output<typeof apiSettingsSchema>>;

export const DEFAULT_API_SETTINGS: ApiSettings = apiSettingsSchema.parse({});
