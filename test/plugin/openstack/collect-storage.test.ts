import { expect } from 'chai';
import { collectStorage } from '../../../plugin/openstack/collect-storage.ts';
import { CollectHarness } from './collect-harness.ts';
import { failureOf } from './harness.ts';

const BACKEND = {
  binary: 'cinder-volume',
  host: 'h1@ssd',
  zone: 'nova',
  status: 'enabled',
  state: 'up',
  updated_at: '2026-04-30T23:59:00.000000',
};
const VOLUME = {
  id: 'v1',
  name: 'data',
  size: 3,
  status: 'in-use',
  'os-vol-tenant-attr:tenant_id': 'project-1',
  'os-vol-host-attr:host': 'h1@ssd#fast',
  volume_type: 'gold',
  attachments: [{ id: 'v1', server_id: 's1', device: '/dev/vdb' }],
  multiattach: false,
  bootable: 'false',
  snapshot_id: null,
  metadata: { tier: 'a' },
  created_at: '2026-04-01T00:00:00.000000',
};

describe('collect storage (B103)', () => {
  let harness: CollectHarness;

  beforeEach(async () => {
    harness = await CollectHarness.start();
    harness.world.backends = [BACKEND, { ...BACKEND, host: 'h2@hdd', status: 'disabled', state: 'down' }];
    harness.world.pools = [
      {
        name: 'h1@ssd#fast',
        capabilities: {
          volume_backend_name: 'ssd-backend',
          total_capacity_gb: 100.5,
          free_capacity_gb: 60,
          provisioned_capacity_gb: 40,
          allocated_capacity_gb: 30,
          max_over_subscription_ratio: '20.0',
        },
      },
      {
        name: 'h2@hdd#p',
        capabilities: { total_capacity_gb: 'infinite', free_capacity_gb: 'unknown' },
      },
    ];
    harness.world.volumeTypes = [
      { id: 't1', name: 'gold', is_public: false, extra_specs: { volume_backend_name: 'ssd-backend' } },
      { id: 't2', name: 'any', is_public: true, extra_specs: {} },
      { id: 't3', name: 'other', is_public: true, extra_specs: { volume_backend_name: 'tape' } },
    ];
    harness.world.volumes = [VOLUME];
  });

  afterEach(() => harness.stop());

  const collect = () => collectStorage(harness.opened, harness.signal);

  it('tells the backends with the types that may be on them', async () => {
    const model = await collect();

    expect(model!.backends).to.deep.equal([
      { name: 'h1@ssd', zone: 'nova', enabled: true, up: true, volumeTypes: ['any', 'gold'] },
      { name: 'h2@hdd', zone: 'nova', enabled: false, up: false, volumeTypes: ['any'] },
    ]);
  });

  it('tells the pools in numbers, where the driver gives any', async () => {
    const model = await collect();

    expect(model!.pools).to.deep.equal([
      {
        name: 'h1@ssd#fast',
        backendName: 'h1@ssd',
        totalGiB: 100.5,
        freeGiB: 60,
        provisionedGiB: 40,
        allocatedGiB: 30,
        maximumOverSubscription: 20,
      },
      {
        name: 'h2@hdd#p',
        backendName: 'h2@hdd',
        totalGiB: undefined,
        freeGiB: undefined,
        provisionedGiB: undefined,
        allocatedGiB: undefined,
        maximumOverSubscription: undefined,
      },
    ]);
  });

  it('tells the volumes and where they are', async () => {
    harness.world.volumes = [
      VOLUME,
      { ...VOLUME, id: 'v2', 'os-vol-host-attr:host': null, attachments: [], volume_type: null },
      { ...VOLUME, id: 'v3', 'os-vol-host-attr:host': 'gone@x#y' },
    ];

    const model = await collect();

    expect(model!.volumesOn('h1@ssd#fast')).to.deep.equal([
      {
        id: 'v1',
        name: 'data',
        sizeGiB: 3,
        status: 'in-use',
        projectId: 'project-1',
        volumeType: 'gold',
        poolName: 'h1@ssd#fast',
        instanceIds: ['s1'],
        multiattach: false,
        bootable: false,
        snapshotId: undefined,
        metadata: { tier: 'a' },
        createdAt: '2026-04-01T00:00:00.000000',
        excluded: undefined,
      },
    ]);
    expect(model!.volumes.map(({ id, poolName }) => [id, poolName])).to.deep.equal([
      ['v1', 'h1@ssd#fast'],
      ['v2', undefined],
      ['v3', undefined],
    ]);
  });

  it('is undefined where the catalogue has no Cinder', async () => {
    harness.cloud.endpoints.delete('volumev3');

    expect(await collect()).to.equal(undefined);
  });

  it('fails with a sentence when Cinder does not tell what is asked', async () => {
    harness.world.pools = [{ name: 5 }];

    expect((await failureOf(collect())).message).to.match(/^Cinder's list of pools is not understood: /);
  });
});
