import type { ActionContext } from '../../plugin/actions/action-type.ts';
import { systemClock } from '../../plugin/actions/clock.ts';
import { DEFAULT_ACTION_SETTINGS } from '../../plugin/actions/settings.ts';
import { readCloudConfig } from '../../plugin/openstack/cloud-config.ts';
import { openCloud } from '../../plugin/openstack/cloud.ts';
import type { Cloud } from '../../plugin/openstack/cloud.ts';
import type { Server } from '../../plugin/openstack/nova.ts';
import { LAB_ENVIRONMENT } from './auspex.ts';
import { until } from './lab.ts';

/** Names of this suite's servers begin so. */
export const PREFIX = 'applier-';

const NEVER = new AbortController().signal;

export function openLab(): Cloud {
  return openCloud(readCloudConfig({ env: LAB_ENVIRONMENT, cwd: '/nonexistent', homeDir: '/nonexistent' }));
}

/** Boots one and waits until it is ACTIVE. `metadata` steers the lab's driver: `lab_fail`, `lab_migrate_seconds`. */
export async function bootServer(
  cloud: Cloud,
  name: string,
  host: string,
  options: {
    readonly metadata?: Record<string, string>;
    readonly group?: string;
    readonly prefix?: string;
  } = {},
): Promise<string> {
  const { body: flavors } = await cloud.session.request<{ flavors: { id: string; name: string }[] }>({
    service: 'compute',
    method: 'GET',
    path: '/flavors',
    signal: NEVER,
  });
  const { body: images } = await cloud.session.request<{ images: { id: string }[] }>({
    service: 'image',
    method: 'GET',
    path: '/v2/images',
    signal: NEVER,
  });
  const { body } = await cloud.session.request<{ server: { id: string } }>({
    service: 'compute',
    method: 'POST',
    path: '/servers',
    microversion: '2.74',
    body: {
      server: {
        name: `${options.prefix ?? PREFIX}${name}`,
        host,
        networks: 'none',
        flavorRef: flavors.flavors.find(flavor => flavor.name === 'micro')?.id,
        imageRef: images.images[0]?.id,
        metadata: options.metadata ?? {},
      },
      ...(options.group === undefined ? {} : { 'os:scheduler_hints': { group: options.group } }),
    },
    signal: NEVER,
  });
  await until(`${name} is ACTIVE`, async () => {
    const server = await serverOf(cloud, body.server.id);
    if (server?.status === 'ERROR') throw new Error(`${name} went to ERROR: ${server.fault}`);
    return server?.status === 'ACTIVE' && server.taskState === undefined;
  });
  return body.server.id;
}

export async function serverOf(cloud: Cloud, id: string): Promise<Server | undefined> {
  return cloud.nova.getServer(id, NEVER);
}

/** `ACTIVE on compute-2`. */
export async function placeOf(cloud: Cloud, id: string): Promise<string> {
  const server = await serverOf(cloud, id);
  const busy = server?.taskState === undefined ? '' : ` (${server.taskState})`;
  return server === undefined ? 'gone' : `${server.status}${busy} on ${server.hostName}`;
}

export async function createServerGroup(cloud: Cloud, policy: string): Promise<string> {
  const { body } = await cloud.session.request<{ server_group: { id: string } }>({
    service: 'compute',
    method: 'POST',
    path: '/os-server-groups',
    microversion: '2.64',
    body: { server_group: { name: `${PREFIX}group`, policy } },
    signal: NEVER,
  });
  return body.server_group.id;
}

/** Deletes the servers and groups whose names begin so, and waits until the servers are gone. */
export async function cleanUp(cloud: Cloud, prefix = PREFIX): Promise<void> {
  const ours = async (): Promise<Server[]> =>
    (await cloud.nova.listServers({}, NEVER)).servers.filter(({ name }) => name.startsWith(prefix));
  for (const { id } of await ours()) {
    await cloud.session.request({
      service: 'compute',
      method: 'DELETE',
      path: `/servers/${id}`,
      signal: NEVER,
    });
  }
  await until('the servers are gone', async () => (await ours()).length === 0);
  for (const { id } of (await cloud.nova.listServerGroups(NEVER)).filter(({ name }) =>
    name.startsWith(prefix),
  )) {
    await cloud.session.request({
      service: 'compute',
      method: 'DELETE',
      path: `/os-server-groups/${id}`,
      signal: NEVER,
    });
  }
}

export async function setService(cloud: Cloud, host: string, status: 'enabled' | 'disabled'): Promise<void> {
  const [service] = await cloud.nova.listServices({ binary: 'nova-compute', host }, NEVER);
  if (service?.id === undefined) throw new Error(`${host} has no nova-compute service`);
  await cloud.nova.updateService({ serviceId: service.id, status, disabledReason: 'applier test' }, NEVER);
}

export interface LabAction {
  readonly context: ActionContext;
  readonly cancel: AbortController;
  readonly reports: string[];
}

export function labAction(cloud: Cloud): LabAction {
  const cancel = new AbortController();
  const reports: string[] = [];
  const context: ActionContext = {
    cloud,
    clock: systemClock,
    signal: cancel.signal,
    callSignal: NEVER,
    settings: { ...DEFAULT_ACTION_SETTINGS, pollSeconds: 0.5 },
    intend: () => Promise.resolve(),
    report: ({ message }) => reports.push(message),
  };
  return { context, cancel, reports };
}
