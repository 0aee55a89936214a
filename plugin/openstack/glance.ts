import { z } from 'zod';

import { listAll } from './paging.ts';
import type { Session } from './session.ts';

export interface GlanceImage {
  readonly id: string;
  /** All its texts: what the operator or owner has set (`hw_*`, `trait:*` …) and Glance's own fields. */
  readonly properties: Readonly<Record<string, string>>;
}

const PAGE_SIZE = 500;

/** The images of all projects. */
export function listImages(session: Session, signal: AbortSignal): Promise<GlanceImage[]> {
  return listAll(session, {
    service: 'image',
    path: '/v2/images',
    query: { visibility: 'all', limit: PAGE_SIZE },
    collection: 'images',
    item: IMAGE,
    signal,
  });
}

export function createGlance(session: Session) {
  return { listImages: (signal: AbortSignal) => listImages(session, signal) };
}

export type Glance = ReturnType<typeof createGlance>;

/** Glance mixes its own fields with the properties. */
const IMAGE = z.looseObject({ id: z.string() }).transform((wire): GlanceImage => ({
  id: wire.id,
  properties: Object.fromEntries(
    Object.entries(wire).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  ),
}));
