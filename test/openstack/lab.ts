import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { STEP_SECONDS } from '../../devstack/lab/feeder/columns.ts';
import { hostResourceId } from '../../devstack/lab/feeder/series.ts';

export const PROJECT_ROOT = join(import.meta.dirname, '../..');
export const TRACE_FOLDER = join(PROJECT_ROOT, '../shared/traces/bitbrains-rnd');

/** A server as Nova shows it to an administrator. */
export interface Server {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly hostName: string | null;
  readonly taskState: string | null;
  /** Null: Nova may move it anywhere. */
  readonly pinnedZone: string | null;
}

export interface ServerRequest {
  readonly name: string;
  readonly hostName: string;
  readonly flavor: string;
}

/** Boots all of them on a private network and waits until they are ACTIVE; gives their ids in order. */
export async function bootServers(cloud: LabCloud, requests: readonly ServerRequest[]): Promise<string[]> {
  const flavors = await idsByName(cloud, 'compute', '/flavors', 'flavors');
  const images = await idsByName(cloud, 'image', '/v2/images', 'images');
  const networks = await idsByName(cloud, 'network', '/v2.0/networks', 'networks');
  const ids: string[] = [];
  for (const { name, hostName, flavor } of requests) {
    const body = {
      server: {
        name,
        host: hostName,
        flavorRef: flavors.get(flavor),
        imageRef: images.get('tiny'),
        networks: [{ uuid: networks.get('private') }],
      },
    };
    const reply = await cloud.read<{ server: { id: string } }>('compute', '/servers', {
      method: 'POST',
      body,
    });
    ids.push(reply.server.id);
  }
  await until(`${ids.length} servers are ACTIVE`, async () => {
    const booted = (await servers(cloud, '')).filter(server => ids.includes(server.id));
    const broken = booted.find(server => server.status === 'ERROR');
    if (broken) throw new Error(`server ${broken.name} (${broken.id}) went to ERROR`);
    return (
      booted.length === ids.length && booted.every(server => server.status === 'ACTIVE' && !server.taskState)
    );
  });
  return ids;
}

/** All servers whose names begin so, by name. */
export async function servers(cloud: LabCloud, prefix: string): Promise<Server[]> {
  const reply = await cloud.read<{ servers: NovaServer[] }>('compute', '/servers/detail?all_tenants=1');
  return reply.servers
    .filter(server => server.name.startsWith(prefix))
    .map(server => ({
      id: server.id,
      name: server.name,
      status: server.status,
      hostName: server['OS-EXT-SRV-ATTR:host'],
      taskState: server['OS-EXT-STS:task_state'],
      pinnedZone: server.pinned_availability_zone,
    }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

export async function deleteServers(cloud: LabCloud, prefix: string): Promise<void> {
  for (const { id } of await servers(cloud, prefix)) {
    await cloud.call('compute', `/servers/${id}`, { method: 'DELETE', accept: [404] });
  }
  await until(`no server is called ${prefix}…`, async () => (await servers(cloud, prefix)).length === 0);
}

/** Watcher's plans and others' tests may leave hosts disabled: none of them could take a server. */
export async function enableHosts(cloud: LabCloud): Promise<void> {
  const reply = await cloud.read<{ services: { id: string; status: string }[] }>(
    'compute',
    '/os-services?binary=nova-compute',
  );
  for (const { id } of reply.services.filter(service => service.status === 'disabled')) {
    await cloud.call('compute', `/os-services/${id}`, { method: 'PUT', body: { status: 'enabled' } });
  }
}

/** The host's CPU percent as Gnocchi has it, one value for each of `times`; NaN where there is none. */
export async function measuredHostCpu(
  cloud: LabCloud,
  hostName: string,
  times: readonly number[],
): Promise<number[]> {
  const startAt = new Date((times[0] ?? 0) * 1000).toISOString();
  const rows = await cloud.read<[string, number, number][]>(
    'metric',
    `/v1/resource/nova_compute/${hostResourceId(hostName)}/metric/compute.node.cpu.percent/measures` +
      `?aggregation=mean&granularity=${STEP_SECONDS}&start=${startAt}`,
  );
  const values = new Map(rows.map(([at, , value]) => [Date.parse(at) / 1000, value]));
  return times.map(at => values.get(at) ?? Number.NaN);
}

/**
 * Adds a region with these services, URLs by service type; gives what removes it. A region that a test left behind when it died
 * is replaced.
 */
export async function addRegion(
  cloud: LabCloud,
  region: string,
  urls: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  await removeRegion(cloud, region);
  await cloud.call('identity', '/regions', { method: 'POST', body: { region: { id: region } } });
  const { services } = await cloud.read<{ services: { id: string; type: string }[] }>(
    'identity',
    '/services',
  );
  for (const [type, url] of Object.entries(urls)) {
    const service = services.find(each => each.type === type);
    for (const kind of ['public', 'internal', 'admin']) {
      const endpoint = { service_id: service?.id, region_id: region, interface: kind, url };
      await cloud.call('identity', '/endpoints', { method: 'POST', body: { endpoint } });
    }
  }
  return () => removeRegion(cloud, region);
}

async function removeRegion(cloud: LabCloud, region: string): Promise<void> {
  const { endpoints } = await cloud.read<{ endpoints: { id: string }[] }>(
    'identity',
    `/endpoints?region_id=${region}`,
  );
  for (const { id } of endpoints) await cloud.call('identity', `/endpoints/${id}`, { method: 'DELETE' });
  await cloud.call('identity', `/regions/${region}`, { method: 'DELETE', accept: [404] });
}

export interface CliReply {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `openstack …` inside the lab, as its administrator, on the services of a region. `command` is split at blanks. */
export async function openstack(region: string, command: string, ...more: string[]): Promise<CliReply> {
  const inLab = join(PROJECT_ROOT, 'devstack/lab/in-lab');
  const args = ['openstack', ...command.split(' '), ...more];
  const env = { PATH: process.env['PATH'], LAB_ROOT: process.env['LAB_ROOT'], OS_REGION_NAME: region };
  try {
    const { stdout, stderr } = await promisify(execFile)(inLab, args, { env, timeout: CLI_TIMEOUT_MS });
    return { exitCode: 0, stdout, stderr };
  } catch (error) {
    const failed = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof failed.code !== 'number') throw error;
    return { exitCode: failed.code, stdout: failed.stdout ?? '', stderr: failed.stderr ?? '' };
  }
}

/** As `openstack`, for a command that must succeed and can print JSON. */
export async function openstackJson<T>(region: string, command: string, ...more: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await openstack(region, command, ...more, '-f', 'json');
  if (exitCode !== 0)
    throw new Error(`openstack ${command} ${more.join(' ')}: exit code ${exitCode}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as T;
}

/** Asks again and again until the answer is not false; fails after `seconds`. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | false | undefined>,
  seconds = 120,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`not after ${seconds} s: ${what}`);
    await new Promise(resolve => {
      setTimeout(resolve, 1000);
    });
  }
}

const CLI_TIMEOUT_MS = 60_000;

async function idsByName(
  cloud: LabCloud,
  service: 'compute' | 'image' | 'network',
  path: string,
  list: string,
): Promise<Map<string, string>> {
  const reply = await cloud.read<Record<string, { id: string; name: string }[]>>(service, path);
  return new Map((reply[list] ?? []).map(({ id, name }) => [name, id]));
}

interface NovaServer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly pinned_availability_zone: string | null;
  readonly 'OS-EXT-SRV-ATTR:host': string | null;
  readonly 'OS-EXT-STS:task_state': string | null;
}
