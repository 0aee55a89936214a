import { buildClusterModel } from '../../cluster/cluster-model.ts';
import type { ClusterModel } from '../../cluster/cluster-model.ts';
import type { Cloud } from './cloud.ts';
import { freezeDoubtful } from './collect/freeze.ts';
import { aggregatesOf, hostsOf, isBareMetal } from './collect/hosts.ts';
import { readImages } from './collect/image-properties.ts';
import { instancesOf, serverGroupsOf } from './collect/instances.ts';
import { readPorts, readVolumes } from './collect/read-devices.ts';
import { migrationsInFlight, readRecentMigrations } from './collect/read-migrations.ts';
import { readProviders } from './collect/read-providers.ts';
import { readServers } from './collect/read-servers.ts';
import { runTogether } from './in-parallel.ts';

export interface CollectOptions {
  readonly signal: AbortSignal;
  readonly clock: () => Date;
  /** The picture taken last: what vanishes from it all at once freezes planning. */
  readonly previous?: ClusterModel | undefined;
}

/**
 * Takes a picture of the cloud: nine lists in parallel, whatever the number of hosts and instances but for their
 * pages, and once an hour one call for each host. Fails when Nova or Placement does; what Neutron, Cinder or an older
 * Nova cannot tell is a warning. A host of which the view is incomplete is frozen.
 */
export async function collectCluster(cloud: Cloud, options: CollectOptions): Promise<ClusterModel> {
  const { signal, previous } = options;
  const takenAt = options.clock();
  const now = takenAt.getTime();
  const read = await runTogether(
    {
      region: s => cloud.session.region(s),
      servers: s => readServers(cloud, s),
      hypervisors: s => cloud.nova.listHypervisors(s),
      aggregates: s => cloud.nova.listAggregates(s),
      groups: s => cloud.nova.listServerGroups(s),
      migrations: s => readRecentMigrations(cloud, now, s),
      summaries: s => cloud.placement.listSummaries(s),
      ports: s => readPorts(cloud, s),
      volumes: s => readVolumes(cloud, s),
    },
    signal,
  );
  const { services, microversion, unknownIds, incompleteHosts } = read.servers;
  const bareMetal = new Set(read.hypervisors.filter(isBareMetal).map(node => node.serviceHost));
  const hypervisors = read.hypervisors.filter(hypervisor => !isBareMetal(hypervisor));
  const servers = read.servers.servers.filter(server => !bareMetal.has(server.hostName ?? ''));

  const more = await runTogether(
    {
      providers: s =>
        readProviders(
          cloud,
          hypervisors.map(hypervisor => hypervisor.id),
          { summaries: read.summaries, now, signal: s },
        ),
      images: s => readImages(cloud, servers, microversion, s),
      migrations: s => migrationsInFlight(cloud, { recent: read.migrations, servers }, s),
    },
    signal,
  );

  const hosts = hostsOf({ ...read, services, hypervisors, providers: more.providers });
  const groups = serverGroupsOf(read.groups);
  const found = instancesOf({
    servers,
    hosts,
    groups: groups.groups,
    ports: read.ports.ports,
    volumes: read.volumes.volumes,
    images: more.images.images,
    novaMicroversion: microversion,
  });
  const silentHostNames = services
    .filter(service => service.status === 'unknown')
    .map(service => service.host);
  const contents = {
    takenAt: takenAt.toISOString(),
    hosts,
    instances: found.instances,
    aggregates: aggregatesOf(read.aggregates),
    serverGroups: groups.groups,
    migrations: more.migrations,
    warnings: [
      ...bareMetalWarnings(read.hypervisors.length - hypervisors.length),
      ...read.servers.warnings,
      ...groups.warnings,
      ...read.ports.warnings,
      ...read.volumes.warnings,
      ...more.images.warnings,
      ...found.warnings,
    ],
  };
  return buildClusterModel(
    freezeDoubtful(contents, { silentHostNames, unknownIds, incompleteHosts }, previous),
  );
}

function bareMetalWarnings(count: number): string[] {
  return count === 0 ? [] : [`${count} bare metal nodes (Ironic) are left out: nothing on them can be moved`];
}
