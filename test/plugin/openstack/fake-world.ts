import type { FakeCloud, FakeReply, FakeRequest } from './fake-cloud.ts';

/** Nova's, Placement's, Neutron's and Cinder's answers, in their own words; change a field and the next call tells it. */
export class FakeWorld {
  novaMaximum = '2.100';
  /** Servers on a page. */
  pageSize = 1000;
  readonly hosts: FakeHost[] = [];
  servers: FakeServer[] = [];
  aggregates: unknown[] = [];
  serverGroups: { id: string; [key: string]: unknown }[] = [];
  /** Newest first. */
  migrations: FakeMigration[] = [];
  ports: unknown[] = [];
  volumes: unknown[] = [];
  backends: unknown[] = [];
  pools: unknown[] = [];
  volumeTypes: unknown[] = [];
  images: unknown[] = [];
  /** Called before each list of servers is answered. */
  beforeServers: (request: FakeRequest) => FakeReply | undefined = () => undefined;
  readonly #cloud: FakeCloud;

  constructor(cloud: FakeCloud) {
    this.#cloud = cloud;
    const nova = '/compute/v2.1';
    cloud.on('GET', `${nova}/`, () => ({
      body: { version: { version: this.novaMaximum, min_version: '2.1' } },
    }));
    cloud.on('GET', `${nova}/servers/detail`, request => this.#listServers(request));
    cloud.on('GET', `${nova}/os-services`, () => ({ body: { services: this.hosts.map(serviceOf) } }));
    cloud.on('GET', `${nova}/os-hypervisors/detail`, () => ({
      body: { hypervisors: this.hosts.filter(host => !host.cellIsDown).map(hypervisorOf) },
    }));
    cloud.on('GET', `${nova}/os-aggregates`, () => ({ body: { aggregates: this.aggregates } }));
    cloud.on('GET', `${nova}/os-server-groups`, ({ query }) => ({
      body: { server_groups: this.serverGroups.slice(Number(query.get('offset'))) },
    }));
    cloud.on('GET', `${nova}/os-migrations`, request => this.#listMigrations(request));
    cloud.on('GET', '/placement/allocation_candidates', () => ({
      body: { allocation_requests: [], provider_summaries: this.#summaries() },
    }));
    cloud.on('GET', '/network/v2.0/ports', () => ({ body: { ports: this.ports } }));
    const cinder = cloud.endpoints.get('volumev3');
    cloud.on('GET', `${cinder}/volumes/detail`, () => ({ body: { volumes: this.volumes } }));
    cloud.on('GET', `${cinder}/os-services`, () => ({ body: { services: this.backends } }));
    cloud.on('GET', `${cinder}/scheduler-stats/get_pools`, () => ({ body: { pools: this.pools } }));
    cloud.on('GET', `${cinder}/types`, () => ({ body: { volume_types: this.volumeTypes } }));
    cloud.on('GET', '/image/v2/images', () => ({ body: { images: this.images } }));
  }

  addHost(name: string, change: Partial<FakeHost> = {}): FakeHost {
    const host: FakeHost = {
      id: `provider-${name}`,
      name,
      type: 'QEMU',
      zone: 'nova',
      isEnabled: true,
      isUp: true,
      cellIsDown: false,
      isInSummary: true,
      memory: { total: 1000, reserved: 100, allocation_ratio: 1.5, max_unit: 1000 },
      memoryUsed: 200,
      ...change,
    };
    this.hosts.push(host);
    const at = `/placement/resource_providers/${host.id}`;
    this.#cloud.on('GET', `${at}/inventories`, () => ({ body: { inventories: { MEMORY_MB: host.memory } } }));
    this.#cloud.on('GET', `${at}/usages`, () => ({ body: { usages: { MEMORY_MB: host.memoryUsed } } }));
    this.#cloud.on('GET', `${at}/traits`, () => ({ body: { traits: ['COMPUTE_NODE'] } }));
    return host;
  }

  removeHost(name: string): void {
    this.hosts.splice(
      this.hosts.findIndex(host => host.name === name),
      1,
    );
  }

  addServer(id: string, host: string | null, change: Record<string, unknown> = {}): void {
    this.servers.push({
      id,
      name: `name-${id}`,
      status: 'ACTIVE',
      tenant_id: 'project-1',
      created: '2026-04-01T00:00:00Z',
      'OS-EXT-STS:vm_state': 'active',
      'OS-EXT-STS:task_state': null,
      'OS-EXT-SRV-ATTR:host': host,
      'OS-EXT-AZ:availability_zone': 'nova',
      pinned_availability_zone: null,
      locked: false,
      flavor: {
        original_name: 'small',
        vcpus: 1,
        ram: 512,
        disk: 10,
        ephemeral: 0,
        swap: 0,
        extra_specs: {},
      },
      image: { id: 'image-1', properties: {} },
      ...change,
    });
  }

  /** As Nova: servers of a cell that is down are told of on a first page without filters only, and by id alone. */
  #listServers(request: FakeRequest): FakeReply {
    const odd = this.beforeServers(request);
    if (odd !== undefined) return odd;
    const { query } = request;
    const silent = new Set(this.hosts.filter(host => host.cellIsDown).map(host => host.name));
    const isSilent = (server: FakeServer) => silent.has(server['OS-EXT-SRV-ATTR:host'] ?? '');
    const answering = this.servers.filter(server => !isSilent(server));
    const host = query.get('host');
    const wanted =
      host === null ? answering : answering.filter(server => server['OS-EXT-SRV-ATTR:host'] === host);
    const marker = query.get('marker');
    const start = marker === null ? 0 : wanted.findIndex(server => server.id === marker) + 1;
    const page = wanted.slice(start, start + this.pageSize);
    const partial =
      [...query.keys()].join() === 'all_tenants' ? this.servers.filter(isSilent).map(unknownOf) : [];
    const next = `http://elsewhere/servers/detail?all_tenants=True&marker=${page.at(-1)?.id}`;
    return {
      body: {
        servers: [...partial, ...page],
        ...(start + page.length < wanted.length ? { servers_links: [{ rel: 'next', href: next }] } : {}),
      },
    };
  }

  #listMigrations({ query }: FakeRequest): FakeReply {
    const since = query.get('changes-since');
    const server = query.get('instance_uuid');
    const migrations = this.migrations.filter(
      migration =>
        (server === null || migration.instance_uuid === server) &&
        (since === null || (migration.updated_at !== null && `${migration.updated_at}Z` >= since)),
    );
    return { body: { migrations } };
  }

  #summaries(): unknown {
    const hosts = this.hosts.filter(host => host.isInSummary && !host.cellIsDown);
    return Object.fromEntries([
      ...hosts.map(host => [host.id, summaryOf(host)]),
      ...hosts.flatMap(childSummaries),
    ]);
  }
}

export interface FakeHost {
  readonly id: string;
  readonly name: string;
  type: string;
  zone: string;
  isEnabled: boolean;
  isUp: boolean;
  cellIsDown: boolean;
  isInSummary: boolean;
  memory: { total: number; reserved: number; allocation_ratio: number; max_unit: number };
  memoryUsed: number;
  /** Capacity of a child provider that offers GPUs. */
  gpus?: number;
}

export interface FakeServer {
  id: string;
  'OS-EXT-SRV-ATTR:host': string | null;
  [key: string]: unknown;
}

export interface FakeMigration {
  id: number;
  instance_uuid: string;
  source_compute: string;
  dest_compute: string | null;
  migration_type: string;
  status: string;
  created_at: string;
  updated_at: string | null;
}

function serviceOf(host: FakeHost): unknown {
  if (host.cellIsDown) return { binary: 'nova-compute', host: host.name, status: 'UNKNOWN' };
  return {
    id: `service-${host.name}`,
    binary: 'nova-compute',
    host: host.name,
    zone: host.zone,
    status: host.isEnabled ? 'enabled' : 'disabled',
    state: host.isUp ? 'up' : 'down',
    disabled_reason: host.isEnabled ? null : 'maintenance',
  };
}

function hypervisorOf(host: FakeHost): unknown {
  return {
    id: host.id,
    hypervisor_hostname: `${host.name}.example`,
    hypervisor_type: host.type,
    hypervisor_version: 8002000,
    service: { id: `service-${host.name}`, host: host.name },
    cpu_info: { model: 'Cascadelake', vendor: 'Intel', arch: 'x86_64' },
  };
}

function unknownOf(server: FakeServer): unknown {
  return { id: server.id, status: 'UNKNOWN', tenant_id: server['tenant_id'], created: server['created'] };
}

function summaryOf(host: FakeHost): unknown {
  const { total, reserved, allocation_ratio } = host.memory;
  const capacity = Math.floor((total - reserved) * allocation_ratio);
  return {
    root_provider_uuid: host.id,
    resources: { MEMORY_MB: { capacity, used: host.memoryUsed } },
    traits: ['COMPUTE_NODE', 'HW_CPU_X86_AVX2'],
  };
}

function childSummaries(host: FakeHost): [string, unknown][] {
  if (host.gpus === undefined) return [];
  const summary = {
    root_provider_uuid: host.id,
    resources: { VGPU: { capacity: host.gpus, used: 1 } },
    traits: ['CUSTOM_GPU'],
  };
  return [[`${host.id}-gpu`, summary]];
}
