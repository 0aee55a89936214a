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
import { cloudConfigProblems, readCloudConfig } from './openstack/cloud-config.ts';

/** All settings of the service; `docs/configuration.md` describes them. */
export const settingsSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address of the API.'),
  port: z.coerce
    .number('it must be a number from 0 to 65535')
    .int()
    .min(0)
    .max(65_535)
    .default(9322)
    .describe('Its port; 0 takes any free one.'),
  databaseUrl: z
    .string()
    .default('sqlite:///auspex.sqlite')
    .describe('sqlite:///PATH, or mysql://USER:PASSWORD@HOST:PORT/DATABASE for MariaDB and MySQL.'),
  ...replicaSettings,
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('The least that is logged, as JSON lines on the standard output.'),
  hostname: z.string().min(1).max(255).default(hostname()).meta({
    description:
      "Name of this replica in audits, plans and the service list; must outlive a restart. Default: the machine's.",
    isOfMachine: true,
  }),
  wwwAuthenticateUri: z
    .string()
    .default('')
    .describe('What clients are told of Keystone when they have no token; empty: the auth_url.'),
  behindProxy: z
    .boolean()
    .default(false)
    .describe('A proxy in front says with X-Forwarded-* what clients have asked for: links follow it.'),
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
export const VARIABLES: Readonly<Record<string, string>> = {
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

/** All that is wrong with how the cloud is configured, in sentences. */
export function cloudProblems(env: NodeJS.ProcessEnv = process.env, cwd = process.cwd()): readonly string[] {
  return cloudConfigProblems({ env, cwd, homeDir: env['HOME'] ?? homedir() });
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
    const content: unknown = parse(readFileSync(file, 'utf8'), { logLevel: 'error' }) ?? {};
    return z.record(z.string(), z.unknown()).transform(withoutNothing).parse(content);
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${whyUnreadable(error)}.`, { cause: error });
  }
}

/** A key, or a section, without anything after it is as good as none. */
function withoutNothing(mapping: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isMapping = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return Object.fromEntries(
    Object.entries(mapping)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isMapping(value) ? withoutNothing(value) : value]),
  );
}

/** The parser's own message is not passed on: it quotes what it does not understand, and that may be a password. */
function whyUnreadable(error: unknown): string {
  if (error instanceof z.ZodError) return 'it is not a YAML mapping';
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EISDIR') return code;
  const place = (error as { linePos?: readonly { line: number; col: number }[] }).linePos?.[0];
  return `it is not valid YAML${place === undefined ? '' : ` at line ${place.line}, column ${place.col}`}`;
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
