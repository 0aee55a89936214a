import type { LabCloud } from '../../devstack/lab/feeder/cloud.ts';

export const PREFIX = 'bench-';
/** Asked for at once; more make the scheduler of a small lab time out. */
const SERVERS_PER_CALL = 20;
const WAIT_SECONDS = 900;

/** Boots servers, the smallest there are and without ports, until there are `count` of them. */
export async function bootMissing(cloud: LabCloud, count: number): Promise<void> {
  const before = await ownServers(cloud);
  const flavorRef = await idOf(cloud, 'compute', '/flavors', 'flavors', 'micro');
  const imageRef = await idOf(cloud, 'image', '/v2/images', 'images', 'tiny');
  for (let have = before.length; have < count; have += SERVERS_PER_CALL) {
    const wanted = Math.min(SERVERS_PER_CALL, count - have);
    const server = { name: `${PREFIX}${have}`, flavorRef, imageRef, networks: 'none' };
    const body = { server: { ...server, min_count: wanted, max_count: wanted } };
    await cloud.call('compute', '/servers', { method: 'POST', body });
    await until(`${have + wanted} servers are ACTIVE`, () => areActive(cloud, have + wanted));
  }
}

/** Deletes the servers and their history; gives how many. */
export async function deleteServers(cloud: LabCloud): Promise<number> {
  const ids = (await ownServers(cloud)).map(({ id }) => id);
  for (const id of ids) await cloud.call('compute', `/servers/${id}`, { method: 'DELETE', accept: [404] });
  for (const id of ids) {
    // As `generic`: Gnocchi leaves halves behind when it deletes several resources by any other type.
    const body = { like: { original_resource_id: `${id}%` } };
    await cloud.call('metric', '/v1/resource/generic', { method: 'DELETE', body, accept: [404] });
  }
  await until(`${ids.length} servers are gone`, async () => (await ownServers(cloud)).length === 0);
  return ids.length;
}

async function areActive(cloud: LabCloud, count: number): Promise<boolean> {
  const servers = await ownServers(cloud);
  const failed = servers.find(({ status }) => status === 'ERROR');
  if (failed)
    throw new Error(`server ${failed.name} went to ERROR: the lab is full, or --instances is too high`);
  return servers.filter(({ status }) => status === 'ACTIVE').length >= count;
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_SECONDS * 1000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not after ${WAIT_SECONDS} s: ${what}`);
    await new Promise(resolve => {
      setTimeout(resolve, 2000);
    });
  }
}

interface OwnServer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

async function ownServers(cloud: LabCloud): Promise<OwnServer[]> {
  const path = '/servers/detail?all_tenants=1';
  const { servers } = await cloud.read<{ servers: OwnServer[] }>('compute', path);
  return servers.filter(({ name }) => name.startsWith(PREFIX));
}

async function idOf(
  cloud: LabCloud,
  service: 'compute' | 'image',
  path: string,
  list: string,
  name: string,
): Promise<string> {
  const reply = await cloud.read<Record<string, { id: string; name: string }[]>>(service, path);
  const found = reply[list]?.find(each => each.name === name);
  if (found === undefined) throw new Error(`the lab has no ${name} among its ${list}`);
  return found.id;
}
