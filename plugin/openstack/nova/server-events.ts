import { z } from 'zod';

import { chooseMicroversion } from '../microversion.ts';
import type { Session } from '../session.ts';

/** Something that was asked of a server: `live-migration`, `migrate` … */
export interface ServerAction {
  readonly requestId: string;
  readonly action: string;
  /** Nova's summary; undefined when nothing went wrong (yet). */
  readonly message: string | undefined;
}

/** One step of what was asked of a server. */
export interface ServerEvent {
  /** `compute_check_can_live_migrate_destination` … */
  readonly event: string;
  /** `Success`, `Error`; undefined while it goes on. */
  readonly result: string | undefined;
  /** What went wrong, ≥ 2.84. */
  readonly details: string | undefined;
}

/** Newest first. */
export async function listServerActions(
  session: Session,
  serverId: string,
  signal: AbortSignal,
): Promise<ServerAction[]> {
  const { body } = await session.request({
    service: 'compute',
    method: 'GET',
    path: `/servers/${encodeURIComponent(serverId)}/os-instance-actions`,
    microversion: '2.21',
    purpose: 'the actions of a server that is gone',
    schema: z.object({ instanceActions: z.array(ACTION) }),
    signal,
  });
  return body.instanceActions;
}

/** The step that began last comes first. */
export async function listServerEvents(
  session: Session,
  action: { readonly serverId: string; readonly requestId: string },
  signal: AbortSignal,
): Promise<ServerEvent[]> {
  const choice = { needed: '2.51', best: '2.84', purpose: 'the events of a server' };
  const microversion = await chooseMicroversion(session, 'compute', choice, signal);
  const id = encodeURIComponent(action.serverId);
  const { body } = await session.request({
    service: 'compute',
    method: 'GET',
    path: `/servers/${id}/os-instance-actions/${encodeURIComponent(action.requestId)}`,
    microversion,
    purpose: choice.purpose,
    schema: z.object({ instanceAction: z.object({ events: z.array(EVENT).default([]) }) }),
    signal,
  });
  return body.instanceAction.events;
}

const ACTION = z
  .object({ request_id: z.string(), action: z.string(), message: z.string().nullish() })
  .transform((wire): ServerAction => ({
    requestId: wire.request_id,
    action: wire.action,
    message: wire.message ?? undefined,
  }));

const EVENT = z
  .object({ event: z.string(), result: z.string().nullish(), details: z.string().nullish() })
  .transform((wire): ServerEvent => ({
    event: wire.event,
    result: wire.result ?? undefined,
    details: wire.details ?? undefined,
  }));
