import type { Repositories, ServiceRecord } from '../lifecycle/repositories.ts';

/** Names of the rows in the service list, as Watcher's users know them; its API has none. */
export const SERVICE_NAMES = {
  'decision-engine': 'watcher-decision-engine',
  applier: 'watcher-applier',
} as const;

export type ServiceName = (typeof SERVICE_NAMES)[keyof typeof SERVICE_NAMES];

/** Not down: heard of within `downSeconds`. */
export function isAlive(
  { silentSeconds }: Pick<ServiceRecord, 'silentSeconds'>,
  downSeconds: number,
): boolean {
  return silentSeconds <= downSeconds;
}

/** The hosts on which that part of the service is alive, by their `hostname` setting; in the order of their names. */
export async function aliveHosts(
  services: Pick<Repositories['services'], 'list'>,
  name: ServiceName,
  downSeconds: number,
): Promise<readonly string[]> {
  const rows = await services.list();
  return rows
    .filter(row => row.name === name && isAlive(row, downSeconds))
    .map(row => row.host)
    .toSorted();
}
