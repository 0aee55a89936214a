import { expect } from 'chai';
import fc from 'fast-check';
import { normalScope, parseScope, ScopeError, scopeProblem } from '../../../cluster/scope/parse-scope.ts';

const WILDCARD = 'if you use wildcard character.';

describe('reading a scope (K19)', () => {
  it('takes no rules for no restriction', () => {
    expect(parseScope([])).to.deep.equal({ compute: undefined, storage: undefined, bareMetal: undefined });
  });

  it('reads every rule of the compute model (B61, B62)', () => {
    const { compute } = parseScope([
      {
        compute: [
          { availability_zones: [{ name: 'az1' }, { name: 'az2' }] },
          {
            exclude: [
              { instances: [{ uuid: 'A-b' }, { uuid: 'c' }] },
              { compute_nodes: [{ name: 'host-1' }] },
              { host_aggregates: [{ id: 3 }, { name: 'gpu' }] },
              { instance_metadata: [{ tier: 'gold', size: 3, pet: true }] },
              { projects: [{ uuid: 'P' }] },
            ],
          },
        ],
      },
    ]);

    expect(compute).to.deep.equal({
      include: {
        aggregates: { all: false, ids: new Set(), names: new Set() },
        zones: { all: false, ids: new Set(), names: new Set(['az1', 'az2']) },
      },
      excludedHostNames: new Set(['host-1']),
      excludedAggregates: { all: false, ids: new Set([3]), names: new Set(['gpu']) },
      excludedInstanceIds: new Set(['ab', 'c']),
      excludedProjectIds: new Set(['p']),
      excludedMetadata: [{ tier: 'gold', size: '3', pet: 'true' }],
    });
  });

  it('reads several keys of one exclusion, of which Watcher heeds the first only', () => {
    const { compute } = parseScope([
      { compute: [{ exclude: [{ instances: [{ uuid: 'i' }], projects: [{ uuid: 'p' }] }] }] },
    ]);

    expect(compute!.excludedInstanceIds).to.deep.equal(new Set(['i']));
    expect(compute!.excludedProjectIds).to.deep.equal(new Set(['p']));
  });

  it('reads storage and bare metal, also beside compute in one scope (B63, B64)', () => {
    const { compute, storage, bareMetal } = parseScope([
      { compute: [] },
      {
        storage: [
          { volume_types: [{ name: 'ssd' }] },
          { availability_zones: [{ name: '*' }] },
          {
            exclude: [
              { storage_pools: [{ name: 'h@b#p' }] },
              { volumes: [{ uuid: 'v' }] },
              { projects: [{ uuid: 'p' }] },
            ],
          },
        ],
      },
      { baremetal: [{ exclude: [{ ironic_nodes: [{ uuid: 'n' }] }] }] },
    ]);

    expect(compute!.include).to.equal(undefined);
    expect(storage).to.deep.equal({
      include: {
        zones: { all: true, ids: new Set(), names: new Set() },
        volumeTypes: { all: false, ids: new Set(), names: new Set(['ssd']) },
      },
      excludedPoolNames: new Set(['h@b#p']),
      excludedVolumeIds: new Set(['v']),
      excludedProjectIds: new Set(['p']),
    });
    expect(bareMetal).to.deep.equal({ excludedNodeIds: new Set(['n']) });
  });

  for (const all of [[{ id: '*' }], [{ name: '*' }]]) {
    it(`takes ${JSON.stringify(all)} for all aggregates`, () => {
      const { compute } = parseScope([{ compute: [{ host_aggregates: all }] }]);

      expect(compute!.include!.aggregates).to.deep.equal({ all: true, ids: new Set(), names: new Set() });
    });
  }

  it('takes bare rules for those of compute, as Watcher does', () => {
    const rules = [{ host_aggregates: [{ id: 1 }] }, { exclude: [{ compute_nodes: [{ name: 'x' }] }] }];

    expect(normalScope(rules)).to.deep.equal([{ compute: rules }]);
  });

  it('takes models in one object for models in several', () => {
    expect(parseScope([{ compute: [], storage: [] }])).to.deep.equal(
      parseScope([{ compute: [] }, { storage: [] }]),
    );
  });

  for (const [what, scope, problem] of [
    ['what is no list', { compute: [] }, 'The scope is wrong: it must be a list.'],
    ['an element that is no object', ['compute'], 'The scope is wrong at [0]: it must be an object.'],
    [
      'an empty element',
      [{}],
      'The scope is wrong at [0]: it must have one of the keys compute, storage, baremetal.',
    ],
    ['an unknown model', [{ network: [] }], 'The scope has the unknown key "network" at [0].'],
    [
      'an unknown rule',
      [{ compute: [{ hosts: [] }] }],
      'The scope has the unknown key "hosts" at [0].compute[0].',
    ],
    [
      'rules that are no list',
      [{ compute: { exclude: [] } }],
      'The scope is wrong at [0].compute: it must be a list.',
    ],
    [
      'an unknown exclusion',
      [{ compute: [{ exclude: [{ flavors: [] }] }] }],
      'The scope has the unknown key "flavors" at [0].compute[0].exclude[0].',
    ],
    [
      'a storage rule in compute',
      [{ compute: [{ volume_types: [] }] }],
      'The scope has the unknown key "volume_types" at [0].compute[0].',
    ],
    [
      'an aggregate with a text for an id',
      [{ compute: [{ host_aggregates: [{ id: '1' }] }] }],
      'The scope is wrong at [0].compute[0].host_aggregates[0].id: it must be a whole number or "*".',
    ],
    [
      'an aggregate with id and name',
      [{ compute: [{ host_aggregates: [{ id: 1, name: 'x' }] }] }],
      'The scope is wrong at [0].compute[0].host_aggregates[0]: it must have either id or name.',
    ],
    [
      'a zone without a name',
      [{ compute: [{ availability_zones: [{}] }] }],
      'The scope is wrong at [0].compute[0].availability_zones[0].name: it must be a text.',
    ],
    [
      'an instance with another key',
      [{ compute: [{ exclude: [{ instances: [{ uuid: 'a', name: 'b' }] }] }] }],
      'The scope has the unknown key "name" at [0].compute[0].exclude[0].instances[0].',
    ],
    [
      'metadata without a pair',
      [{ compute: [{ exclude: [{ instance_metadata: [{}] }] }] }],
      'The scope is wrong at [0].compute[0].exclude[0].instance_metadata[0]: it must have at least one key.',
    ],
    [
      'metadata with an object for a value',
      [{ compute: [{ exclude: [{ instance_metadata: [{ a: {} }] }] }] }],
      'The scope is wrong at [0].compute[0].exclude[0].instance_metadata[0].a: it must be a text, a number, true or false.',
    ],
    [
      'all aggregates and another',
      [{ compute: [{ host_aggregates: [{ id: '*' }, { id: 1 }] }] }],
      `You shouldn't use any other IDs of host aggregates ${WILDCARD}`,
    ],
    [
      'all aggregates by id and one by name',
      [{ compute: [{ host_aggregates: [{ id: '*' }, { name: 'x' }] }] }],
      `You shouldn't use any other IDs of host aggregates ${WILDCARD}`,
    ],
    [
      'all zones and another',
      [{ compute: [{ availability_zones: [{ name: 'az1' }, { name: '*' }] }] }],
      `You shouldn't use any other IDs of availability zones ${WILDCARD}`,
    ],
    [
      'all volume types and another',
      [{ storage: [{ volume_types: [{ name: 'a' }, { name: '*' }] }] }],
      `You shouldn't use any other IDs of volume_types ${WILDCARD}`,
    ],
    [
      'aggregates that are included and excluded together',
      [
        {
          compute: [
            { host_aggregates: [{ id: 1 }] },
            { exclude: [{ projects: [] }, { host_aggregates: [{ id: 2 }] }] },
          ],
        },
      ],
      "host_aggregates can't be included and excluded together",
    ],
    [
      'a model twice',
      [{ compute: [] }, { compute: [] }],
      'The scope is wrong: it has the model compute more than once.',
    ],
    ['null', null, 'The scope is wrong: it must be a list.'],
    ['null in a list', [{ compute: [null] }], 'The scope is wrong at [0].compute[0]: it must be an object.'],
    [
      'null among aggregates',
      [{ compute: [{ host_aggregates: [null, 3] }] }],
      'The scope is wrong at [0].compute[0].host_aggregates[0]: it must be an object.',
    ],
  ] as const) {
    it(`refuses ${what} in one sentence`, () => {
      expect(scopeProblem(scope)).to.equal(problem);
      expect(() => parseScope(scope)).to.throw(ScopeError, problem);
    });
  }

  it('answers anything at all with a scope or a sentence, and its normal form is stable', () => {
    const key = fc.constantFrom(
      'compute',
      'storage',
      'baremetal',
      'exclude',
      'host_aggregates',
      'availability_zones',
      'volume_types',
      'instances',
      'instance_metadata',
      'id',
      'name',
      'uuid',
      '__proto__',
    );
    const { tree } = fc.letrec(tie => ({
      tree: fc.oneof(
        { maxDepth: 6, depthSize: 'large' },
        fc.constantFrom<unknown>('*', 'x', '', 1, -1, 0.5, null, true),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(tree, given => {
        const problem = scopeProblem(given);

        if (problem === undefined) expect(normalScope(normalScope(given))).to.deep.equal(normalScope(given));
        else expect(problem).to.match(/^(The scope |You shouldn't use|host_aggregates can't)[^\n]{5,400}$/);
      }),
      { numRuns: 2000 },
    );
  });
});
