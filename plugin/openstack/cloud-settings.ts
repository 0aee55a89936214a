import { isSettings } from './clouds-file.ts';
import type { Settings } from './clouds-file.ts';
import { CloudConfigError } from './errors.ts';

/** The settings of one cloud, `auth` and the rest in one space, read with sentences that name the origin. */
export class CloudSettings {
  readonly #values: Map<string, unknown>;
  readonly #origin: string | undefined;
  readonly #cloud: string;

  /** `origin` is the file's path; undefined when the settings are `OS_*` variables. */
  constructor(raw: Settings, origin: string | undefined, cloud: string) {
    this.#origin = origin;
    this.#cloud = cloud;
    const { auth, ...rest } = raw;
    if (auth !== undefined && !isSettings(auth)) throw this.error('auth', 'is not a mapping');
    const entries = [...Object.entries(rest), ...Object.entries(auth ?? {})];
    this.#values = new Map(
      entries
        .filter(([, value]) => value !== null && value !== '')
        .map(([key, value]) => [key.replaceAll('-', '_'), value]),
    );
  }

  /** The first of the keys that is set. Numbers count as text: YAML reads `password: 1234` as one. */
  text(...keys: readonly string[]): string | undefined {
    for (const key of keys) {
      const value = this.#values.get(key);
      if (value === undefined) continue;
      if (typeof value === 'string' || typeof value === 'number') return String(value);
      throw this.error(key, 'is not a text');
    }
    return undefined;
  }

  boolean(key: string): boolean | undefined {
    const value = this.#values.get(key);
    if (value === undefined || typeof value === 'boolean') return value;
    if (typeof value === 'string' && /^(true|yes|1|on)$/i.test(value)) return true;
    if (typeof value === 'string' && /^(false|no|0|off)$/i.test(value)) return false;
    throw this.error(key, 'is neither true nor false');
  }

  /** Without a trailing slash. A URL with a password in it is refused, because URLs are logged. */
  url(key: string): string | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
      throw this.error(key, 'is not an http or https URL');
    }
    if (url.username !== '' || url.password !== '') throw this.error(key, 'must not hold a user or password');
    return text.replace(/\/+$/, '');
  }

  error(key: string, problem: string): CloudConfigError {
    return new CloudConfigError(`${this.#label(key)} ${problem}`);
  }

  missing(key: string, meaning: string): CloudConfigError {
    return this.error(key, `is missing: ${meaning}`);
  }

  #label(key: string): string {
    return this.#origin === undefined
      ? `the variable OS_${key.toUpperCase()}`
      : `the key ${key} of the cloud ${this.#cloud} in ${this.#origin}`;
  }
}
