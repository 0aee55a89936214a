import { z } from 'zod';

import { chooseMicroversion } from '../microversion.ts';
import { listAll } from '../paging.ts';
import type { Session } from '../session.ts';

export interface NovaHypervisor {
  readonly id: string;
  readonly hostname: string;
  /** `QEMU`, `ironic` … */
  readonly type: string;
  readonly version: number;
  readonly serviceId: string;
  /** Name of its nova-compute service. */
  readonly serviceHost: string;
  /** Undefined when the driver tells none. */
  readonly cpu:
    | {
        readonly model: string | undefined;
        readonly vendor: string | undefined;
        readonly arch: string | undefined;
      }
    | undefined;
}

export interface NovaService {
  /** Undefined, as all but host and binary, when the service is in a cell that is down. */
  readonly id: string | undefined;
  readonly binary: string;
  readonly host: string;
  readonly status: 'enabled' | 'disabled' | 'unknown';
  readonly disabledReason: string | undefined;
  readonly up: boolean;
  readonly zone: string | undefined;
}

export interface NovaAggregate {
  readonly id: number;
  readonly name: string;
  readonly zone: string | undefined;
  readonly hostNames: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}

export const HYPERVISOR_MICROVERSIONS = {
  needed: '2.53',
  best: '2.87',
  purpose: 'listing hypervisors by UUID',
} as const;
export const SERVICE_MICROVERSIONS = {
  needed: '2.53',
  best: '2.69',
  purpose: 'listing services by UUID',
} as const;

/** At 2.88 `cpu_info` is gone, so a newer microversion is not asked for. */
export async function listHypervisors(session: Session, signal: AbortSignal): Promise<NovaHypervisor[]> {
  const choice = HYPERVISOR_MICROVERSIONS;
  const microversion = await chooseMicroversion(session, 'compute', choice, signal);
  return listAll(session, {
    service: 'compute',
    path: '/os-hypervisors/detail',
    microversion,
    purpose: choice.purpose,
    collection: 'hypervisors',
    item: HYPERVISOR,
    signal,
  });
}

/** From 2.69 on, the compute services of a cell that is down are listed too, as `unknown`. */
export async function listServices(
  session: Session,
  filter: { readonly binary?: string; readonly host?: string },
  signal: AbortSignal,
): Promise<NovaService[]> {
  const choice = SERVICE_MICROVERSIONS;
  const microversion = await chooseMicroversion(session, 'compute', choice, signal);
  return listAll(session, {
    service: 'compute',
    path: '/os-services',
    query: { binary: filter.binary, host: filter.host },
    microversion,
    purpose: choice.purpose,
    collection: 'services',
    item: SERVICE,
    signal,
  });
}

export interface ServiceChange {
  readonly serviceId: string;
  readonly status: 'enabled' | 'disabled';
  /** Kept by Nova with a disabled service. */
  readonly disabledReason?: string | undefined;
}

/** A disabled service gets no new servers; those it has run on. */
export async function updateService(
  session: Session,
  change: ServiceChange,
  signal: AbortSignal,
): Promise<void> {
  await session.request({
    service: 'compute',
    method: 'PUT',
    path: `/os-services/${encodeURIComponent(change.serviceId)}`,
    body: {
      status: change.status,
      ...(change.status === 'disabled' && change.disabledReason
        ? { disabled_reason: change.disabledReason }
        : {}),
    },
    microversion: '2.53',
    purpose: 'changing a service by UUID',
    signal,
  });
}

export function listAggregates(session: Session, signal: AbortSignal): Promise<NovaAggregate[]> {
  return listAll(session, {
    service: 'compute',
    path: '/os-aggregates',
    microversion: '2.1',
    collection: 'aggregates',
    item: AGGREGATE,
    signal,
  });
}

const CPU = z.object({
  model: z.string().nullish(),
  vendor: z.string().nullish(),
  arch: z.string().nullish(),
});

const HYPERVISOR = z
  .object({
    id: z.string(),
    hypervisor_hostname: z.string(),
    hypervisor_type: z.string(),
    hypervisor_version: z.number(),
    service: z.object({ id: z.string(), host: z.string() }),
    /** Some drivers give nothing, or a text. */
    cpu_info: CPU.optional().catch(undefined),
  })
  .transform((wire): NovaHypervisor => ({
    id: wire.id,
    hostname: wire.hypervisor_hostname,
    type: wire.hypervisor_type,
    version: wire.hypervisor_version,
    serviceId: wire.service.id,
    serviceHost: wire.service.host,
    cpu: wire.cpu_info && {
      model: wire.cpu_info.model ?? undefined,
      vendor: wire.cpu_info.vendor ?? undefined,
      arch: wire.cpu_info.arch ?? undefined,
    },
  }));

const SERVICE = z
  .object({
    id: z.string().optional(),
    binary: z.string(),
    host: z.string(),
    status: z.enum(['enabled', 'disabled', 'UNKNOWN']),
    state: z.string().optional(),
    zone: z.string().optional(),
    disabled_reason: z.string().nullish(),
  })
  .transform((wire): NovaService => ({
    id: wire.id,
    binary: wire.binary,
    host: wire.host,
    status: wire.status === 'UNKNOWN' ? 'unknown' : wire.status,
    disabledReason: wire.disabled_reason ?? undefined,
    up: wire.state === 'up',
    zone: wire.zone,
  }));

const AGGREGATE = z
  .object({
    id: z.number(),
    name: z.string(),
    availability_zone: z.string().nullish(),
    hosts: z.array(z.string()).default([]),
    metadata: z.record(z.string(), z.string()).default({}),
  })
  .transform((wire): NovaAggregate => ({
    id: wire.id,
    name: wire.name,
    zone: wire.availability_zone ?? undefined,
    hostNames: wire.hosts,
    metadata: wire.metadata,
  }));
