import { expect } from 'chai';
import { applyStorageScope } from '../../../cluster/scope/apply-storage-scope.ts';
import { parseScope } from '../../../cluster/scope/parse-scope.ts';
import { buildStorageModel } from '../../../cluster/storage-model.ts';
import type { StorageBackend, StoragePool, StoredVolume } from '../../../cluster/storage-model.ts';

const model = buildStorageModel({
  backends: [backend('h1@ssd', 'az1', ['fast', 'gold']), backend('h2@hdd', 'az2', ['slow'])],
  pools: [pool('h1@ssd#p1'), pool('h1@ssd#p2'), pool('h2@hdd#p3')],
  volumes: [
    volume('v1', 'h1@ssd#p1', { projectId: 'red', instanceIds: ['server'] }),
    volume('v2', 'h1@ssd#p2', { projectId: 'blue' }),
    volume('v3', 'h2@hdd#p3', { projectId: 'red' }),
    volume('nowhere', undefined),
  ],
});

describe('keeping block storage to a scope (B63, B103)', () => {
  for (const [what, rules, pools] of [
    ['no rules', [], ['h1@ssd#p1', 'h1@ssd#p2', 'h2@hdd#p3']],
    ['a zone', [{ availability_zones: [{ name: 'az2' }] }], ['h2@hdd#p3']],
    [
      'a volume type, which fails in Watcher',
      [{ volume_types: [{ name: 'gold' }] }],
      ['h1@ssd#p1', 'h1@ssd#p2'],
    ],
    [
      'the union of a type and a zone',
      [{ volume_types: [{ name: 'fast' }] }, { availability_zones: [{ name: 'az2' }] }],
      ['h1@ssd#p1', 'h1@ssd#p2', 'h2@hdd#p3'],
    ],
    ['all volume types', [{ volume_types: [{ name: '*' }] }], ['h1@ssd#p1', 'h1@ssd#p2', 'h2@hdd#p3']],
    [
      'all less a pool',
      [{ exclude: [{ storage_pools: [{ name: 'h1@ssd#p1' }] }] }],
      ['h1@ssd#p2', 'h2@hdd#p3'],
    ],
    ['an unknown type', [{ volume_types: [{ name: 'bronze' }] }], []],
  ] as const) {
    it(`leaves ${pools.join(', ') || 'nothing'} of ${what}, with their volumes`, () => {
      const { model: scoped } = keep(rules);

      expect(scoped.pools.map(({ name }) => name)).to.deep.equal(pools);
      const left = model.volumes.filter(
        ({ poolName }) => poolName === undefined || (pools as readonly string[]).includes(poolName),
      );
      expect(scoped.volumes).to.deep.equal(left);
    });
  }

  it('marks excluded volumes and those of excluded projects, and the instance that has one', () => {
    const { model: scoped } = keep([
      { exclude: [{ volumes: [{ uuid: 'v2' }] }, { projects: [{ uuid: 'red' }] }] },
    ]);

    const marked = scoped.volumes.filter(({ excluded }) => excluded !== undefined);
    expect(marked.map(({ id }) => id)).to.deep.equal(['v1', 'v2', 'v3']);
    expect(scoped.volumeExclusionOf('server')).to.equal(
      "its volume v1 stays: the audit's scope excludes its project",
    );
    expect(scoped.volumeExclusionOf('another')).to.equal(undefined);
  });

  it('tells what the scope names and the cloud does not have, and that nothing is left', () => {
    const { explanation } = keep([
      { volume_types: [{ name: 'bronze' }] },
      { availability_zones: [{ name: 'az9' }] },
      { exclude: [{ storage_pools: [{ name: 'p9' }] }, { volumes: [{ uuid: 'v9' }] }] },
    ]);

    const lacks = 'The scope names what the cloud does not have:';
    expect(explanation).to.deep.equal([
      `${lacks} the availability zone with storage az9.`,
      `${lacks} the volume type on any backend bronze.`,
      `${lacks} the storage pool p9.`,
      `${lacks} the volume v9.`,
      'The scope leaves none of the 3 storage pools.',
    ]);
  });

  function keep(rules: unknown): ReturnType<typeof applyStorageScope> {
    return applyStorageScope(model, parseScope([{ storage: rules }]).storage);
  }
});

function backend(name: string, zone: string, volumeTypes: readonly string[]): StorageBackend {
  return { name, zone, enabled: true, up: true, volumeTypes };
}

function pool(name: string): StoragePool {
  return {
    name,
    backendName: name.split('#')[0]!,
    totalGiB: 100,
    freeGiB: 50,
    provisionedGiB: 50,
    allocatedGiB: 50,
    maximumOverSubscription: 1,
  };
}

function volume(id: string, poolName: string | undefined, changes: Partial<StoredVolume> = {}): StoredVolume {
  return {
    id,
    name: id,
    sizeGiB: 1,
    status: 'in-use',
    projectId: 'project',
    volumeType: 'fast',
    poolName,
    instanceIds: [],
    multiattach: false,
    bootable: false,
    snapshotId: undefined,
    metadata: {},
    createdAt: '2026-01-01T00:00:00',
    excluded: undefined,
    ...changes,
  };
}
