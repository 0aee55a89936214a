import { expect } from 'chai';
import type { ClusterModel } from '../../../cluster/cluster-model.ts';
import { ClusterWatch } from '../../../plugin/audits/cluster-watch.ts';
import { cluster, host } from '../../cluster/tiny-cluster.ts';

const { signal } = new AbortController();
const whole = cluster({ takenAt: '2026-01-01T00:00:00.000Z', hosts: [host('a'), host('b')] });
const frozen = cluster({
  takenAt: '2026-01-01T01:00:00.000Z',
  hosts: [host('a', { frozen: '1 of 2 hosts has vanished' })],
});
const half = cluster({ takenAt: '2026-01-01T03:00:00.000Z', hosts: [host('a')] });

describe('cluster watch', () => {
  let compared: (ClusterModel | undefined)[];
  let minutes: number;

  beforeEach(() => {
    compared = [];
    minutes = 0;
  });

  function watchOf(...models: readonly ClusterModel[]): ClusterWatch {
    const left = [...models];
    return new ClusterWatch(
      previous => {
        compared.push(previous);
        return Promise.resolve(left.shift()!);
      },
      () => minutes * 60_000,
    );
  }

  it('compares each picture with the last one that could be planned on', async () => {
    const watch = watchOf(whole, frozen, frozen);
    for (let n = 0; n < 3; n += 1) await watch.take(signal);

    expect(compared).to.deep.equal([undefined, whole, whole]);
  });

  it('believes the new picture after an hour', async () => {
    const watch = watchOf(whole, frozen, frozen, half);
    for (minutes of [0, 1, 61, 62]) await watch.take(signal);

    expect(compared).to.deep.equal([undefined, whole, whole, undefined]);
  });

  it('is not led back by a collection that ends late', async () => {
    const watch = watchOf(half, whole, half);
    for (let n = 0; n < 3; n += 1) await watch.take(signal);

    expect(compared[2]).to.equal(half);
  });
});
