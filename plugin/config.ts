import { existsSync, readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { apiSettingsSchema } from './api/settings.ts';
import { applierSettingsSchema } from './applier/settings.ts';
import { auditSettingsSchema } from './audits/settings.ts';
import { datasourceSettingsSchema } from './datasources/settings.ts';
import { notificationSettingsSchema } from './notifications/settings.ts';
import type { CloudConfig } from './openstack/cloud-config.ts';
import { replicaSettings } from './replicas/settings.ts';
import { readCloudConfig } from './openstack/cloud-config.ts';

/** All settings of the service; `docs/configuration.md` describes them. */
export const settingsSchema = z.strictObject({
  /** Address and port of the API; port 0 takes any free one. */
  host: z.string().min(1).default('127.0.0.1'),
  port: z.coerce.number('it must be a number from 0 to 65535').int().min(0).max(65_535).default(9322),
  /** `sqlite:///PATH`, or `mysql://USER:PASSWORD@HOST:PORT/DATABASE` for MariaDB and MySQL. */
  databaseUrl: z.string().default('sqlite:///auspex.sqlite'),
  ...replicaSettings,
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Name of this replica in audits, plans and the service list; must outlive a restart. */
  hostname: z.string().min(1).max(255).default(hostname()),
  /** What clients are told of Keystone when they have no token; empty: the auth_url. */
  wwwAuthenticateUri: z.string().default(''),
  /** A proxy in front says with X-Forwarded-* what clients have asked for: links follow it. */
  behindProxy: z.boolean().default(false),
  api: apiSettingsSchema.prefault({}),
  audits: auditSettingsSchema.prefault({}),
  applier: applierSettingsSchema.prefault({}),
  datasources: datasourceSettingsSchema.prefault({}),
  notifications: notificationSettingsSchema.prefault({}),
});

export type Settings = Readonly<z.output<typeof settingsSchema>>;

export interface Config {
  readonly settings: Settings;
  /** Holds secrets: never log it. */
  readonly cloud: CloudConfig;
}

/** The settings are wrong: one line per problem, each naming the variable or key. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'config_invalid';
}

/** Environment variables that override keys of the file. */
const VARIABLES: Readonly<Record<string, string>> = {
  AUSPEX_HOST: 'host',
  AUSPEX_PORT: 'port',
  AUSPEX_DATABASE_URL: 'databaseUrl',
  AUSPEX_LOG_LEVEL: 'logLevel',
  AUSPEX_HOSTNAME: 'hostname',
  AUSPEX_ROLES: 'roles',
  AUSPEX_WWW_AUTHENTICATE_URI: 'wwwAuthenticateUri',
  AUSPEX_TRANSPORT_URL: 'notifications.transportUrl',
};

/**
 * Reads the file that AUSPEX_CONFIG names (YAML), the AUSPEX_* variables over it, and the cloud from clouds.yaml or OS_*.
 * Throws `ConfigError`, or `CloudConfigError` for the cloud.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env, cwd = process.cwd()): Config {
  const settings = readSettings(env, cwd);
  return { settings, cloud: readCloudConfig({ env, cwd, homeDir: env['HOME'] ?? homedir() }) };
}

/** The same without the cloud; `defaults` go below file and variables. Throws `ConfigError`. */
export function readSettings(
  env: NodeJS.ProcessEnv = process.env,
  cwd = process.cwd(),
  defaults: Readonly<Record<string, unknown>> = {},
): Settings {
  const given: Record<string, unknown> = { ...defaults, ...readFile(env['AUSPEX_CONFIG'], cwd) };
  for (const [variable, key] of Object.entries(VARIABLES)) {
    if (env[variable] !== undefined && env[variable] !== '') setKey(given, key, env[variable]);
  }
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) throw new ConfigError(problemsOf(parsed.error).join('\n'));
  return parsed.data;
}

/** `key` may lie within a section: `section.key`. */
function setKey(given: Record<string, unknown>, key: string, value: string): void {
  const [section, inner] = key.split('.') as [string, string?];
  if (inner === undefined) given[section] = value;
  else given[section] = { ...(given[section] as object | undefined), [inner]: value };
}

function readFile(path: string | undefined, cwd: string): Record<string, unknown> {
  if (path === undefined || path === '') return {};
  const file = resolve(cwd, path);
  if (!existsSync(file)) throw new ConfigError(`AUSPEX_CONFIG names ${file}, which does not exist.`);
  try {
    const content: unknown = parse(readFileSync(file, 'utf8')) ?? {};
    return z.record(z.string(), z.unknown()).parse(content);
  } catch (error) {
    const why = error instanceof z.ZodError ? 'it is not a YAML mapping' : sentenceOf(error);
    throw new ConfigError(`${file} cannot be read: ${why}.`, { cause: error });
  }
}

/** What the YAML parser or the file system says, without the piece of the file and the name of the error. */
function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').replace(/[:.]+$/, '');
}

function problemsOf(error: z.ZodError): readonly string[] {
  return error.issues.flatMap(issue => {
    const path = issue.path.join('.');
    const variable = Object.entries(VARIABLES).find(([, key]) => key === path)?.[0];
    const name = variable === undefined ? path : `${path} (${variable})`;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(key => `There is no setting ${path === '' ? key : `${path}.${key}`}.`);
    }
    return [`The setting ${name} is wrong: ${issue.message}.`];
  });
}
