import { expect } from 'chai';
import type { ClusterContents } from '../../cluster/cluster-model.ts';
import type { Host } from '../../cluster/host.ts';
import type { Instance } from '../../cluster/instance.ts';
import { describeObstacle } from '../../cluster/obstacle.ts';
import { WhatIf } from '../../cluster/what-if.ts';
import { cluster, flavor, host, instance, inventory, profile } from './tiny-cluster.ts';

interface Case {
  readonly what: string;
  readonly of?: Partial<Instance>;
  readonly source?: Partial<Host>;
  readonly target?: Partial<Host>;
  readonly others?: Partial<ClusterContents>;
  /** Empty = may move. */
  readonly obstacles: readonly string[];
}

const specs = (extraSpecs: Record<string, string>): Partial<Instance> => ({ flavor: flavor({ extraSpecs }) });
const aggregate = (metadata: Record<string, string>): Partial<ClusterContents> => ({
  aggregates: [{ id: 1, name: 'a', zone: undefined, hostNames: ['b'], metadata }],
});
const inAggregate = { aggregateIds: [1] };

const CASES: readonly Case[] = [
  { what: 'nothing stands in the way', obstacles: [] },
  { what: 'the target is disabled', target: { enabled: false }, obstacles: ['host_disabled'] },
  { what: 'the target is down', target: { up: false }, obstacles: ['host_down'] },
  { what: 'the target is frozen', target: { frozen: 'its cell is down' }, obstacles: ['host_frozen'] },
  { what: 'the source is frozen', source: { frozen: 'its cell is down' }, obstacles: ['host_frozen'] },
  { what: 'the source is down', source: { up: false }, obstacles: ['host_down'] },
  { what: 'it is pinned to another zone', of: { pinnedZone: 'az1' }, obstacles: ['zone'] },
  { what: 'it is pinned to the target zone', of: { pinnedZone: 'nova' }, obstacles: [] },
  { what: 'it is locked', of: { locked: true }, obstacles: ['locked'] },
  { what: 'it is stopped', of: { state: 'stopped' }, obstacles: ['state'] },
  { what: 'it is paused', of: { state: 'paused' }, obstacles: [] },
  { what: 'Nova is busy with it', of: { taskState: 'migrating' }, obstacles: ['task'] },
  { what: 'it is excluded', of: { excluded: 'by scope' }, obstacles: ['excluded'] },
  {
    what: 'VCPUs are lacking in spite of the ratio',
    target: {
      inventories: new Map([
        ['VCPU', inventory(10, { allocationRatio: 2, used: 19 })],
        ['MEMORY_MB', inventory(9999)],
        ['DISK_GB', inventory(99)],
      ]),
    },
    obstacles: ['capacity'],
  },
  {
    what: 'the reserve takes the memory',
    target: {
      inventories: new Map([
        ['VCPU', inventory(10)],
        ['MEMORY_MB', inventory(8192, { reserved: 4097 })],
        ['DISK_GB', inventory(99)],
      ]),
    },
    obstacles: ['capacity'],
  },
  {
    what: 'the ratio makes room',
    target: {
      inventories: new Map([
        ['VCPU', inventory(10, { allocationRatio: 2, used: 18 })],
        ['MEMORY_MB', inventory(9999)],
        ['DISK_GB', inventory(99)],
      ]),
    },
    obstacles: [],
  },
  {
    what: 'one instance may not have so many VCPUs',
    target: {
      inventories: new Map([
        ['VCPU', inventory(10, { maxUnit: 1 })],
        ['MEMORY_MB', inventory(9999)],
        ['DISK_GB', inventory(99)],
      ]),
    },
    obstacles: ['unit_limit'],
  },
  {
    what: 'the disk is of a sharing provider',
    target: {
      inventories: new Map([
        ['VCPU', inventory(10)],
        ['MEMORY_MB', inventory(9999)],
      ]),
    },
    obstacles: [],
  },
  {
    what: 'a custom resource is missing',
    of: { resources: new Map([['CUSTOM_X', 1]]) },
    obstacles: ['capacity'],
  },
  {
    what: 'a required trait is missing',
    of: specs({ 'trait:HW_X': 'required' }),
    obstacles: ['trait_missing'],
  },
  {
    what: 'a required trait is there',
    of: specs({ 'trait:HW_X': 'required' }),
    target: { traits: new Set(['HW_X']) },
    obstacles: [],
  },
  {
    what: 'the image requires a trait',
    of: { imageProperties: { 'trait:HW_X': 'required' } },
    obstacles: ['trait_missing'],
  },
  {
    what: 'a forbidden trait is there',
    of: specs({ 'trait:HW_X': 'forbidden' }),
    target: { traits: new Set(['HW_X']) },
    obstacles: ['trait_forbidden'],
  },
  { what: 'no aggregate has the extra spec', of: specs({ ssd: 'true' }), obstacles: ['aggregate_metadata'] },
  {
    what: 'an aggregate has the extra spec',
    of: specs({ 'aggregate_instance_extra_specs:ssd': '<or> yes <or> true' }),
    target: inAggregate,
    others: aggregate({ ssd: 'true' }),
    obstacles: [],
  },
  {
    what: 'the aggregate is for others',
    target: inAggregate,
    others: aggregate({ filter_tenant_id: 'p1,p2' }),
    obstacles: ['aggregate_metadata'],
  },
  {
    what: 'the aggregate is for its project',
    target: inAggregate,
    others: aggregate({ filter_tenant_id2: 'p1, project' }),
    obstacles: [],
  },
  {
    what: 'the aggregate wants another image property',
    of: { imageProperties: { os_distro: 'debian' } },
    target: inAggregate,
    others: aggregate({ os_distro: 'windows' }),
    obstacles: ['aggregate_metadata'],
  },
  {
    what: 'the aggregate is kept for a trait',
    target: inAggregate,
    others: aggregate({ 'trait:CUSTOM_LICENCE': 'required' }),
    obstacles: ['aggregate_metadata'],
  },
  {
    what: 'the hypervisor is of another type',
    target: { hypervisor: { type: 'VMware', version: 1, cpuModel: undefined } },
    obstacles: ['hypervisor_type'],
  },
  {
    what: 'the target is older',
    target: { hypervisor: { type: 'QEMU', version: 6_000_000, cpuModel: 'Cascadelake-Server' } },
    obstacles: ['hypervisor_version'],
  },
  {
    what: 'the CPU differs and tells no features',
    target: { hypervisor: { type: 'QEMU', version: 7_002_000, cpuModel: 'Haswell' } },
    obstacles: ['cpu_model'],
  },
  {
    what: 'the CPU differs and has all features',
    source: { traits: new Set(['HW_CPU_X86_AVX']) },
    target: {
      hypervisor: { type: 'QEMU', version: 7_002_000, cpuModel: 'Icelake' },
      traits: new Set(['HW_CPU_X86_AVX', 'HW_CPU_X86_AVX512']),
    },
    obstacles: [],
  },
  {
    what: 'it asks for huge pages',
    of: specs({ 'hw:mem_page_size': 'large' }),
    obstacles: ['unsafe_live_migration'],
  },
  { what: 'it asks for small pages', of: specs({ 'hw:mem_page_size': 'small' }), obstacles: [] },
  { what: 'it asks for NUMA', of: specs({ 'hw:numa_nodes': '2' }), obstacles: ['unsafe_live_migration'] },
  {
    what: 'its image asks for NUMA',
    of: { imageProperties: { hw_numa_nodes: '2' } },
    obstacles: ['unsafe_live_migration'],
  },
  {
    what: 'it has a PCI device',
    of: specs({ 'pci_passthrough:alias': 'nic:1' }),
    obstacles: ['unsafe_live_migration'],
  },
  {
    what: 'it is encrypted',
    of: specs({ 'hw:mem_encryption': 'True' }),
    obstacles: ['unsafe_live_migration'],
  },
  {
    what: 'it has an SR-IOV port',
    of: { ports: [{ id: 'p', networkId: 'n', vnicType: 'direct' }] },
    obstacles: ['unsafe_live_migration'],
  },
  {
    what: 'it has an ordinary port',
    of: { ports: [{ id: 'p', networkId: 'n', vnicType: 'normal' }] },
    obstacles: [],
  },
  {
    what: 'its partner stays behind',
    of: { serverGroupIds: ['g'] },
    others: {
      serverGroups: [
        { id: 'g', name: 'g', policy: 'affinity', maxServersPerHost: 1, memberIds: ['vm', 'mate'] },
      ],
    },
    obstacles: ['affinity'],
  },
  {
    what: 'its group is split already, and the target has no member',
    of: { serverGroupIds: ['h'] },
    others: {
      hosts: [host('a'), host('b'), host('c')],
      instances: [
        instance('vm', 'a', { serverGroupIds: ['h'] }),
        instance('far', 'c', { serverGroupIds: ['h'] }),
      ],
      serverGroups: [
        { id: 'h', name: 'h', policy: 'affinity', maxServersPerHost: 1, memberIds: ['vm', 'far'] },
      ],
    },
    obstacles: ['affinity'],
  },
  {
    what: 'all others of its group are there',
    of: { serverGroupIds: ['h'] },
    others: {
      instances: [
        instance('vm', 'a', { serverGroupIds: ['h'] }),
        instance('near', 'b', { serverGroupIds: ['h'] }),
      ],
      serverGroups: [
        { id: 'h', name: 'h', policy: 'affinity', maxServersPerHost: 1, memberIds: ['vm', 'near'] },
      ],
    },
    obstacles: [],
  },
  {
    what: 'an unlike member is there',
    of: { serverGroupIds: ['g'] },
    others: {
      serverGroups: [
        { id: 'g', name: 'g', policy: 'anti-affinity', maxServersPerHost: 1, memberIds: ['vm', 'rival'] },
      ],
    },
    obstacles: ['anti_affinity'],
  },
  {
    what: 'two unlike members are allowed',
    of: { serverGroupIds: ['g'] },
    others: {
      serverGroups: [
        { id: 'g', name: 'g', policy: 'anti-affinity', maxServersPerHost: 2, memberIds: ['vm', 'rival'] },
      ],
    },
    obstacles: [],
  },
  {
    what: 'the policy is soft',
    of: { serverGroupIds: ['g'] },
    others: {
      serverGroups: [
        {
          id: 'g',
          name: 'g',
          policy: 'soft-anti-affinity',
          maxServersPerHost: 1,
          memberIds: ['vm', 'rival'],
        },
      ],
    },
    obstacles: [],
  },
];

describe('feasibility of moving an instance from a to b', () => {
  for (const { what, of, source, target, others, obstacles } of CASES) {
    it(`${obstacles.length === 0 ? 'is given' : `is refused (${obstacles.join(', ')})`} when ${what}`, () => {
      const model = cluster({
        hosts: [host('a', source), host('b', target)],
        instances: [
          instance('vm', 'a', of),
          instance('mate', 'a', { serverGroupIds: ['g'] }),
          instance('rival', 'b', { serverGroupIds: ['g'] }),
        ],
        ...others,
      });

      const found = new WhatIf(model, profile(1, {})).obstacles('vm', 'b');

      expect(found.map(obstacle => obstacle.type)).to.deep.equal(obstacles);
      for (const obstacle of found)
        expect(describeObstacle(obstacle)).to.match(/\w{2}/).and.not.include('undefined');
    });
  }

  it('is refused while it is in flight, and counts it on both hosts', () => {
    const model = cluster({
      hosts: [host('a'), host('b'), host('c')],
      instances: [
        instance('vm', 'a', { serverGroupIds: ['g'] }),
        instance('mate', 'c', { serverGroupIds: ['g'] }),
      ],
      serverGroups: [
        { id: 'g', name: 'g', policy: 'anti-affinity', maxServersPerHost: 1, memberIds: ['vm', 'mate'] },
      ],
      migrations: [
        {
          instanceId: 'vm',
          sourceHostName: 'a',
          targetHostName: 'b',
          type: 'live-migration',
          status: 'running',
        },
      ],
    });
    const whatIf = new WhatIf(model, profile(2, { vm: { cpu: { mean: [2] } } }));

    expect(whatIf.immovable('vm').map(({ type }) => type)).to.deep.equal(['migration_in_flight']);
    expect(whatIf.obstacles('mate', 'b').map(({ type }) => type)).to.deep.equal(['anti_affinity']);
    expect([0, 1].map(step => whatIf.loads.mean(0, 0, step))).to.deep.equal([2, 0]);
    expect([0, 1].map(step => whatIf.loads.mean(1, 0, step))).to.deep.equal([2, 2]);
  });

  it('takes what has been planned into account', () => {
    const model = cluster({
      hosts: [host('a'), host('b'), host('c')],
      instances: [
        instance('one', 'a', { serverGroupIds: ['g'] }),
        instance('two', 'b', { serverGroupIds: ['g'] }),
      ],
      serverGroups: [
        { id: 'g', name: 'g', policy: 'anti-affinity', maxServersPerHost: 1, memberIds: ['one', 'two'] },
      ],
    });
    const whatIf = new WhatIf(model, profile(1, {}));

    whatIf.migrate('one', 'c');

    expect(whatIf.obstacle('two', 'c')?.type).to.equal('anti_affinity');
    expect(whatIf.obstacle('two', 'a')).to.equal(undefined);
  });
});
