import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { CloudConfigError } from './errors.ts';

export type Settings = Readonly<Record<string, unknown>>;

export interface FileSearch {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly cwd: string;
}

export interface CloudsFile {
  /** The file that was found; undefined when there is none. */
  readonly path: string | undefined;
  /** Every place that was looked at, in order. */
  readonly searched: readonly string[];
  readonly clouds: Readonly<Record<string, Settings>>;
}

/**
 * `clouds.yaml` with `secure.yaml` merged over it, each the first that exists of the place that the environment
 * names, the working directory, `~/.config/openstack` and `/etc/openstack`. A file that may not be read is passed over.
 */
export function readCloudsFile(search: FileSearch): CloudsFile {
  const searched = candidates(search, 'clouds', search.env['OS_CLIENT_CONFIG_FILE']);
  const clouds = readFirst(searched);
  const secure = readFirst(candidates(search, 'secure', search.env['OS_CLIENT_SECURE_FILE']));
  return {
    path: clouds?.path ?? secure?.path,
    searched,
    clouds: mergeDeep(clouds?.clouds ?? {}, secure?.clouds ?? {}) as Record<string, Settings>,
  };
}

export function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function candidates(search: FileSearch, stem: string, named: string | undefined): string[] {
  const directories = [search.cwd, join(search.homeDir, '.config', 'openstack'), '/etc/openstack'];
  const files = directories.flatMap(directory =>
    ['yaml', 'yml', 'json'].map(suffix => join(directory, `${stem}.${suffix}`)),
  );
  return named ? [named, ...files] : files;
}

function readFirst(
  paths: readonly string[],
): { readonly path: string; readonly clouds: Settings } | undefined {
  for (const path of paths) {
    const text = readIfAllowed(path);
    if (text !== undefined) return { path, clouds: cloudsOf(path, text) };
  }
  return undefined;
}

function readIfAllowed(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined;
    throw new CloudConfigError(`the file ${path} cannot be read: ${code ?? 'unknown error'}`);
  }
}

/** JSON is YAML. The parser's own message is not passed on: it quotes lines, and lines hold passwords. */
function cloudsOf(path: string, text: string): Settings {
  let content: unknown;
  try {
    content = parse(text, { logLevel: 'error' });
  } catch (error) {
    const line = (error as { linePos?: readonly { line: number }[] }).linePos?.[0]?.line;
    throw new CloudConfigError(`the file ${path} is not valid YAML${line ? ` at line ${line}` : ''}`);
  }
  if (!isSettings(content)) throw new CloudConfigError(`the file ${path} is empty or not a mapping`);
  const clouds = content['clouds'] ?? {};
  if (!isSettings(clouds)) throw new CloudConfigError(`the key clouds in ${path} is not a mapping`);
  for (const [name, settings] of Object.entries(clouds)) {
    if (!isSettings(settings)) throw new CloudConfigError(`the cloud ${name} in ${path} is not a mapping`);
  }
  return clouds;
}

function mergeDeep(base: Settings, over: Settings): Settings {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    merged[key] = isSettings(old) && isSettings(value) ? mergeDeep(old, value) : value;
  }
  return merged;
}
