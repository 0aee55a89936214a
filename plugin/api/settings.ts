import { z } from 'zod';

const ORIGIN = /^(\*|https?:\/\/[^/\s]+)$/;
const HTTP_TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** Whether pages of other origins may use the API, by the names and defaults of oslo.middleware's `cors`. */
const corsSchema = z
  .strictObject({
    allowedOrigins: z
      .array(z.string().regex(ORIGIN, 'an origin is https://HOST[:PORT]'))
      .default([])
      .describe('Origins, https://dashboard.example; empty: none.'),
    allowCredentials: z
      .boolean()
      .default(true)
      .describe('With cookies and the like; the origin * needs false.'),
    allowMethods: z
      .array(z.string().regex(HTTP_TOKEN))
      .default(['GET', 'POST', 'PATCH', 'DELETE'])
      .describe('Of requests from other origins.'),
    allowHeaders: z
      .array(z.string().regex(HTTP_TOKEN))
      .default(['X-Auth-Token', 'Content-Type', 'OpenStack-API-Version', 'X-Show-Deleted'])
      .describe('Of requests from other origins.'),
    exposeHeaders: z
      .array(z.string().regex(HTTP_TOKEN))
      .default(['OpenStack-API-Version', 'X-Openstack-Request-Id', 'Location'])
      .describe('Of answers to other origins.'),
    maxAgeSeconds: z.int().min(0).default(3600).describe('How long browsers may keep the answer.'),
  })
  .refine(({ allowedOrigins, allowCredentials }) => !allowedOrigins.includes('*') || !allowCredentials, {
    message: 'the origin * needs allowCredentials: false',
  });

const tlsSchema = z
  .strictObject({
    certificateFile: z
      .string()
      .default('')
      .describe('PEM file with the certificate; with it the API speaks TLS only.'),
    keyFile: z.string().default('').describe("PEM file with the certificate's key."),
    clientCaFile: z
      .string()
      .default('')
      .describe('Clients must show a certificate of one of these authorities.'),
  })
  .refine(({ certificateFile, keyFile }) => (certificateFile === '') === (keyFile === ''), {
    message: 'certificateFile and keyFile belong together',
  })
  .refine(({ certificateFile, clientCaFile }) => clientCaFile === '' || certificateFile !== '', {
    message: 'clientCaFile needs certificateFile',
  });

const limitsSchema = z.strictObject({
  bodyBytes: z.int().min(1024).default(1_048_576).describe('Longer requests are refused with 413.'),
  headerBytes: z.int().min(4096).default(16_384).describe('Request line and headers together.'),
  requestSeconds: z.number().positive().default(60).describe('Within which a whole request has to arrive.'),
});

/** Settings of the API besides its address; `docs/configuration.md` describes them. */
export const apiSettingsSchema = z.strictObject({
  policy: z
    .strictObject({
      file: z
        .string()
        .default('')
        .describe("YAML or JSON with rules in oslo.policy's language that go over the defaults."),
      readerRole: z
        .boolean()
        .default(false)
        .describe('The role reader may see everything, and change nothing.'),
      projectView: z
        .boolean()
        .default(false)
        .describe('Members of a project may see what is planned for its own instances.'),
    })
    .prefault({}),
  cors: corsSchema.prefault({}),
  tls: tlsSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  healthcheck: z
    .strictObject({
      detailed: z.boolean().default(false).describe('Tells what was looked at, too; JSON only.'),
      disableByFile: z
        .string()
        .default('')
        .describe('While this file exists the service calls itself unhealthy; empty: none.'),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Figures for Prometheus at /metrics.'),
      host: z
        .string()
        .min(1)
        .default('127.0.0.1')
        .describe('Address of the figures, if they have a port of their own.'),
      port: z
        .int()
        .min(0)
        .max(65_535)
        .default(0)
        .describe("Port of the figures; 0: they are at /metrics on the API's."),
    })
    .prefault({}),
  publicWebhooks: z
    .boolean()
    .default(false)
    .describe(
      'Webhooks need no token: for alarms that cannot get one. Watcher calls this enable_webhooks_auth = false.',
    ),
});

export type ApiSettings = Readonly<z.output<typeof apiSettingsSchema>>;

export const DEFAULT_API_SETTINGS: ApiSettings = apiSettingsSchema.parse({});
