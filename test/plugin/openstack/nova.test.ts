import { expect } from 'chai';

import { createNova } from '../../../plugin/openstack/nova.ts';
import type { Nova } from '../../../plugin/openstack/nova.ts';
import type { FakeCloud } from './fake-cloud.ts';
import { failureOf, Harness } from './harness.ts';

const NOVA = '/compute/v2.1';

describe('nova', () => {
  let harness: Harness;
  let fake: FakeCloud;
  let nova: Nova;
  const { signal } = new AbortController();

  beforeEach(async () => {
    harness = await Harness.start();
    fake = harness.cloud;
    nova = createNova(harness.open());
    fake.on('GET', `${NOVA}/`, () => ({ body: { version: { version: '2.96', min_version: '2.1' } } }));
  });

  afterEach(() => harness.stop());

  const actions: readonly (readonly [
    string,
    (client: Nova) => Promise<void>,
    unknown,
    string | undefined,
  ])[] = [
    [
      'migrates live, to a host that the scheduler checks, and lets Nova find out about disks',
      client => client.liveMigrate({ serverId: 's1', host: 'beta' }, signal),
      { 'os-migrateLive': { host: 'beta', block_migration: 'auto' } },
      'compute 2.34',
    ],
    [
      'lets the scheduler choose the host of a live migration',
      client => client.liveMigrate({ serverId: 's1', host: undefined }, signal),
      { 'os-migrateLive': { host: null, block_migration: 'auto' } },
      'compute 2.34',
    ],
    [
      'migrates cold, to a host',
      client => client.coldMigrate({ serverId: 's1', host: 'beta' }, signal),
      { migrate: { host: 'beta' } },
      'compute 2.56',
    ],
    ['confirms', client => client.confirmResize('s1', signal), { confirmResize: null }, undefined],
    ['reverts', client => client.revertResize('s1', signal), { revertResize: null }, undefined],
  ];
  for (const [name, act, body, microversion] of actions) {
    it(name, async () => {
      fake.on('POST', `${NOVA}/servers/s1/action`, () => ({ status: 202 }));

      await act(nova);

      const [request] = fake.to(`${NOVA}/servers/s1/action`);
      expect(request?.body).to.deep.equal(body);
      expect(request?.headers['openstack-api-version']).to.equal(microversion);
    });
  }

  it('starts a migration once, however it ends', async () => {
    fake.on('POST', `${NOVA}/servers/s1/action`, () => 'drop');

    const error = await failureOf(nova.liveMigrate({ serverId: 's1', host: 'beta' }, signal));

    expect(error).to.have.property('code', 'cloud_unreachable');
    expect(fake.to(`${NOVA}/servers/s1/action`)).to.have.length(1);
  });

  it('aborts and forces a live migration', async () => {
    const path = `${NOVA}/servers/s1/migrations/7`;
    fake.on('DELETE', path, () => ({ status: 202 }));
    fake.on('POST', `${path}/action`, () => ({ status: 202 }));

    await nova.abortLiveMigration({ serverId: 's1', migrationId: 7 }, signal);
    await nova.forceCompleteLiveMigration({ serverId: 's1', migrationId: 7 }, signal);

    expect(fake.to(path)[0]?.headers['openstack-api-version']).to.equal('compute 2.65');
    expect(fake.to(`${path}/action`)[0]?.body).to.deep.equal({ force_complete: null });
  });

  it('reads the progress of live migrations, before the hypervisor tells it too', async () => {
    fake.on('GET', `${NOVA}/servers/s1/migrations`, () => ({
      body: {
        migrations: [
          {
            id: 7,
            status: 'running',
            source_compute: 'alpha',
            dest_compute: 'beta',
            memory_total_bytes: 1024,
            memory_remaining_bytes: null,
            created_at: '2026-05-01T00:00:00.000000',
            updated_at: null,
          },
        ],
      },
    }));

    const [progress] = await nova.listLiveMigrations('s1', signal);

    expect(progress).to.deep.equal({
      id: 7,
      status: 'running',
      sourceHostName: 'alpha',
      targetHostName: 'beta',
      memoryTotalBytes: 1024,
      memoryRemainingBytes: undefined,
      memoryProcessedBytes: undefined,
      diskTotalBytes: undefined,
      diskRemainingBytes: undefined,
      diskProcessedBytes: undefined,
      createdAt: '2026-05-01T00:00:00.000000Z',
      updatedAt: undefined,
    });
  });

  it('disables a service with a reason, and enables it', async () => {
    fake.on('PUT', `${NOVA}/os-services/x`, () => ({ body: { service: {} } }));

    await nova.updateService({ serviceId: 'x', status: 'disabled', disabledReason: 'auspex' }, signal);
    await nova.updateService({ serviceId: 'x', status: 'enabled' }, signal);

    expect(fake.to(`${NOVA}/os-services/x`).map(request => request.body)).to.deep.equal([
      { status: 'disabled', disabled_reason: 'auspex' },
      { status: 'enabled' },
    ]);
  });

  it('asks for hypervisors as they were when they still told the CPU', async () => {
    fake.on('GET', `${NOVA}/os-hypervisors/detail`, () => ({ body: { hypervisors: [] } }));

    await nova.listHypervisors(signal);

    expect(fake.to(`${NOVA}/os-hypervisors/detail`)[0]?.headers['openstack-api-version']).to.equal(
      'compute 2.87',
    );
  });

  it('has no such server', async () => {
    fake.on('GET', `${NOVA}/servers/s1`, () => ({ status: 404 }));

    expect(await nova.getServer('s1', signal)).to.equal(undefined);
  });

  it('asks for servers with the newest of its microversions, and nothing but all tenants', async () => {
    fake.on('GET', `${NOVA}/servers/detail`, () => ({ body: { servers: [] } }));

    const { microversion } = await nova.listServers({}, signal);

    const [request] = fake.to(`${NOVA}/servers/detail`);
    expect(microversion).to.equal('2.96');
    expect(request?.headers['openstack-api-version']).to.equal('compute 2.96');
    expect(request?.query.toString()).to.equal('all_tenants=True');
  });

  it('reads server groups at an offset to the end, though one is deleted meanwhile', async () => {
    const groups = Array.from({ length: 50 }, (_, i) => ({
      id: `g${String(i).padStart(2, '0')}`,
      name: 'g',
      policy: 'affinity',
      members: [],
    }));
    fake.on('GET', `${NOVA}/os-server-groups`, ({ query }) => {
      const offset = Number(query.get('offset'));
      if (offset > 0 && groups.length === 50) groups.splice(0, 1);
      return { body: { server_groups: groups.slice(offset, offset + 20) } };
    });

    const read = await nova.listServerGroups(signal);

    expect(read.map(group => group.id).at(-1)).to.equal('g49');
    expect(read).to.have.length(50);
  });

  it('asks an old Nova for the policies of server groups in its words', async () => {
    fake.on('GET', `${NOVA}/`, () => ({ body: { version: { version: '2.60', min_version: '2.1' } } }));
    fake.on('GET', `${NOVA}/os-server-groups`, () => ({
      body: { server_groups: [{ id: 'g', name: 'g', policies: ['anti-affinity'], members: ['s1'] }] },
    }));

    expect(await nova.listServerGroups(signal)).to.deep.equal([
      { id: 'g', name: 'g', policy: 'anti-affinity', maxServersPerHost: 1, memberIds: ['s1'] },
    ]);
  });
});
