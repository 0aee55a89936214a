import { expect } from 'chai';

import { CollectHarness } from './collect-harness.ts';
import type { FakeCloud } from './fake-cloud.ts';
import type { FakeWorld } from './fake-world.ts';

describe('collect cluster', () => {
  let harness: CollectHarness;
  let fake: FakeCloud;
  let world: FakeWorld;

  beforeEach(async () => {
    harness = await CollectHarness.start();
    fake = harness.cloud;
    ({ world } = harness);
  });

  afterEach(() => harness.stop());

  describe('hosts', () => {
    it('joins what Nova and Placement tell', async () => {
      world.addHost('alpha', { isEnabled: false, isUp: false, zone: 'north' });
      world.aggregates = [
        { id: 9, name: 'z', availability_zone: null, hosts: ['alpha'], metadata: {} },
        { id: 2, name: 'ssd', availability_zone: 'north', hosts: ['alpha'], metadata: { disk: 'ssd' } },
      ];

      const model = await harness.collect();

      expect(model.takenAt).to.equal('2026-05-01T00:00:00.000Z');
      expect(model.hosts).to.deep.equal([
        {
          id: 'provider-alpha',
          name: 'alpha',
          hypervisorHostname: 'alpha.example',
          serviceId: 'service-alpha',
          site: 'RegionOne',
          hypervisor: { type: 'QEMU', version: 8002000, cpuModel: 'Cascadelake' },
          inventories: new Map([
            ['MEMORY_MB', { total: 1000, reserved: 100, allocationRatio: 1.5, used: 200, maxUnit: 1000 }],
          ]),
          traits: new Set(['COMPUTE_NODE', 'HW_CPU_X86_AVX2']),
          enabled: false,
          disabledReason: 'maintenance',
          up: false,
          zone: 'north',
          aggregateIds: [2, 9],
          frozen: undefined,
        },
      ]);
      expect(model.aggregates[1]).to.deep.equal({
        id: 2,
        name: 'ssd',
        zone: 'north',
        hostNames: ['alpha'],
        metadata: { disk: 'ssd' },
      });
      expect(model.warnings).to.deep.equal([]);
    });

    it('asks Placement once for each host, then only for the summary', async () => {
      for (const name of ['alpha', 'beta', 'gamma']) world.addHost(name);

      await harness.collect();
      const first = Object.fromEntries(harness.opened.session.requestCounts);
      world.hosts.forEach(host => (host.memoryUsed = 300));
      const model = await harness.collect();

      expect(first).to.deep.equal({ identity: 1, compute: 7, placement: 4, network: 1, volumev3: 1 });
      expect(Object.fromEntries(harness.opened.session.requestCounts)).to.deep.equal({
        identity: 1,
        compute: 13,
        placement: 5,
        network: 2,
        volumev3: 2,
      });
      expect(model.hosts.map(host => host.inventories.get('MEMORY_MB')?.used)).to.deep.equal([300, 300, 300]);
    });

    it('asks again for the host whose capacity has changed', async () => {
      const alpha = world.addHost('alpha');
      world.addHost('beta');
      await harness.collect();
      alpha.memory = { ...alpha.memory, reserved: 500 };

      const model = await harness.collect();

      expect(model.hostByName.get('alpha')?.inventories.get('MEMORY_MB')?.reserved).to.equal(500);
      expect(fake.to('/placement/resource_providers/provider-alpha/inventories')).to.have.length(2);
      expect(fake.to('/placement/resource_providers/provider-beta/inventories')).to.have.length(1);
    });

    it('asks again after an hour, for what the summary does not show', async () => {
      const alpha = world.addHost('alpha');
      await harness.collect();
      alpha.memory = { ...alpha.memory, max_unit: 500 };

      const before = await harness.collect();
      harness.now += 3600_000;
      const after = await harness.collect();

      expect(before.hosts[0]?.inventories.get('MEMORY_MB')?.maxUnit).to.equal(1000);
      expect(after.hosts[0]?.inventories.get('MEMORY_MB')?.maxUnit).to.equal(500);
    });

    it('asks a full host, which no summary tells of, for its use each time', async () => {
      const alpha = world.addHost('alpha', { isInSummary: false, memoryUsed: 1350 });
      await harness.collect();
      alpha.memoryUsed = 1349;

      const model = await harness.collect();

      expect(model.hosts[0]).to.deep.include({ frozen: undefined, traits: new Set(['COMPUTE_NODE']) });
      expect(model.hosts[0]?.inventories.get('MEMORY_MB')?.used).to.equal(1349);
      expect(harness.opened.session.requestCounts.get('placement')).to.equal(1 + 3 + 1 + 2);
    });

    it('counts what child providers offer as the host’s', async () => {
      world.addHost('alpha', { gpus: 4 });

      const model = await harness.collect();

      expect(model.hosts[0]?.inventories.get('VGPU')).to.deep.equal({
        total: 4,
        reserved: 0,
        allocationRatio: 1,
        used: 1,
        maxUnit: 4,
      });
      expect(model.hosts[0]?.traits.has('CUSTOM_GPU')).to.equal(true);
    });

    it('leaves bare metal out, with what runs on it', async () => {
      world.addHost('alpha');
      world.addHost('metal', { type: 'ironic' });
      world.addServer('s1', 'metal');

      const model = await harness.collect();

      expect(model.hosts.map(host => host.name)).to.deep.equal(['alpha']);
      expect(model.instances).to.deep.equal([]);
      expect(model.warnings).to.deep.equal([
        '1 bare metal nodes (Ironic) are left out: nothing on them can be moved',
      ]);
    });
  });

  describe('instances', () => {
    it('joins what Nova, Neutron and Cinder tell', async () => {
      world.addHost('alpha');
      world.addServer('s1', 'alpha', {
        'OS-EXT-STS:task_state': 'snapshotting',
        pinned_availability_zone: 'nova',
        locked: true,
        tags: ['web'],
        metadata: { tier: 'gold', optimize: 'False' },
        flavor: {
          original_name: 'big',
          vcpus: 4,
          ram: 8192,
          disk: 80,
          ephemeral: 5,
          swap: 1024,
          extra_specs: { 'hw:numa_nodes': '2' },
        },
        image: { id: 'i', properties: { hw_disk_bus: 'scsi', base_image_ref: 'i', os_hash_algo: 'x' } },
        'os-extended-volumes:volumes_attached': [{ id: 'v1' }, { id: 'v2' }],
      });
      world.serverGroups = [
        {
          id: 'g1',
          name: 'apart',
          policy: 'anti-affinity',
          rules: { max_server_per_host: 2 },
          members: ['s1'],
        },
      ];
      world.ports = [
        {
          id: 'p1',
          device_id: 's1',
          device_owner: 'compute:nova',
          network_id: 'n1',
          'binding:vnic_type': 'direct',
        },
        { id: 'p2', device_id: 'r1', device_owner: 'network:router_interface', network_id: 'n1' },
      ];
      world.volumes = [{ id: 'v1', size: 20, multiattach: true, bootable: 'false' }];

      const model = await harness.collect();

      expect(model.instances).to.deep.equal([
        {
          id: 's1',
          name: 'name-s1',
          hostId: 'provider-alpha',
          projectId: 'project-1',
          state: 'active',
          taskState: 'snapshotting',
          flavor: {
            name: 'big',
            vcpus: 4,
            memoryMiB: 8192,
            rootDiskGiB: 80,
            ephemeralDiskGiB: 5,
            swapMiB: 1024,
            extraSpecs: { 'hw:numa_nodes': '2' },
          },
          resources: new Map([
            ['VCPU', 4],
            ['MEMORY_MB', 8192],
            ['DISK_GB', 86],
          ]),
          pinnedZone: 'nova',
          locked: true,
          metadata: { tier: 'gold', optimize: 'False' },
          tags: ['web'],
          imageProperties: { hw_disk_bus: 'scsi' },
          serverGroupIds: ['g1'],
          bootedFromVolume: false,
          volumes: [
            { id: 'v1', sizeGiB: 20, multiattach: true },
            { id: 'v2', sizeGiB: undefined, multiattach: undefined },
          ],
          ports: [{ id: 'p1', networkId: 'n1', vnicType: 'direct' }],
          createdAt: '2026-04-01T00:00:00Z',
          excluded: 'its metadata says optimize=False',
        },
      ]);
      expect(model.serverGroups).to.deep.equal([
        { id: 'g1', name: 'apart', policy: 'anti-affinity', maxServersPerHost: 2, memberIds: ['s1'] },
      ]);
    });

    it('takes image properties from the volume that an instance boots from', async () => {
      world.addHost('alpha');
      world.addServer('s1', 'alpha', {
        image: '',
        'OS-EXT-SRV-ATTR:root_device_name': '/dev/vda',
        'os-extended-volumes:volumes_attached': [{ id: 'data' }, { id: 'root' }],
      });
      world.volumes = [
        {
          id: 'data',
          size: 1,
          attachments: [{ server_id: 's1', device: '/dev/vdb' }],
          volume_image_metadata: { hw_x: 'data' },
        },
        {
          id: 'root',
          size: 1,
          attachments: [{ server_id: 's1', device: '/dev/vda' }],
          volume_image_metadata: { hw_x: 'root' },
        },
      ];

      const [instance] = (await harness.collect()).instances;

      expect(instance).to.deep.include({ bootedFromVolume: true, imageProperties: { hw_x: 'root' } });
      expect(instance?.resources.has('DISK_GB')).to.equal(false);
    });

    it('reads all pages', async () => {
      world.addHost('alpha');
      for (let i = 0; i < 7; i += 1) world.addServer(`s${i}`, 'alpha');
      world.pageSize = 3;

      const model = await harness.collect();

      expect(model.instancesOn('provider-alpha')).to.have.length(7);
    });

    it('has them on no host when they are not placed', async () => {
      world.addHost('alpha');
      world.addServer('s1', null, { 'OS-EXT-STS:vm_state': 'shelved_offloaded' });

      const [instance] = (await harness.collect()).instances;

      expect(instance).to.deep.include({ hostId: undefined, state: 'shelved_offloaded' });
    });
  });
});
