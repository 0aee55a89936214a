import { z } from 'zod';

const ORIGIN = /^(\*|https?:\/\/[^/\s]+)$/;
const HTTP_TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** Whether pages of other origins may use the API, by the names and defaults of oslo.middleware's `cors`. */
const corsSchema = z
  .strictObject({
    /** Origins, `https://dashboard.example`; empty: none. */
    allowedOrigins: z.array(z.string().regex(ORIGIN, 'an origin is https://HOST[:PORT]')).default([]),
    allowCredentials: z.boolean().default(true),
    allowMethods: z.array(z.string().regex(HTTP_TOKEN)).default(['GET', 'POST', 'PATCH', 'DELETE']),
    allowHeaders: z
      .array(z.string().regex(HTTP_TOKEN))
      .default(['X-Auth-Token', 'Content-Type', 'OpenStack-API-Version', 'X-Show-Deleted']),
    exposeHeaders: z
      .array(z.string().regex(HTTP_TOKEN))
      .default(['OpenStack-API-Version', 'X-Openstack-Request-Id', 'Location']),
    /** How long browsers may keep the answer. */
    maxAgeSeconds: z.int().min(0).default(3600),
  })
  .refine(({ allowedOrigins, allowCredentials }) => !allowedOrigins.includes('*') || !allowCredentials, {
    message: 'the origin * needs allowCredentials: false',
  });

const tlsSchema = z
  .strictObject({
    /** PEM files; both or none. */
    certificateFile: z.string().default(''),
    keyFile: z.string().default(''),
    /** Clients must show a certificate of one of these authorities. */
    clientCaFile: z.string().default(''),
  })
  .refine(({ certificateFile, keyFile }) => (certificateFile === '') === (keyFile === ''), {
    message: 'certificateFile and keyFile belong together',
  })
  .refine(({ certificateFile, clientCaFile }) => clientCaFile === '' || certificateFile !== '', {
    message: 'clientCaFile needs certificateFile',
  });

const limitsSchema = z.strictObject({
  bodyBytes: z.int().min(1024).default(1_048_576),
  /** Request line and headers together. */
  headerBytes: z.int().min(4096).default(16_384),
  /** Within which a whole request has to arrive. */
  requestSeconds: z.number().positive().default(60),
});

/** Settings of the API besides its address; `docs/configuration.md` describes them. */
export const apiSettingsSchema = z.strictObject({
  policy: z
    .strictObject({
      /** YAML or JSON with rules in oslo.policy's language that go over the defaults. */
      file: z.string().default(''),
      /** The role `reader` may see everything, and change nothing. */
      readerRole: z.boolean().default(false),
      /** Members of a project may see what is planned for its own instances. */
      projectView: z.boolean().default(false),
    })
    .prefault({}),
  cors: corsSchema.prefault({}),
  tls: tlsSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  healthcheck: z
    .strictObject({
      /** Tells what was looked at, too; JSON only. */
      detailed: z.boolean().default(false),
      /** While this file exists the service calls itself unhealthy; empty: none. */
      disableByFile: z.string().default(''),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Address and port of their own; port 0: `/metrics` is on the API's. */
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(0),
    })
    .prefault({}),
  /** Webhooks need no token: for alarms that cannot get one. Watcher calls this enable_webhooks_auth = false. */
  publicWebhooks: z.boolean().default(false),
});

export type ApiSettings = Readonly<z.output<typeof apiSettingsSchema>>;

export const DEFAULT_API_SETTINGS: ApiSettings = apiSettingsSchema.parse({});
