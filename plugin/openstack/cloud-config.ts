import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';

import { readCloudsFile } from './clouds-file.ts';
import type { CloudsFile, FileSearch, Settings } from './clouds-file.ts';
import { readAuth } from './cloud-credentials.ts';
import type { Credentials } from './cloud-credentials.ts';
import { CloudConfigError } from './errors.ts';
import { CloudSettings } from './cloud-settings.ts';
import { SERVICE_NAMES, SERVICES } from './services.ts';
import type { Service } from './services.ts';

export type EndpointInterface = 'public' | 'internal' | 'admin';

/** How to reach one cloud, and as whom. Holds secrets: never log it. */
export interface CloudConfig {
  /** Name in clouds.yaml, or `envvars`. */
  readonly name: string;
  /** Ends in `/v3`. */
  readonly authUrl: string;
  readonly credentials: Credentials;
  /** Undefined: the only region that the catalogue has. */
  readonly region: string | undefined;
  readonly interface: EndpointInterface;
  readonly tls: {
    readonly verify: boolean;
    /** PEM text; undefined: the authorities that Node knows. */
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
  };
  /** Used in place of the catalogue's endpoints. */
  readonly endpointOverrides: Readonly<Partial<Record<Service, string>>>;
}

export interface CloudConfigSource extends FileSearch {
  /** Overrides OS_CLOUD. */
  readonly cloudName?: string | undefined;
}

/**
 * Reads what openstacksdk would: the cloud of clouds.yaml that `cloudName` or OS_CLOUD names, else the `OS_*`
 * variables, else the only cloud of clouds.yaml. Throws `CloudConfigError`.
 */
export function readCloudConfig(source: CloudConfigSource): CloudConfig {
  const { name, raw, origin } = chooseCloud(source);
  const settings = new CloudSettings(raw, origin, name);
  return {
    name,
    authUrl: authUrlOf(settings),
    credentials: readAuth(settings),
    region: regionOf(raw, settings),
    interface: interfaceOf(settings),
    tls: tlsOf(settings, source),
    endpointOverrides: overridesOf(settings),
  };
}

/** All that would keep `readCloudConfig` from reading it, in sentences without secrets. */
export function cloudConfigProblems(source: CloudConfigSource): readonly string[] {
  return problemsOf(() => {
    const { name, raw, origin } = chooseCloud(source);
    const settings = new CloudSettings(raw, origin, name);
    return [
      ...problemsOf(() => authUrlOf(settings)),
      ...problemsOf(() => readAuth(settings)),
      ...problemsOf(() => regionOf(raw, settings)),
      ...problemsOf(() => interfaceOf(settings)),
      ...problemsOf(() => tlsOf(settings, source)),
      ...problemsOf(() => overridesOf(settings)),
    ];
  });
}

/** What the reading complains of, or the list that it gives. */
function problemsOf(read: () => unknown): readonly string[] {
  try {
    const found = read();
    return Array.isArray(found) ? found : [];
  } catch (error) {
    if (!(error instanceof CloudConfigError)) throw error;
    return [error.message];
  }
}

interface ChosenCloud {
  readonly name: string;
  readonly raw: Settings;
  /** Undefined: the environment. */
  readonly origin: string | undefined;
}

/** Variables that choose or tune, but describe no cloud. */
const SELECTORS = new Set([
  'OS_CLOUD',
  'OS_REGION_NAME',
  'OS_CLIENT_CONFIG_FILE',
  'OS_CLIENT_SECURE_FILE',
  'OS_CLOUD_NAME',
]);

function chooseCloud(source: CloudConfigSource): ChosenCloud {
  const file = readCloudsFile(source);
  const wanted = source.cloudName ?? nonEmpty(source.env['OS_CLOUD']);
  if (wanted !== undefined) return namedCloud(wanted, file, source.cloudName === undefined);

  const variables = Object.entries(source.env).filter(
    ([key, value]) => key.startsWith('OS_') && !/^OS_(TEST|STD|LOG)/.test(key) && nonEmpty(value),
  );
  if (variables.some(([key]) => !SELECTORS.has(key))) {
    const raw = Object.fromEntries(variables.map(([key, value]) => [key.slice(3).toLowerCase(), value]));
    return { name: source.env['OS_CLOUD_NAME'] ?? 'envvars', raw, origin: undefined };
  }

  const names = Object.keys(file.clouds);
  if (names.length === 1 && names[0] !== undefined) return namedCloud(names[0], file, false);
  if (names.length > 1) {
    throw new CloudConfigError(
      `OS_CLOUD is not set and ${file.path} has several clouds: ${names.join(', ')}`,
    );
  }
  throw new CloudConfigError(
    `no cloud is configured: set OS_CLOUD to a cloud of clouds.yaml (looked at ${file.searched.join(', ')}), ` +
      'or set OS_AUTH_URL and the other OS_ variables',
  );
}

function namedCloud(name: string, file: CloudsFile, fromEnvironment: boolean): ChosenCloud {
  const raw = file.clouds[name];
  if (raw !== undefined) return { name, raw, origin: file.path };
  const who = fromEnvironment ? `the cloud ${name} that OS_CLOUD names` : `the cloud ${name}`;
  throw new CloudConfigError(
    file.path === undefined
      ? `${who} cannot be found: there is no clouds.yaml (looked at ${file.searched.join(', ')})`
      : `${who} is not in ${file.path}, which has ${Object.keys(file.clouds).join(', ') || 'no clouds'}`,
  );
}

function regionOf(raw: Settings, settings: CloudSettings): string | undefined {
  return settings.text('region_name') ?? firstRegion(raw, settings);
}

/** `regions: [A, {name: B}]`: the first is the default, as openstacksdk takes it. */
function firstRegion(raw: Settings, settings: CloudSettings): string | undefined {
  const regions = raw['regions'];
  if (regions === undefined) return undefined;
  const first: unknown = Array.isArray(regions) ? regions[0] : undefined;
  const name: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'name') : first;
  if (typeof name === 'string' && name !== '') return name;
  throw settings.error('regions', 'is not a list of region names');
}

function authUrlOf(settings: CloudSettings): string {
  const url = settings.url('auth_url');
  if (url === undefined) throw settings.missing('auth_url', 'the URL of Keystone');
  return `${url.replace(/\/v(2\.0|3)$/, '')}/v3`;
}

function interfaceOf(settings: CloudSettings): EndpointInterface {
  const key = settings.text('interface') === undefined ? 'endpoint_type' : 'interface';
  const value = (settings.text(key) ?? 'public').replace(/URL$/, '');
  if (value === 'public' || value === 'internal' || value === 'admin') return value;
  throw settings.error(key, `is ${value}; it must be public, internal or admin`);
}

function tlsOf(settings: CloudSettings, source: FileSearch): CloudConfig['tls'] {
  const verify = settings.boolean('insecure') !== true && settings.boolean('verify') !== false;
  return {
    verify,
    ca: verify ? fileText(settings, source, 'cacert') : undefined,
    cert: fileText(settings, source, 'cert'),
    key: fileText(settings, source, 'key'),
  };
}

function fileText(settings: CloudSettings, source: FileSearch, key: string): string | undefined {
  const named = settings.text(key);
  if (named === undefined) return undefined;
  const path = named.startsWith('~/') ? join(source.homeDir, named.slice(2)) : named;
  try {
    return readFileSync(isAbsolute(path) ? path : resolve(source.cwd, path), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw settings.error(key, `names the file ${path}, which cannot be read: ${code}`);
  }
}

function overridesOf(settings: CloudSettings): CloudConfig['endpointOverrides'] {
  const overrides: Partial<Record<Service, string>> = {};
  for (const service of SERVICE_NAMES) {
    const keys = SERVICES[service].types.map(type => `${type.replaceAll('-', '_')}_endpoint_override`);
    const url = keys.map(key => settings.url(key)).find(value => value !== undefined);
    if (url !== undefined) overrides[service] = url;
  }
  return overrides;
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
