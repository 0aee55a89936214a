import { expect } from 'chai';
import fc from 'fast-check';
import { ObstacleError, WhatIf } from '../../cluster/what-if.ts';
import { cluster, flavor, host, instance, inventory, profile } from './tiny-cluster.ts';

const STEPS = 3;

function threeHosts(): WhatIf {
  const model = cluster({
    hosts: [host('a'), host('b'), host('c')],
    instances: [instance('one', 'a'), instance('two', 'a'), instance('three', 'b')],
  });
  const loads = profile(
    STEPS,
    {
      one: { cpu: { mean: [1, 2, 3], deviation: 0.3, loading: 0.1 } },
      two: { cpu: { mean: [2], deviation: 0.4, loading: 0.2 }, memory: { mean: [1000] } },
      three: { cpu: { mean: [0.1], deviation: 0.1, loading: -0.3 } },
    },
    { a: { cpu: { mean: [0.5] } } },
  );
  return new WhatIf(model, loads);
}

/** Every number that a what-if gives of its hosts. */
function picture(whatIf: WhatIf): unknown {
  const instances = whatIf.cluster.instances.map(({ id }) => id);
  return {
    places: instances.map(id => whatIf.hostOf(id)),
    loads: whatIf.cluster.hosts.map((_, row) =>
      [0, 1].map(metric =>
        [0, 1, 2].map(step => [
          whatIf.loads.mean(row, metric, step),
          whatIf.loads.deviation(row, metric, step),
        ]),
      ),
    ),
    obstacles: instances.map(id => whatIf.cluster.hosts.map(target => whatIf.obstacles(id, target.id))),
  };
}

describe('what-if', () => {
  it('adds up means, own variances and loadings on common factors', () => {
    const whatIf = threeHosts();

    expect(whatIf.loads.mean(0, 0, 1)).to.be.closeTo(0.5 + 2 + 2, 1e-6);
    expect(whatIf.loads.deviation(0, 0, 1)).to.be.closeTo(
      Math.sqrt(0.3 ** 2 + 0.4 ** 2 + (0.1 + 0.2) ** 2),
      1e-6,
    );
  });

  it('moves an instance with its load, and keeps the load on the source until the copy ends', () => {
    const whatIf = threeHosts();

    whatIf.migrate('one', 'c', 1);

    expect(whatIf.hostOf('one')).to.equal('c');
    expect([0, 1, 2].map(step => whatIf.loads.mean(0, 0, step))).to.deep.equal([3.5, 2.5, 2.5]);
    expect([0, 1, 2].map(step => whatIf.loads.mean(2, 0, step))).to.deep.equal([1, 2, 3]);
  });

  it('refuses a move with what stands against it, and changes nothing', () => {
    const whatIf = threeHosts();
    const before = picture(whatIf);

    expect(() => whatIf.migrate('one', 'a')).to.throw(
      ObstacleError,
      'one cannot move to a: it is there already',
    );
    expect(picture(whatIf)).to.deep.equal(before);
  });

  it('lets a resize claim only what the host has', () => {
    const model = cluster({
      hosts: [
        host('a', {
          inventories: new Map([
            ['VCPU', inventory(8, { used: 2 })],
            ['MEMORY_MB', inventory(9000, { used: 4096 })],
            ['DISK_GB', inventory(99)],
          ]),
        }),
      ],
      instances: [instance('one', 'a')],
    });
    const whatIf = new WhatIf(model, profile(1, {}));

    whatIf.resize('one', flavor({ name: 'more', vcpus: 8, memoryMiB: 9000 }));

    expect(() => whatIf.resize('one', flavor({ name: 'most', vcpus: 9 }))).to.throw(
      ObstacleError,
      'one cannot be resized to most: 1 VCPU asked of 0 free',
    );
  });

  it('gives a spawned instance a place and a load, and takes both back', () => {
    const whatIf = threeHosts();
    const before = picture(whatIf);
    const terms = whatIf.loads.profile.instanceTerms('one', 'cpu')!;

    whatIf.spawn(instance('helper', undefined), 'b', new Map([['cpu', terms]]));

    expect(whatIf.hostOf('helper')).to.equal('b');
    expect(whatIf.loads.mean(1, 0, 2)).to.be.closeTo(3.1, 1e-6);
    whatIf.undo();
    expect(picture(whatIf)).to.deep.equal(before);
  });

  it('takes back any run of changes to the last bit', () => {
    const change = fc.record({
      kind: fc.constantFrom('migrate', 'resize', 'undo'),
      instanceId: fc.constantFrom('one', 'two', 'three'),
      hostId: fc.constantFrom('a', 'b', 'c'),
      leavesAtStep: fc.nat(STEPS),
      vcpus: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), changes => {
        const whatIf = threeHosts();
        const before = picture(whatIf);
        for (const { kind, instanceId, hostId, leavesAtStep, vcpus } of changes) {
          try {
            if (kind === 'migrate') whatIf.migrate(instanceId, hostId, leavesAtStep);
            else if (kind === 'resize') whatIf.resize(instanceId, flavor({ vcpus }));
            else if (whatIf.mark > 0) whatIf.undo();
          } catch (error) {
            if (!(error instanceof ObstacleError)) throw error;
          }
        }
        whatIf.undoTo(0);
        expect(picture(whatIf)).to.deep.equal(before);
      }),
    );
  });
});
