import type { Cloud } from '../cloud.ts';
import { OpenStackError } from '../errors.ts';
import { mapLimited } from '../in-parallel.ts';
import type { NovaService, Server, ServerList } from '../nova.ts';

export interface ServerReading {
  readonly servers: readonly Server[];
  readonly services: readonly NovaService[];
  /** Servers of cells that are down. */
  readonly unknownIds: ReadonlySet<string>;
  /** Hosts by name whose servers are not all known, and why. */
  readonly incompleteHosts: ReadonlyMap<string, string>;
  readonly microversion: string;
  readonly warnings: readonly string[];
}

const WIDTH = 4;

/**
 * All servers, and the compute services. The services are read last: a cell that went down while the pages were read
 * silently shortens the list of servers, but its services are then listed as unknown.
 */
export async function readServers(cloud: Cloud, signal: AbortSignal): Promise<ServerReading> {
  try {
    const list = await cloud.nova.listServers({}, signal);
    const services = await cloud.nova.listServices({ binary: 'nova-compute' }, signal);
    return readingOf([list], services, new Map());
  } catch (error) {
    // One record that Nova chokes on must not hide the cloud: what holds it is found host by host.
    if (!(error instanceof OpenStackError) || error.status < 500) throw error;
    return readHostByHost(cloud, error, signal);
  }
}

async function readHostByHost(
  cloud: Cloud,
  failure: OpenStackError,
  signal: AbortSignal,
): Promise<ServerReading> {
  const services = await cloud.nova.listServices({ binary: 'nova-compute' }, signal);
  const failed = new Map<string, string>();
  const lists = await mapLimited(
    services.filter(service => service.status !== 'unknown'),
    WIDTH,
    async (service): Promise<ServerList | undefined> => {
      try {
        return await cloud.nova.listServers({ host: service.host }, signal);
      } catch (error) {
        if (!(error instanceof OpenStackError)) throw error;
        failed.set(service.host, `its servers could not be read: ${error.message}`);
        return undefined;
      }
    },
  );
  const read = lists.filter(list => list !== undefined);
  if (read.length === 0) throw failure;
  const reading = readingOf(read, services, failed);
  return {
    ...reading,
    warnings: [
      `the servers were read host by host, without those that are on no host: ${failure.message}`,
      ...reading.warnings,
    ],
  };
}

function readingOf(
  lists: readonly ServerList[],
  services: readonly NovaService[],
  failed: ReadonlyMap<string, string>,
): ServerReading {
  const incompleteHosts = new Map(failed);
  const warnings: string[] = [];
  for (const { id, hostName, problem } of lists.flatMap(list => list.malformed)) {
    const sentence = `server ${id} is not understood (${problem})`;
    warnings.push(`${sentence} and left out`);
    if (hostName !== undefined) incompleteHosts.set(hostName, sentence);
  }
  return {
    servers: lists.flatMap(list => list.servers),
    services,
    unknownIds: new Set(lists.flatMap(list => list.unknown.map(server => server.id))),
    incompleteHosts,
    microversion: lists[0]?.microversion ?? '',
    warnings,
  };
}
