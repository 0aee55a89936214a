import type { ServiceRecord } from '../../lifecycle/repositories.ts';
import { isAlive } from '../../replicas/liveness.ts';
import { linksOf, timestamps, withoutOffset } from './common.ts';

export type ServiceStatus = 'ACTIVE' | 'FAILED';

export function serviceStatus(service: ServiceRecord, downSeconds: number): ServiceStatus {
  return isAlive(service, downSeconds) ? 'ACTIVE' : 'FAILED';
}

export function serviceView(
  service: ServiceRecord,
  options: { readonly baseUrl: string; readonly downSeconds: number; readonly isDetailed: boolean },
): object {
  const { id, name, host, lastSeenAt } = service;
  return {
    id,
    name,
    host,
    status: serviceStatus(service, options.downSeconds),
    links: linksOf(options.baseUrl, `services/${id}`),
    ...(options.isDetailed ? { last_seen_up: withoutOffset(lastSeenAt), ...timestamps(service) } : {}),
  };
}
