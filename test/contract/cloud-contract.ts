import { expect } from 'chai';
import { ACTION_TYPES } from '../../plugin/actions/action-types.ts';
import type { ActionContext } from '../../plugin/actions/action-type.ts';
import type { Clock } from '../../plugin/actions/clock.ts';
import { DEFAULT_ACTION_SETTINGS } from '../../plugin/actions/settings.ts';
import { createGnocchiDatasource } from '../../plugin/datasources/gnocchi/gnocchi-datasource.ts';
import type { UsageMetric } from '../../forecast/usage-batch.ts';
import type { Cloud } from '../../plugin/openstack/cloud.ts';
import { collectCluster } from '../../plugin/openstack/collect-cluster.ts';
import { OpenStackError } from '../../plugin/openstack/errors.ts';
import { listServerActions, listServerEvents } from '../../plugin/openstack/nova/server-events.ts';

/** A cloud with a server of ours on it: what is true of one must be true of the other. */
export interface CloudUnderTest {
  readonly cloud: Cloud;
  /** Of the user that the cloud was opened with. */
  readonly password: string;
  /** The cloud's time passes with it. */
  readonly clock: Clock;
  /** ACTIVE, on `sourceName`; boots from an image and has one port. */
  readonly serverId: string;
  readonly sourceName: string;
  /** Another host with room for it. */
  readonly targetName: string;
  /** Metrics of the server and of its host reach back so far. */
  readonly historySeconds: number;
  end(): Promise<void>;
}

const NOBODY = '00000000-0000-4000-8000-000000000000';
const STEP_SECONDS = 300;

/** What our clients need of a cloud, asked of a real OpenStack and of the simulator alike. */
export function cloudContract(open: () => Promise<CloudUnderTest>): void {
  const signal = new AbortController().signal;
  let subject: CloudUnderTest;

  before(async () => {
    subject = await open();
  });
  after(() => subject.end());

  it('is collected whole, without warnings', async () => {
    const { cloud, clock, serverId, sourceName } = subject;

    const cluster = await collectCluster(cloud, { signal, clock: () => new Date(clock.now()) });

    const host = cluster.hostByName.get(sourceName);
    const instance = cluster.instanceById.get(serverId);
    expect(cluster.warnings).to.deep.equal([]);
    expect(host).to.deep.include({ enabled: true, up: true, frozen: undefined, site: 'RegionOne' });
    expect([...(host?.inventories.keys() ?? [])].toSorted()).to.deep.equal(['DISK_GB', 'MEMORY_MB', 'VCPU']);
    expect(host?.inventories.get('VCPU')?.used).to.be.at.least(instance?.flavor.vcpus ?? NaN);
    expect(host?.traits.has('COMPUTE_NODE')).to.equal(true);
    expect(instance).to.deep.include({
      hostId: host?.id,
      state: 'active',
      taskState: undefined,
      pinnedZone: undefined,
      locked: false,
      bootedFromVolume: false,
    });
    expect(instance?.ports).to.have.lengthOf(1);
  });

  it('has usage history of the server and its host, step by step', async function () {
    if (subject.historySeconds < 2 * STEP_SECONDS) this.skip();

    expect(await shareKnown('instance_cpu_usage')).to.be.above(0.9);
    expect(await shareKnown('instance_ram_usage')).to.be.above(0.9);
    expect(await shareKnown('host_cpu_usage')).to.be.above(0.9);
  });

  it('tells nothing of a resource that it does not know, and goes on', async () => {
    const { cloud, clock } = subject;
    const datasource = createGnocchiDatasource({ session: cloud.session, now: () => clock.now() });
    const query = {
      metric: 'instance_cpu_usage',
      resources: [{ id: NOBODY, vcpus: 1 }],
      ...period(4),
    } as const;

    const batches = [];
    for await (const batch of datasource.query(query, signal)) batches.push(batch);

    expect(batches).to.deep.equal([]);
  });

  it('knows its own token, and no other', async () => {
    const { keystone, session } = subject.cloud;
    const token = await ownToken();

    const owner = await keystone.validateToken(token, signal);

    expect(owner).to.deep.include({ userName: 'admin', projectName: 'admin', isSystemScoped: false });
    expect(owner?.userId).to.equal((await session.identity(signal)).userId);
    expect(owner?.roles).to.include('admin');
    expect(await keystone.validateToken('nonsense', signal)).to.equal(undefined);
  });

  it('does not know what does not exist', async () => {
    const { nova, placement } = subject.cloud;

    expect(await nova.getServer(NOBODY, signal)).to.equal(undefined);
    expect(await placement.getUsages(NOBODY, signal)).to.equal(undefined);
    expect(await refusal(nova.listLiveMigrations(NOBODY, signal))).to.equal(
      `404 Instance ${NOBODY} could not be found`,
    );
    expect(await refusal(nova.liveMigrate({ serverId: NOBODY, host: undefined }, signal))).to.equal(
      `404 Instance ${NOBODY} could not be found`,
    );
    const gone = { serverId: subject.serverId, migrationId: 999_999 };
    expect(await refusal(nova.abortLiveMigration(gone, signal))).to.equal(
      `409 Instance ${subject.serverId} is in an invalid state for 'abort live migration'`,
    );
  });

  it('says which microversions it speaks, and refuses newer ones', async () => {
    const { session } = subject.cloud;
    const ask = (microversion: string) =>
      session.request({ service: 'compute', method: 'GET', path: '/servers/detail', microversion, signal });

    expect(await session.microversions('compute', signal)).to.deep.equal({
      minimum: '2.1',
      maximum: '2.100',
    });
    expect(await session.microversions('placement', signal)).to.deep.equal({
      minimum: '1.0',
      maximum: '1.39',
    });
    expect(await sentenceOf(ask('2.999'))).to.match(/Nova offers up to 2\.100; .* needs 2\.999/);
  });

  for (const [service, path, collection, microversion] of [
    ['compute', '/os-hypervisors/detail', 'hypervisors', '2.53'],
    ['network', '/v2.0/ports', 'ports', undefined],
  ] as const) {
    it(`gives ${collection} page by page, and refuses a marker that it does not know`, async () => {
      const { session } = subject.cloud;
      const page = async (query: Record<string, string | number>) => {
        const call = { service, method: 'GET', path, query, microversion, signal } as const;
        const { body } = await session.request<Record<string, unknown>>(call);
        const items = body[collection] as readonly { readonly id: string }[];
        const links = (body[`${collection}_links`] ?? []) as readonly { rel: string; href: string }[];
        return { ids: items.map(({ id }) => id), next: links.find(({ rel }) => rel === 'next')?.href };
      };

      const first = await page({ limit: 1 });
      const second = await page({ limit: 1, marker: first.ids[0] ?? '' });

      expect(first.ids).to.have.lengthOf(1);
      expect(new URL(first.next ?? '').searchParams.get('marker')).to.equal(first.ids[0]);
      expect(second.ids[0]).to.not.equal(first.ids[0]);
      expect(await refusal(page({ limit: 1, marker: 'nobody' }))).to.match(/^40[04] .*nobody/);
    });
  }

  it('tells any client, without a token, which versions of Glance and Neutron there are', async () => {
    const { session } = subject.cloud;
    const discovered = async (service: 'image' | 'network') => {
      const response = await fetch(`${await session.endpoint(service, signal)}/`, { signal });
      const { versions } = (await response.json()) as { versions: { id: string; status: string }[] };
      return [response.status, versions.find(({ status }) => status === 'CURRENT')?.id.split('.')[0]];
    };

    expect(await discovered('image')).to.deep.equal([300, 'v2']);
    expect(await discovered('network')).to.deep.equal([200, 'v2']);
  });

  it('gives all ports at once when no limit is given, whatever the marker', async () => {
    const call = { service: 'network', method: 'GET', path: '/v2.0/ports', signal } as const;
    const { session } = subject.cloud;

    const all = await session.request<{ ports: unknown[] }>(call);
    const marked = await session.request<{ ports: unknown[] }>({ ...call, query: { marker: 'nobody' } });

    expect(marked.body.ports).to.have.lengthOf(all.body.ports.length);
  });

  it('refuses a migration to a host that does not exist', async () => {
    const { cloud, serverId } = subject;

    const said = await refusal(cloud.nova.liveMigrate({ serverId, host: 'nowhere' }, signal));

    expect(said).to.match(/^400 Compute host nowhere could not be found/);
  });

  it('notes why a migration that it accepted did not happen', async () => {
    const { cloud, clock, serverId, sourceName } = subject;
    await cloud.nova.liveMigrate({ serverId, host: sourceName }, signal);
    await until(async () => {
      const server = await cloud.nova.getServer(serverId, signal);
      return server?.taskState === undefined;
    });
    await clock.sleep(2000);

    const [last] = await listServerActions(cloud.session, serverId, signal);
    const call = { serverId, requestId: last?.requestId ?? '' };
    const events = await listServerEvents(cloud.session, call, signal);
    const [record] = await cloud.nova.listMigrations({ serverId }, signal);

    expect(last).to.deep.include({ action: 'live-migration', message: 'Error' });
    expect(events.some(event => event.result === 'Error' && (event.details ?? '') !== '')).to.equal(true);
    expect(record?.status).to.equal('error');
  });

  it('migrates live: the action ends when the server is on its target, and its record says so', async () => {
    const { cloud, serverId, sourceName, targetName } = subject;
    const migrate = ACTION_TYPES.find(({ name }) => name === 'migrate')!;
    const parameters = migrate.parameters.parse({
      resource_id: serverId,
      migration_type: 'live',
      source_node: sourceName,
      destination_node: targetName,
    });
    const messages: string[] = [];
    const context = contextOf(message => messages.push(message));

    const check = await migrate.precheck(parameters, context);
    await migrate.execute(parameters, context);

    const server = await cloud.nova.getServer(serverId, signal);
    const [record] = await cloud.nova.listMigrations({ serverId }, signal);
    const cluster = await collectCluster(cloud, { signal, clock: () => new Date(subject.clock.now()) });
    expect(check).to.deep.equal({ outcome: 'proceed' });
    expect(server).to.deep.include({ hostName: targetName, status: 'ACTIVE', taskState: undefined });
    expect(record).to.deep.include({
      type: 'live-migration',
      status: 'completed',
      sourceHostName: sourceName,
      targetHostName: targetName,
    });
    expect(messages.at(-1)).to.match(new RegExp(`is on ${targetName} after \\d+ s$`));
    expect(cluster.migrations.filter(each => each.instanceId === serverId)).to.deep.equal([]);
    const check2 = await migrate.precheck(parameters, context);
    expect(check2.outcome).to.equal('skip');
  });

  function period(steps: number) {
    const stopAt = Math.floor(subject.clock.now() / 1000 / STEP_SECONDS) * STEP_SECONDS;
    return { startAt: stopAt - steps * STEP_SECONDS, stopAt, stepSeconds: STEP_SECONDS };
  }

  /** Of the steps of the history, the share that has a plausible sample. */
  async function shareKnown(metric: UsageMetric): Promise<number> {
    const { cloud, clock, serverId, sourceName } = subject;
    const isHost = metric.startsWith('host');
    const resource = isHost ? { id: 'host', hostName: sourceName } : { id: serverId, vcpus: 1 };
    const steps = Math.min(288, Math.floor(subject.historySeconds / STEP_SECONDS));
    const datasource = createGnocchiDatasource({ session: cloud.session, now: () => clock.now() });
    const query = { metric, resources: [resource], ...period(steps) };
    let known = 0;
    for await (const batch of datasource.query(query, signal)) {
      known += batch.values.filter(value => value >= 0).length;
    }
    return known / steps;
  }

  async function ownToken(): Promise<string> {
    const { session } = subject.cloud;
    // The session keeps its token to itself.
    const { headers } = await session.request({
      service: 'identity',
      method: 'POST',
      path: '/v3/auth/tokens',
      body: await loginBody(),
      signal,
    });
    return headers['x-subject-token'] ?? '';
  }

  async function loginBody(): Promise<unknown> {
    const { userId, projectId } = await subject.cloud.session.identity(signal);
    const identity = {
      methods: ['password'],
      password: { user: { id: userId, password: subject.password } },
    };
    return { auth: { identity, scope: { project: { id: projectId } } } };
  }

  function contextOf(tell: (message: string) => void): ActionContext {
    return {
      cloud: subject.cloud,
      clock: subject.clock,
      signal,
      callSignal: signal,
      settings: { ...DEFAULT_ACTION_SETTINGS, pollSeconds: 1 },
      intend: () => Promise.resolve(),
      report: ({ message }) => tell(message),
    };
  }

  async function until(ask: () => Promise<boolean>): Promise<void> {
    for (let n = 0; n < 60; n += 1) {
      if (await ask()) return;
      await subject.clock.sleep(1000);
    }
    throw new Error('not after 60 s');
  }
}

async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof OpenStackError) return `${error.status} ${error.apiMessage}`;
    throw error;
  }
}

async function sentenceOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
