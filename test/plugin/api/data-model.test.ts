import { expect } from 'chai';
import type { ClusterModel } from '../../../cluster/cluster-model.ts';
import { CloudUnreachableError } from '../../../plugin/openstack/errors.ts';
import { cluster, flavor, host, instance, inventory } from '../../cluster/tiny-cluster.ts';
import { newAudit } from '../../db/rows.ts';
import type { ApiUnderTest, Call } from './harness.ts';
import { startApi } from './harness.ts';

type Row = Readonly<Record<string, unknown>>;

const NODE_KEYS = [
  'node_uuid',
  'node_hostname',
  'node_status',
  'node_disabled_reason',
  'node_state',
  'node_memory',
  'node_memory_mb_reserved',
  'node_disk',
  'node_disk_gb_reserved',
  'node_vcpus',
  'node_vcpu_reserved',
  'node_memory_ratio',
  'node_vcpu_ratio',
  'node_disk_ratio',
];
const SERVER_KEYS = [
  'server_uuid',
  'server_watcher_exclude',
  'server_name',
  'server_state',
  'server_memory',
  'server_disk',
  'server_vcpus',
  'server_metadata',
  'server_project_id',
  'server_locked',
];

const CLOUD = cluster({
  hosts: [
    host('empty', { enabled: false, disabledReason: 'repair', up: false, inventories: new Map() }),
    host('busy', {
      inventories: new Map([
        ['VCPU', inventory(32, { reserved: 1, allocationRatio: 4 })],
        ['MEMORY_MB', inventory(131_072, { reserved: 512, allocationRatio: 1.5 })],
        ['DISK_GB', inventory(2000, { reserved: 3 })],
      ]),
    }),
  ],
  instances: [
    instance('vm-2', 'busy', { projectId: 'other' }),
    instance('vm-1', 'busy', {
      flavor: flavor({ ephemeralDiskGiB: 5, swapMiB: 1025, extraSpecs: { 'hw:cpu_policy': 'shared' } }),
      metadata: { tier: 'web' },
      pinnedZone: 'nova',
      locked: true,
    }),
    instance('vm-3', 'busy', { bootedFromVolume: true }),
    instance('nowhere', undefined),
  ],
});

describe('api data_model (K35)', () => {
  let api: ApiUnderTest;
  let cloud: ClusterModel | Error;
  before(async () => {
    const take = async (): Promise<ClusterModel> => {
      await Promise.resolve();
      if (cloud instanceof Error) throw cloud;
      return cloud;
    };
    api = await startApi({ clusterPicture: { take } });
  });
  beforeEach(() => {
    cloud = CLOUD;
  });
  after(() => api.stop());

  const rows = async (path: string, call?: Call): Promise<readonly Row[]> =>
    ((await api.call('GET', path, call)).json as { context: readonly Row[] }).context;

  it('has a row for each instance, and one for a host without any, in the order of their UUIDs', async () => {
    const found = await rows('/v1/data_model');

    expect(found.map(row => [row['node_uuid'], row['server_uuid']])).to.deep.equal([
      ['busy', 'vm-1'],
      ['busy', 'vm-2'],
      ['busy', 'vm-3'],
      ['empty', undefined],
    ]);
  });

  it('tells of an instance and its host', async () => {
    const [first] = await rows('/v1/data_model?data_model_type=compute');

    expect(first).to.deep.equal({
      server_uuid: 'vm-1',
      server_watcher_exclude: false,
      server_name: 'vm-1',
      server_state: 'active',
      server_memory: 4096,
      server_disk: 17,
      server_vcpus: 2,
      server_metadata: { tier: 'web' },
      server_project_id: 'project',
      server_locked: true,
      server_pinned_az: 'nova',
      server_flavor_extra_specs: { 'hw:cpu_policy': 'shared' },
      node_uuid: 'busy',
      node_hostname: 'busy',
      node_status: 'enabled',
      node_disabled_reason: null,
      node_state: 'up',
      node_memory: 131_072,
      node_memory_mb_reserved: 512,
      node_disk: 2000,
      node_disk_gb_reserved: 3,
      node_vcpus: 32,
      node_vcpu_reserved: 1,
      node_memory_ratio: 1.5,
      node_vcpu_ratio: 4,
      node_disk_ratio: 1,
    });
  });

  it('counts no root disk of an instance that boots from a volume, and no zone that it is not pinned to', async () => {
    const third = (await rows('/v1/data_model'))[2];

    expect(third).to.include({ server_disk: 0, server_pinned_az: '' });
  });

  it('tells of a host that is out of order, and knows nothing that Placement does not tell', async () => {
    const last = (await rows('/v1/data_model')).at(-1);

    expect(last).to.have.all.keys(...NODE_KEYS);
    expect(last).to.include({
      node_status: 'disabled',
      node_disabled_reason: 'repair',
      node_state: 'down',
      node_memory: null,
    });
  });

  for (const version of ['1.3', '1.4', '1.5']) {
    it(`has at ${version} the keys of 1.3`, async () => {
      const [first] = await rows('/v1/data_model', { version });

      expect(first).to.have.all.keys(...NODE_KEYS, ...SERVER_KEYS);
    });
  }

  for (const version of ['1.6', '1.7']) {
    it(`has at ${version} the keys of 1.6`, async () => {
      const [first] = await rows('/v1/data_model', { version });

      expect(first).to.have.all.keys(
        ...NODE_KEYS,
        ...SERVER_KEYS,
        'server_pinned_az',
        'server_flavor_extra_specs',
      );
    });
  }

  it("is kept to an audit's scope", async () => {
    const scope = [
      { compute: [{ exclude: [{ compute_nodes: [{ name: 'empty' }] }, { projects: [{ uuid: 'other' }] }] }] },
    ];
    const { uuid } = await api.repositories.audits.create(newAudit({ scope }));

    const found = await rows(`/v1/data_model?audit_uuid=${uuid.toUpperCase()}`);

    expect(found.map(row => [row['server_uuid'], row['server_watcher_exclude']])).to.deep.equal([
      ['vm-1', false],
      ['vm-2', true],
      ['vm-3', false],
    ]);
  });

  const missing = '00000000-0000-4000-8000-000000000000';
  for (const [query, status, faultstring] of [
    ['?data_model_type=storage', 404, 'The storage data model could not be found'],
    ['?data_model_type=COMPUTE', 404, 'The COMPUTE data model could not be found'],
    ['?data_model_type=', 404, 'The  data model could not be found'],
    [`?audit_uuid=${missing}`, 404, `Audit ${missing} could not be found`],
    [
      '?audit_uuid=nope',
      400,
      "Invalid input for field/attribute audit_uuid. Value: 'nope'. unable to convert to uuid. Error: Expected a uuid but received nope",
    ],
    ['?limit=1', 400, 'Unknown argument: "limit"'],
  ] as const) {
    it(`answers ${status} to ${query}`, async () => {
      const answer = await api.call('GET', `/v1/data_model${query}`);

      expect(answer.status).to.equal(status);
      expect(answer.faultstring).to.equal(faultstring);
    });
  }

  for (const version of ['1.0', '1.2']) {
    it(`is not acceptable at ${version} (K4)`, async () => {
      const answer = await api.call('GET', '/v1/data_model', { version });

      expect(answer.status).to.equal(406);
      expect(answer.faultstring).to.equal('Request not acceptable.');
    });
  }

  it('says why when the cloud does not answer', async () => {
    cloud = new CloudUnreachableError('Nova does not answer');

    const answer = await api.call('GET', '/v1/data_model');

    expect(answer.status).to.equal(503);
    expect(answer.faultstring).to.equal('The cloud cannot be looked at now: Nova does not answer');
  });
});
