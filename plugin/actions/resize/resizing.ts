import { z } from 'zod';
import type { Server } from '../../openstack/nova.ts';
import { beforeSchema } from '../migrate/before.ts';
import { isAtRest } from '../migrate/move.ts';

/** What tells this resize from others, kept before Nova is asked. */
export const intentSchema = beforeSchema.extend({
  /** Of the instance, for sentences. */
  name: z.string(),
  flavorName: z.string(),
  oldFlavorName: z.string(),
});

export type Intent = Readonly<z.infer<typeof intentSchema>>;

/** One instance on its way from one flavor to another. */
export interface Resizing {
  readonly serverId: string;
  readonly intent: Intent;
  /** The sentence to fail with when Nova knows of nothing: the answer to the request was lost. */
  readonly doubt: string | undefined;
  /** Epoch milliseconds. */
  readonly beganAt: number;
}

/** Whether the instance has its flavor for good. */
export function isDone({ intent }: Resizing, server: Server): boolean {
  return isAtRest(server) && server.flavor.name === intent.flavorName;
}

/** `web-1 from small to large` */
export function changeOf({ name, oldFlavorName, flavorName }: Intent): string {
  return `${name} from ${oldFlavorName} to ${flavorName}`;
}
