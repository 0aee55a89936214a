/** What a text column of Watcher holds; null also for what is empty. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** JSON text of the wanted kind, else what is empty of that kind. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  const parsed = parse(value);
  return isObject(parsed) ? parsed : {};
}

export function arrayOf(value: unknown): readonly unknown[] {
  const parsed = parse(value);
  return Array.isArray(parsed) ? parsed : [];
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Watcher keeps its times in UTC without saying so. An ISO string, or null. */
export function instantOf(value: unknown): string | null {
  const date = value instanceof Date ? value : new Date(`${String(value).trim().replace(' ', 'T')}Z`);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

export function parse(value: unknown): unknown {
  if (typeof value !== 'string') return undefined;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}
