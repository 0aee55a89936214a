import type { Session } from '../session.ts';

/** From here on the host is checked by the scheduler, the call returns at once, and `force` is not needed. */
export const LIVE_MIGRATE = '2.34';
export const COLD_MIGRATE_TO_HOST = '2.56';

export interface MigrationTarget {
  readonly serverId: string;
  /** Name of the nova-compute service; undefined lets Nova's scheduler choose. */
  readonly host: string | undefined;
}

/**
 * Starts a live migration; Nova finds out whether disks must be copied. Never forced: the scheduler and the hypervisor
 * check the target. Returns when Nova has accepted it; the migration's record tells the rest.
 */
export async function liveMigrate(
  session: Session,
  target: MigrationTarget,
  signal: AbortSignal,
): Promise<void> {
  await act(session, target.serverId, {
    body: { 'os-migrateLive': { host: target.host ?? null, block_migration: 'auto' } },
    microversion: LIVE_MIGRATE,
    purpose: 'a live migration that the scheduler checks',
    signal,
  });
}

/** Starts a cold migration; the server then waits in `VERIFY_RESIZE` to be confirmed. */
export async function coldMigrate(
  session: Session,
  target: MigrationTarget,
  signal: AbortSignal,
): Promise<void> {
  await act(session, target.serverId, {
    body: { migrate: target.host === undefined ? null : { host: target.host } },
    microversion: COLD_MIGRATE_TO_HOST,
    purpose: 'a cold migration to a named host',
    signal,
  });
}

/** Starts a resize to the flavor of that id; the server then waits in `VERIFY_RESIZE` to be confirmed. */
export async function resize(
  session: Session,
  { serverId, flavorId }: { readonly serverId: string; readonly flavorId: string },
  signal: AbortSignal,
): Promise<void> {
  await act(session, serverId, { body: { resize: { flavorRef: flavorId } }, signal });
}

export async function confirmResize(session: Session, serverId: string, signal: AbortSignal): Promise<void> {
  await act(session, serverId, { body: { confirmResize: null }, signal });
}

export async function revertResize(session: Session, serverId: string, signal: AbortSignal): Promise<void> {
  await act(session, serverId, { body: { revertResize: null }, signal });
}

async function act(
  session: Session,
  serverId: string,
  action: {
    readonly body: unknown;
    readonly microversion?: string;
    readonly purpose?: string;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  await session.request({
    service: 'compute',
    method: 'POST',
    path: `/servers/${encodeURIComponent(serverId)}/action`,
    ...action,
  });
}
