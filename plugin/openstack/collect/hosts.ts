import type { Aggregate, Host } from '../../../cluster/host.ts';
import type { NovaAggregate, NovaHypervisor, NovaService } from '../nova.ts';
import type { ProviderFacts } from './read-providers.ts';

export interface HostSources {
  /** Without bare metal. */
  readonly hypervisors: readonly NovaHypervisor[];
  readonly services: readonly NovaService[];
  readonly aggregates: readonly NovaAggregate[];
  readonly providers: ReadonlyMap<string, ProviderFacts>;
  readonly region: string;
}

const NO_FACTS: ProviderFacts = { inventories: new Map(), traits: new Set() };

/** A host of which Nova or Placement does not tell enough is frozen. */
export function hostsOf(sources: HostSources): Host[] {
  const services = new Map(sources.services.map(service => [service.host, service]));
  const aggregateIds = idsByHost(sources.aggregates);
  return sources.hypervisors.map((hypervisor): Host => {
    const name = hypervisor.serviceHost;
    const service = services.get(name);
    const facts = sources.providers.get(hypervisor.id);
    return {
      id: hypervisor.id,
      name,
      hypervisorHostname: hypervisor.hostname,
      serviceId: hypervisor.serviceId,
      site: sources.region,
      hypervisor: {
        type: hypervisor.type,
        version: hypervisor.version,
        cpuModel: hypervisor.cpu?.model,
      },
      ...(facts ?? NO_FACTS),
      enabled: service?.status === 'enabled',
      disabledReason: service?.disabledReason,
      up: service?.up ?? false,
      zone: service?.zone ?? '',
      aggregateIds: aggregateIds.get(name) ?? [],
      frozen: frozenBy(service, facts),
    };
  });
}

export function aggregatesOf(aggregates: readonly NovaAggregate[]): Aggregate[] {
  return aggregates.map(({ id, name, zone, hostNames, metadata }) => ({
    id,
    name,
    zone,
    hostNames,
    metadata,
  }));
}

/** Bare metal nodes come as hypervisors, one for each machine, and nothing on them can be moved. */
export function isBareMetal(hypervisor: NovaHypervisor): boolean {
  return hypervisor.type.toLowerCase() === 'ironic';
}

function frozenBy(service: NovaService | undefined, facts: ProviderFacts | undefined): string | undefined {
  if (service === undefined) return 'Nova has no nova-compute service for it';
  if (service.status === 'unknown') return 'its cell does not answer';
  return facts === undefined ? 'Placement has no inventory of it' : undefined;
}

function idsByHost(aggregates: readonly NovaAggregate[]): ReadonlyMap<string, readonly number[]> {
  const ids = new Map<string, number[]>();
  for (const aggregate of [...aggregates].sort((a, b) => a.id - b.id)) {
    for (const host of aggregate.hostNames) ids.set(host, [...(ids.get(host) ?? []), aggregate.id]);
  }
  return ids;
}
