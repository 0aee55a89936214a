import { expect } from 'chai';

import type { ClusterModel } from '../../cluster/cluster-model.ts';
import { readCloudConfig } from '../../plugin/openstack/cloud-config.ts';
import { openCloud } from '../../plugin/openstack/cloud.ts';
import type { Cloud } from '../../plugin/openstack/cloud.ts';
import { collectCluster } from '../../plugin/openstack/collect-cluster.ts';
import { openstack, openstackJson, until } from './lab.ts';

const REGION = 'RegionOne';
const NAME = 'cc-server';
const GROUP = 'cc-group';
const VOLUME = 'cc-volume';
const CREDENTIAL = 'cc-credential';

describe('collect cluster on OpenStack', function () {
  this.timeout(300_000);
  let cloud: Cloud;
  const { signal } = new AbortController();

  before(async () => {
    cloud = openCloud(readCloudConfig({ env: labEnvironment(), homeDir: '/', cwd: '/' }));
    await cleanUp();
  });

  after(async () => {
    await cleanUp();
    cloud.close();
  });

  function collect(previous?: ClusterModel): Promise<ClusterModel> {
    return collectCluster(cloud, { signal, clock: () => new Date(), previous });
  }

  it('tells of every host what openstack tells of it', async () => {
    const reported = await openstackJson<CliHypervisor[]>(REGION, 'hypervisor list --long');

    const model = await collect();

    expect(model.warnings).to.deep.equal([]);
    expect(model.hosts.map(host => [host.id, host.hypervisorHostname, host.up])).to.have.deep.members(
      reported.map(entry => [entry.ID, entry['Hypervisor Hostname'], entry.State === 'up']),
    );
    const [first] = model.hosts;
    expect(first?.hypervisor).to.deep.equal({ type: 'fake', version: 1000, cpuModel: 'Nehalem' });
    for (const { id, traits } of model.hosts) {
      const list = await openstackJson<{ name: string }[]>(REGION, 'resource provider trait list', id);
      expect([...traits]).to.have.members(list.map(trait => trait.name));
    }
  });

  it('tells of every host the inventories and their use that openstack tells', async () => {
    const { hosts } = await collect();

    for (const { id, name } of hosts) {
      // Nova writes the use of a host that is just changing twice.
      const [told, seen] = await until(`${name} rests`, async () => {
        const before = await openstackJson<CliInventory[]>(REGION, 'resource provider inventory list', id);
        const model = await collect();
        const after = await openstackJson<CliInventory[]>(REGION, 'resource provider inventory list', id);
        const rests = JSON.stringify(before) === JSON.stringify(after);
        return rests ? [after.map(known), inventoriesOf(model, id)] : undefined;
      });
      expect(seen).to.have.deep.members(told);
    }
  });

  it('needs as many requests for the next picture as for one host', async () => {
    const first = await collect();
    const before = new Map(cloud.session.requestCounts);

    await collect(first);

    const spent = new Map(
      [...cloud.session.requestCounts].map(([service, count]) => [
        service,
        count - (before.get(service) ?? 0),
      ]),
    );
    // A server that migrates meanwhile is asked for its record, a long list of groups for its end.
    expect(spent.get('compute')).to.be.within(6, 10);
    spent.delete('compute');
    expect(Object.fromEntries(spent)).to.deep.equal({ identity: 0, placement: 1, network: 1, volumev3: 1 });
  });

  it('shows a new server with all that belongs to it', async () => {
    const id = await bootServer();

    const model = await collect();

    const instance = model.instanceById.get(id);
    const host = await openstackJson<Record<string, unknown>>(REGION, 'server show', id);
    expect(instance).to.deep.include({
      name: NAME,
      state: 'active',
      taskState: undefined,
      hostId: model.hostByName.get(String(host['OS-EXT-SRV-ATTR:host']))?.id,
      pinnedZone: 'nova',
      locked: true,
      bootedFromVolume: false,
      tags: ['cc-tag'],
      excluded: undefined,
    });
    expect(instance?.flavor).to.deep.include({ name: 'small', vcpus: 1, memoryMiB: 2048 });
    expect(instance?.metadata).to.deep.include({ tier: 'gold' });
    expect(instance?.resources.get('MEMORY_MB')).to.equal(2048);
    expect(instance?.volumes.map(({ sizeGiB, multiattach }) => [sizeGiB, multiattach])).to.deep.equal([
      [1, false],
    ]);
    expect(instance?.ports.map(port => port.vnicType)).to.deep.equal(['normal']);
    const group = model.serverGroupById.get(instance?.serverGroupIds[0] ?? '');
    expect(group).to.deep.include({ name: GROUP, policy: 'anti-affinity', memberIds: [id] });
  });

  it('shows a live migration under way, which can be aborted', async () => {
    const id = (await serverId()) ?? (await bootServer());
    await openstackOk(`server unlock ${id}`);
    await openstackOk(`server set --property lab_migrate_seconds=60 ${id}`);
    const before = await cloud.nova.getServer(id, signal);
    const target = (await collect()).hosts.find(host => host.name !== before?.hostName && host.enabled);

    await cloud.nova.liveMigrate({ serverId: id, host: target?.name }, signal);
    const running = await until('the live migration runs', async () => {
      const [progress] = await cloud.nova.listLiveMigrations(id, signal);
      return progress?.status === 'running' ? progress : undefined;
    });
    const model = await collect();
    await cloud.nova.abortLiveMigration({ serverId: id, migrationId: running.id }, signal);
    const ended = await until('the live migration is cancelled', async () => {
      const [newest] = await cloud.nova.listMigrations({ serverId: id }, signal);
      return newest?.status === 'cancelled' ? newest : undefined;
    });

    expect(model.instanceById.get(id)?.taskState).to.equal('migrating');
    expect(model.migrations.find(migration => migration.instanceId === id)).to.deep.equal({
      instanceId: id,
      sourceHostName: before?.hostName,
      targetHostName: target?.name,
      type: 'live-migration',
      status: 'running',
    });
    expect(ended.id).to.equal(running.id);
  });

  it('counts a cold migration as under way until it is confirmed', async () => {
    const id = (await serverId()) ?? (await bootServer());
    await openstackOk(`server unlock ${id}`);
    await settled(id, 'active');
    const before = await cloud.nova.getServer(id, signal);
    const target = (await collect()).hosts.find(host => host.name !== before?.hostName && host.enabled);

    await cloud.nova.coldMigrate({ serverId: id, host: target?.name }, signal);
    await settled(id, 'resized');
    const waiting = await collect();
    await cloud.nova.confirmResize(id, signal);
    await settled(id, 'active');
    const done = await collect();

    const flights = (model: ClusterModel) =>
      model.migrations.filter(migration => migration.instanceId === id).map(migration => migration.status);
    expect(waiting.instanceById.get(id)?.hostId).to.equal(target?.id);
    expect(flights(waiting)).to.deep.equal(['finished']);
    expect(flights(done)).to.deep.equal([]);
  });

  it('validates a token, and no other', async () => {
    const issued = await openstackJson<{ id: string; user_id: string }>(REGION, 'token issue');

    const owner = await cloud.keystone.validateToken(issued.id, signal);
    const nobody = await cloud.keystone.validateToken(`${issued.id.slice(0, -4)}AAAA`, signal);

    expect(owner).to.deep.include({ userId: issued.user_id, userName: 'admin', projectName: 'admin' });
    expect(owner?.roles).to.include('admin');
    expect(nobody).to.equal(undefined);
  });

  it('logs in with an application credential', async () => {
    const made = await openstackJson<{ id: string; secret: string }>(
      REGION,
      `application credential create ${CREDENTIAL}`,
    );
    const env = {
      OS_AUTH_URL: labEnvironment()['OS_AUTH_URL'],
      OS_AUTH_TYPE: 'v3applicationcredential',
      OS_APPLICATION_CREDENTIAL_ID: made.id,
      OS_APPLICATION_CREDENTIAL_SECRET: made.secret,
      OS_REGION_NAME: REGION,
    };
    const other = openCloud(readCloudConfig({ env, homeDir: '/', cwd: '/' }));

    const services = await other.nova.listServices({ binary: 'nova-compute' }, signal);
    other.close();

    expect(services.map(service => service.host)).to.include('compute-1');
  });

  it('says in one sentence that the password is wrong', async () => {
    const wrong = openCloud(
      readCloudConfig({ env: { ...labEnvironment(), OS_PASSWORD: 'wrong' }, homeDir: '/', cwd: '/' }),
    );

    const error = await collectCluster(wrong, { signal, clock: () => new Date() }).catch(
      (problem: unknown) => problem,
    );
    wrong.close();

    expect(error).to.have.property('code', 'authentication_failed');
    expect(error).to.have.property(
      'message',
      'Keystone at http://127.0.0.1:15000/v3 refused the credentials of user admin',
    );
  });

  async function settled(id: string, vmState: string): Promise<void> {
    await until(`server ${id} is ${vmState}`, async () => {
      const server = await cloud.nova.getServer(id, signal);
      return server?.vmState === vmState && server.taskState === undefined;
    });
  }
});

interface CliHypervisor {
  readonly ID: string;
  readonly 'Hypervisor Hostname': string;
  readonly State: string;
}

interface CliInventory {
  readonly resource_class: string;
  readonly total: number;
  readonly reserved: number;
  readonly allocation_ratio: number;
  readonly max_unit: number;
  readonly used: number;
}

function known(inventory: CliInventory): CliInventory {
  const { resource_class, total, reserved, allocation_ratio, max_unit, used } = inventory;
  return { resource_class, total, reserved, allocation_ratio, max_unit, used };
}

function inventoriesOf(model: ClusterModel, hostId: string): CliInventory[] {
  return [...(model.hostById.get(hostId)?.inventories ?? [])].map(([resourceClass, inventory]) => ({
    resource_class: resourceClass,
    total: inventory.total,
    reserved: inventory.reserved,
    allocation_ratio: inventory.allocationRatio,
    max_unit: inventory.maxUnit,
    used: inventory.used,
  }));
}

async function bootServer(): Promise<string> {
  const group = await openstackJson<{ id: string }>(
    REGION,
    `server group create --policy anti-affinity ${GROUP}`,
  );
  await openstackOk(`volume create --size 1 ${VOLUME}`);
  const server = await openstackJson<{ id: string }>(
    REGION,
    '--os-compute-api-version 2.52 server create --wait --flavor small --image tiny --network private ' +
      `--availability-zone nova --property tier=gold --tag cc-tag --hint group=${group.id} ${NAME}`,
  );
  await openstackOk(`server add volume ${NAME} ${VOLUME}`);
  await until('the volume is attached', async () => {
    const volume = await openstackJson<{ status: string }>(REGION, `volume show ${VOLUME}`);
    return volume.status === 'in-use';
  });
  await openstackOk(`server lock ${NAME}`);
  return server.id;
}

async function serverId(): Promise<string | undefined> {
  const servers = await openstackJson<{ ID: string }[]>(REGION, `server list --name ^${NAME}$`);
  return servers[0]?.ID;
}

async function openstackOk(command: string): Promise<void> {
  const { exitCode, stderr } = await openstack(REGION, command);
  if (exitCode !== 0) throw new Error(`openstack ${command}: ${stderr}`);
}

/** What is not there need not be removed. */
async function cleanUp(): Promise<void> {
  await openstack(REGION, `server delete --wait ${NAME}`);
  await openstack(REGION, `server group delete ${GROUP}`);
  await openstack(REGION, `volume delete ${VOLUME}`);
  await openstack(REGION, `application credential delete ${CREDENTIAL}`);
}

function labEnvironment(): Record<string, string> {
  return {
    OS_AUTH_URL: 'http://127.0.0.1:15000/v3',
    OS_USERNAME: 'admin',
    OS_PASSWORD: 'lab',
    OS_PROJECT_NAME: 'admin',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: 'RegionOne',
  };
}
