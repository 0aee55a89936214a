import { expect } from 'chai';
import fc from 'fast-check';
import type { ClusterModel } from '../../../cluster/cluster-model.ts';
import { applyScope } from '../../../cluster/scope/apply-scope.ts';
import { parseScope } from '../../../cluster/scope/parse-scope.ts';
import { WhatIf } from '../../../cluster/what-if.ts';
import { cluster, host, instance, profile } from '../tiny-cluster.ts';

/** a1 and a2 in the aggregate `fast` (1), a2 and b1 in `gpu` (2), zones a and b; b2 in no aggregate. */
const model = cluster({
  hosts: [
    host('a1', { zone: 'a', aggregateIds: [1] }),
    host('a2', { zone: 'a', aggregateIds: [1, 2] }),
    host('b1', { zone: 'b', aggregateIds: [2] }),
    host('b2', { zone: 'b', hypervisorHostname: 'b2.example.org' }),
  ],
  instances: [
    instance('i-a1', 'a1', { projectId: 'red', metadata: { tier: 'Gold', size: '3' } }),
    instance('i-a2', 'a2', { projectId: 'blue', metadata: { tier: 'gold' } }),
    instance('i-b1', 'b1', { projectId: 'red' }),
    instance('i-b2', 'b2', { projectId: 'blue' }),
    instance('homeless', undefined),
  ],
  aggregates: [
    { id: 1, name: 'fast', zone: undefined, hostNames: ['a1', 'a2'], metadata: {} },
    { id: 2, name: 'gpu', zone: undefined, hostNames: ['a2', 'b1'], metadata: {} },
  ],
});

describe('keeping a cluster to a scope', () => {
  for (const [what, rules, hosts] of [
    ['no rules', [], ['a1', 'a2', 'b1', 'b2']],
    ['an aggregate by id (B61)', [{ host_aggregates: [{ id: 1 }] }], ['a1', 'a2']],
    ['an aggregate by name', [{ host_aggregates: [{ name: 'gpu' }] }], ['a2', 'b1']],
    ['all aggregates: hosts in none are out', [{ host_aggregates: [{ id: '*' }] }], ['a1', 'a2', 'b1']],
    ['a zone', [{ availability_zones: [{ name: 'b' }] }], ['b1', 'b2']],
    ['all zones', [{ availability_zones: [{ name: '*' }] }], ['a1', 'a2', 'b1', 'b2']],
    [
      'the union of an aggregate and a zone (B61)',
      [{ host_aggregates: [{ id: 1 }] }, { availability_zones: [{ name: 'b' }] }],
      ['a1', 'a2', 'b1', 'b2'],
    ],
    [
      'a zone less a host (B62)',
      [{ availability_zones: [{ name: 'a' }] }, { exclude: [{ compute_nodes: [{ name: 'a2' }] }] }],
      ['a1'],
    ],
    [
      'all less a host by the name of its hypervisor',
      [{ exclude: [{ compute_nodes: [{ name: 'b2.example.org' }] }] }],
      ['a1', 'a2', 'b1'],
    ],
    ['all less an aggregate (B62)', [{ exclude: [{ host_aggregates: [{ name: 'gpu' }] }] }], ['a1', 'b2']],
    ['an unknown aggregate', [{ host_aggregates: [{ id: 7 }] }], []],
    ['an unknown zone', [{ availability_zones: [{ name: 'c' }] }], []],
    [
      'an unknown zone and a known one',
      [{ availability_zones: [{ name: 'c' }, { name: 'b' }] }],
      ['b1', 'b2'],
    ],
    ['aggregates that are none', [{ host_aggregates: [] }], []],
  ] as const) {
    it(`leaves ${hosts.join(', ') || 'nothing'} of ${what}, with their instances`, () => {
      const { model: scoped } = scope(rules);

      expect(scoped.hosts.map(({ id }) => id)).to.deep.equal(hosts);
      expect(scoped.instances.map(({ id }) => id)).to.deep.equal(['homeless', ...hosts.map(id => `i-${id}`)]);
    });
  }

  for (const [what, exclusion, excluded] of [
    ['instances', { instances: [{ uuid: 'I-A1' }] }, ['i-a1']],
    ['projects', { projects: [{ uuid: 'red' }] }, ['i-a1', 'i-b1']],
    ['metadata, whatever its case', { instance_metadata: [{ tier: 'GOLD' }] }, ['i-a1', 'i-a2']],
    ['metadata with all its pairs', { instance_metadata: [{ tier: 'gold', size: 3 }] }, ['i-a1']],
    [
      'metadata of any of several',
      { instance_metadata: [{ size: 3 }, { tier: 'gold' }, { none: 1 }] },
      ['i-a1', 'i-a2'],
    ],
  ] as const) {
    it(`keeps excluded ${what} where they are, counted but never to be moved (B62)`, () => {
      const { model: scoped } = scope([{ exclude: [exclusion] }]);

      expect(scoped.hosts).to.deep.equal(model.hosts);
      expect(scoped.instances.length).to.equal(model.instances.length);
      const marked = scoped.instances.filter(one => one.excluded !== undefined);
      expect(marked.map(({ id }) => id)).to.deep.equal(excluded);
      for (const { excluded: why } of marked) expect(why).to.match(/^the audit's scope excludes /);
    });
  }

  it('leaves the reason that an instance has already', () => {
    const own = cluster({
      ...model,
      instances: [instance('i', 'a1', { projectId: 'red', excluded: 'its metadata says optimize=false' })],
    });

    const { model: scoped } = applyScope(
      own,
      parseScope([{ compute: [{ exclude: [{ projects: [{ uuid: 'red' }] }] }] }]),
    );

    expect(scoped.instances[0]!.excluded).to.equal('its metadata says optimize=false');
  });

  it('changes nothing of the model it is given', () => {
    const before = structuredClone({ hosts: model.hosts, instances: model.instances });

    scope([{ host_aggregates: [{ id: 1 }] }, { exclude: [{ projects: [{ uuid: 'red' }] }] }]);

    expect({ hosts: model.hosts, instances: model.instances }).to.deep.equal(before);
  });

  it('drops the host of a bare metal node that is excluded (B64)', () => {
    const { model: scoped } = applyScope(
      model,
      parseScope([{ baremetal: [{ exclude: [{ ironic_nodes: [{ uuid: 'B1' }, { uuid: 'x' }] }] }] }]),
    );

    expect(scoped.hosts.map(({ id }) => id)).to.deep.equal(['a1', 'a2', 'b2']);
  });

  for (const [what, rules, sentences] of [
    [
      'aggregates that do not exist, and that nothing is left',
      [{ host_aggregates: [{ id: 7 }, { name: 'slow' }] }],
      [
        'The scope names what the cloud does not have: the aggregate 7, slow.',
        'The scope leaves none of the 4 hosts.',
      ],
    ],
    [
      'a zone in which there is no host',
      [{ availability_zones: [{ name: 'a' }, { name: 'internal' }] }],
      ['The scope names what the cloud does not have: the availability zone with hosts internal.'],
    ],
    [
      'hosts and instances that do not exist, which is no reason to fail (B62)',
      [{ exclude: [{ compute_nodes: [{ name: 'z' }] }, { instances: [{ uuid: 'q' }] }] }],
      [
        'The scope names what the cloud does not have: the host z.',
        'The scope names what the cloud does not have: the instance q.',
      ],
    ],
    ['nothing when all is known', [{ availability_zones: [{ name: 'a' }] }], []],
  ] as const) {
    it(`tells ${what}`, () => {
      expect(scope(rules).explanation).to.deep.equal(sentences);
    });
  }

  it('is what a naive reading of the rules gives, for any cluster and any scope', () => {
    fc.assert(
      fc.property(clouds, rulesOf, (cloud, rules) => {
        const { model: scoped } = applyScope(cloud, parseScope([{ compute: rules }]));

        const naive = naively(cloud, rules);
        expect(scoped.hosts.map(({ id }) => id)).to.deep.equal(naive.hosts);
        expect(
          scoped.instances.map(({ id, excluded }) => [id, excluded !== undefined] as const),
        ).to.deep.equal(naive.instances);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what counts inside of a scope although it is outside', () => {
  const apart = { id: 'g', name: 'apart', maxServersPerHost: 1, memberIds: ['in', 'out'] } as const;
  const migration = { type: 'live-migration', status: 'running' } as const;
  const loads = { in: { cpu: { mean: [2] } }, out: { cpu: { mean: [3] } } };
  const onlyA = parseScope([{ compute: [{ availability_zones: [{ name: 'a' }] }] }]);

  it('is the load of an instance that is migrating into it', () => {
    const { model: scoped } = applyScope(
      cloudWith({
        migrations: [{ ...migration, instanceId: 'out', sourceHostName: 'b', targetHostName: 'a1' }],
      }),
      onlyA,
    );
    const whatIf = new WhatIf(scoped, profile(2, loads));

    expect(scoped.instances.map(({ id }) => id)).to.deep.equal(['in']);
    expect(whatIf.loads.mean(whatIf.indexOf('a1'), 0, 1)).to.equal(5);
  });

  it('is the departure of an instance that is migrating out of it', () => {
    const { model: scoped } = applyScope(
      cloudWith({
        migrations: [{ ...migration, instanceId: 'in', sourceHostName: 'a1', targetHostName: 'b' }],
      }),
      onlyA,
    );
    const whatIf = new WhatIf(scoped, profile(2, loads));

    const row = whatIf.indexOf('a1');
    expect([whatIf.loads.mean(row, 0, 0), whatIf.loads.mean(row, 0, 1)]).to.deep.equal([2, 0]);
  });

  it('is a member of a server group that keeps its members together', () => {
    const together = cloudWith({ serverGroups: [{ ...apart, policy: 'affinity' }] });
    const whatIf = new WhatIf(applyScope(together, onlyA).model, profile(1, {}));

    expect(whatIf.obstacles('in', 'a2').map(({ type }) => type)).to.deep.equal(['affinity']);
  });

  it('is nothing of what has no part in it', () => {
    expect(applyScope(cloudWith({}), onlyA).model.outside).to.deep.equal([]);
  });

  function cloudWith(contents: Partial<Parameters<typeof cluster>[0]>): ClusterModel {
    const inGroup = contents.serverGroups === undefined ? {} : { serverGroupIds: ['g'] };
    return cluster({
      hosts: [host('a1', { zone: 'a' }), host('a2', { zone: 'a' }), host('b', { zone: 'b' })],
      instances: [instance('in', 'a1', inGroup), instance('out', 'b', inGroup)],
      ...contents,
    });
  }
});

function scope(rules: unknown): ReturnType<typeof applyScope> {
  return applyScope(model, parseScope([{ compute: rules }]));
}

const NAMES = ['h0', 'h1', 'h2', 'h3'];
const clouds: fc.Arbitrary<ClusterModel> = fc
  .record({
    zones: fc.array(fc.constantFrom('x', 'y'), { minLength: 4, maxLength: 4 }),
    members: fc.array(fc.subarray([0, 1, 2]), { minLength: 4, maxLength: 4 }),
    drafts: fc.array(
      fc.record({
        on: fc.option(fc.constantFrom(...NAMES), { nil: undefined }),
        project: fc.constantFrom('p', 'q'),
        metadata: fc.dictionary(fc.constantFrom('k', 'l'), fc.constantFrom('Yes', 'no'), { maxKeys: 2 }),
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ zones, members, drafts }) =>
    cluster({
      hosts: NAMES.map((name, n) => host(name, { zone: zones[n]!, aggregateIds: members[n]! })),
      instances: drafts.map(({ on, project, metadata }, n) =>
        instance(`i${n}`, on, { projectId: project, metadata }),
      ),
      aggregates: [0, 1, 2].map(id => ({
        id,
        name: `agg${id}`,
        zone: undefined,
        hostNames: NAMES.filter((_, n) => members[n]!.includes(id)),
        metadata: {},
      })),
    }),
  );

interface Rule {
  readonly host_aggregates?: readonly { readonly id?: number | '*'; readonly name?: string }[];
  readonly availability_zones?: readonly { readonly name: string }[];
  readonly exclude?: readonly Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>[];
}

const aggregates = fc.oneof(
  fc.constant([{ id: '*' as const }]),
  fc.array(
    fc.oneof(
      fc.record({ id: fc.integer({ min: 0, max: 4 }) }),
      fc.record({ name: fc.constantFrom('agg0', 'agg1', 'no') }),
    ),
    { maxLength: 2 },
  ),
);
const zoneNames = fc.oneof(
  fc.constant([{ name: '*' }]),
  fc.array(fc.record({ name: fc.constantFrom('x', 'y', 'z') }), { maxLength: 2 }),
);
const exclusions = fc.array(
  fc.oneof(
    fc.record({ instances: fc.array(fc.record({ uuid: fc.constantFrom('i0', 'i1', 'gone') })) }),
    fc.record({ compute_nodes: fc.array(fc.record({ name: fc.constantFrom('h0', 'h3', 'gone') })) }),
    fc.record({ projects: fc.array(fc.record({ uuid: fc.constantFrom('p', 'r') })) }),
    fc.record({
      instance_metadata: fc.array(
        fc.dictionary(fc.constantFrom('k', 'l'), fc.constantFrom('yes', 'NO'), { minKeys: 1 }),
        { maxLength: 2 },
      ),
    }),
  ),
  { maxLength: 3 },
);
const including = fc.array(
  fc.oneof(
    fc.record({ host_aggregates: aggregates }),
    fc.record({ availability_zones: zoneNames }),
    fc.record({ exclude: exclusions }),
  ),
  { maxLength: 4 },
);
const excluding = fc.tuple(
  fc.record({ availability_zones: zoneNames }),
  fc.record({ exclude: fc.tuple(fc.record({ host_aggregates: aggregates })) }),
);
const rulesOf: fc.Arbitrary<readonly Rule[]> = fc.oneof(including, excluding);

/** The rules one by one, as their description reads. */
function naively(
  cloud: ClusterModel,
  rules: readonly Rule[],
): { hosts: readonly string[]; instances: readonly (readonly [string, boolean])[] } {
  const isMember = (name: string, items: NonNullable<Rule['host_aggregates']>): boolean =>
    items.some(({ id, name: called }) =>
      cloud.aggregates.some(
        one =>
          one.hostNames.includes(name) &&
          (id === '*' || called === '*' || one.id === id || one.name === called),
      ),
    );
  let allowed: string[] | undefined;
  let hosts = cloud.hosts.map(({ id }) => id);
  const out: string[] = [];
  const excluded = new Set<string>();
  for (const rule of rules) {
    if (rule.host_aggregates !== undefined) {
      allowed = [...(allowed ?? []), ...hosts.filter(name => isMember(name, rule.host_aggregates!))];
    }
    if (rule.availability_zones !== undefined) {
      const wanted = rule.availability_zones.map(({ name }) => name);
      const inZone = cloud.hosts.filter(({ zone }) => wanted.includes('*') || wanted.includes(zone));
      allowed = [...(allowed ?? []), ...inZone.map(({ id }) => id)];
    }
    for (const item of rule.exclude ?? []) {
      for (const { name } of item['compute_nodes'] ?? []) out.push(String(name));
      out.push(...hosts.filter(name => isMember(name, item['host_aggregates'] ?? [])));
      for (const one of cloud.instances) {
        const isOut =
          (item['instances'] ?? []).some(({ uuid }) => uuid === one.id) ||
          (item['projects'] ?? []).some(({ uuid }) => uuid === one.projectId) ||
          (item['instance_metadata'] ?? []).some(pairs =>
            Object.keys(pairs).every(
              key => one.metadata[key]?.toLowerCase() === String(pairs[key]).toLowerCase(),
            ),
          );
        if (isOut) excluded.add(one.id);
      }
    }
  }
  hosts = hosts.filter(name => (allowed ?? hosts).includes(name) && !out.includes(name));
  const left = cloud.instances.filter(({ hostId }) => hostId === undefined || hosts.includes(hostId));
  return { hosts, instances: left.map(({ id }) => [id, excluded.has(id)]) };
}
