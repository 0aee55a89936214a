export interface Link {
  readonly href: string;
  readonly rel: string;
}

export function linksOf(baseUrl: string, path: string): readonly Link[] {
  return [
    { href: `${baseUrl}/v1/${path}`, rel: 'self' },
    { href: `${baseUrl}/${path}`, rel: 'bookmark' },
  ];
}

interface Stamped {
  readonly createdAt: string;
  readonly updatedAt: string | null;
  readonly deletedAt?: string | null;
}

export function timestamps({ createdAt, updatedAt, deletedAt = null }: Stamped): object {
  return {
    created_at: withOffset(createdAt),
    updated_at: updatedAt === null ? null : withOffset(updatedAt),
    deleted_at: deletedAt === null ? null : withOffset(deletedAt),
  };
}

/** From `2026-03-01T12:00:00.000Z` to `2026-03-01T12:00:00.000000+00:00`. */
export function withOffset(instant: string): string {
  return `${microseconds(instant)}+00:00`;
}

/** UTC without saying so, as Watcher writes some instants; a full second, which users give, has no fraction. */
export function withoutOffset(instant: string | null): string | null {
  return instant === null ? null : microseconds(instant).replace('.000000', '');
}

/** Most instants have the form of `toISOString` already, and lists have thousands. */
function microseconds(instant: string): string {
  const text = instant.length === 24 && instant.endsWith('Z') ? instant : new Date(instant).toISOString();
  return `${text.slice(0, -1)}000`;
}
