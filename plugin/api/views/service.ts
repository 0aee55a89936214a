import type { ServiceRecord } from '../../lifecycle/repositories.ts';
import { linksOf, timestamps, withoutOffset } from './common.ts';

/** A part of the service that has not been heard of for so long is down. */
const DOWN_AFTER_MILLISECONDS = 90_000;

export type ServiceStatus = 'ACTIVE' | 'FAILED';

export function serviceStatus({ lastSeenAt }: ServiceRecord, now: number): ServiceStatus {
  return now - Date.parse(lastSeenAt) <= DOWN_AFTER_MILLISECONDS ? 'ACTIVE' : 'FAILED';
}

export function serviceView(
  service: ServiceRecord,
  options: { readonly baseUrl: string; readonly now: number; readonly isDetailed: boolean },
): object {
  const { id, name, host, lastSeenAt } = service;
  return {
    id,
    name,
    host,
    status: serviceStatus(service, options.now),
    links: linksOf(options.baseUrl, `services/${id}`),
    ...(options.isDetailed ? { last_seen_up: withoutOffset(lastSeenAt), ...timestamps(service) } : {}),
  };
}
