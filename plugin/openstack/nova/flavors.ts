import { z } from 'zod';
import { listAll } from '../paging.ts';
import type { Session } from '../session.ts';

export interface NovaFlavor {
  readonly id: string;
  readonly name: string;
}

/** The flavor of that id or, when there is none, of that name; private ones too. Undefined when there is none. */
export async function findFlavor(
  session: Session,
  identifier: string,
  signal: AbortSignal,
): Promise<NovaFlavor | undefined> {
  const flavors = await listAll(session, {
    service: 'compute',
    path: '/flavors/detail',
    query: { is_public: 'None' },
    collection: 'flavors',
    item: FLAVOR,
    signal,
  });
  return flavors.find(({ id }) => id === identifier) ?? flavors.find(({ name }) => name === identifier);
}

const FLAVOR = z.object({ id: z.string(), name: z.string() });
