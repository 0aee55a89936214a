import { expect } from 'chai';
import type { ClusterModel } from '../../../cluster/cluster-model.ts';
import { SharedPicture } from '../../../plugin/audits/shared-picture.ts';
import { cluster } from '../../cluster/tiny-cluster.ts';

const NEVER = new AbortController().signal;

describe('shared picture', () => {
  let now: number;
  let collections: PromiseWithResolvers<ClusterModel>[];
  let picture: SharedPicture;
  beforeEach(() => {
    now = 0;
    collections = [];
    picture = new SharedPicture({
      collect: () => {
        const collection = Promise.withResolvers<ClusterModel>();
        collections.push(collection);
        return collection.promise;
      },
      now: () => now,
    });
  });

  it('is collected once for all who ask at the same time, or within five seconds', async () => {
    const model = cluster({});

    const asked = [picture.take(NEVER), picture.take(NEVER), picture.take(NEVER)];
    collections[0]?.resolve(model);

    expect(await Promise.all(asked)).to.deep.equal([model, model, model]);
    now = 4999;
    expect(await picture.take(NEVER)).to.equal(model);
    expect(collections).to.have.length(1);
  });

  it('is collected anew for who asks later', async () => {
    const first = picture.take(NEVER);
    collections[0]?.resolve(cluster({}));
    await first;
    now = 5000;

    const second = picture.take(NEVER);
    const model = cluster({});
    collections[1]?.resolve(model);

    expect(await second).to.equal(model);
  });

  it('fails for all who wait, and not for who asks next', async () => {
    const failing = [picture.take(NEVER), picture.take(NEVER)];
    collections[0]?.reject(new Error('Nova is away'));

    expect((await Promise.allSettled(failing)).map(({ status }) => status)).to.deep.equal([
      'rejected',
      'rejected',
    ]);
    const next = picture.take(NEVER);
    const model = cluster({});
    collections[1]?.resolve(model);
    expect(await next).to.equal(model);
  });

  it('is not taken from others when one goes away', async () => {
    const gone = new AbortController();
    const leaving = picture.take(gone.signal);
    const staying = picture.take(NEVER);

    gone.abort(new Error('gone'));
    const left = await leaving.catch((error: unknown) => (error as Error).message);
    const model = cluster({});
    collections[0]?.resolve(model);

    expect(left).to.equal('gone');
    expect(await staying).to.equal(model);
  });

  it('is collected anew, also for who asks during a collection, once it is known to be out of date', async () => {
    const [old, fresh] = [cluster({}), cluster({})];
    const early = picture.take(NEVER);
    picture.forget();
    const late = picture.take(NEVER);
    collections[0]?.resolve(old);
    collections[1]?.resolve(fresh);

    expect(await early).to.equal(old);
    expect(await late).to.equal(fresh);
    expect(await picture.take(NEVER)).to.equal(fresh);
  });
});
