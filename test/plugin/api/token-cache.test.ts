import { inspect } from 'node:util';
import { expect } from 'chai';
import { TokenCache, TooManyQuestionsError } from '../../../plugin/api/token-cache.ts';
import { Tokens } from './harness.ts';

describe('token cache', () => {
  it('keeps a thousand tokens and forgets the oldest', async () => {
    const tokens = new Tokens();
    const cache = new TokenCache(tokens, () => 0);
    for (let n = 0; n < 1001; n += 1) await cache.validate(`t${n}`);
    tokens.asked.length = 0;

    await cache.validate('t1');
    await cache.validate('t1000');
    await cache.validate('t0');

    expect(tokens.asked).to.deep.equal(['t0']);
  });

  it('does not forget those in use for many that are wrong', async () => {
    const tokens = new Tokens();
    tokens.owners.set('good', { userId: 'u', projectId: 'p', roles: [], expiresAt: '2999-01-01T00:00:00Z' });
    const cache = new TokenCache(tokens, () => 0);
    await cache.validate('good');
    for (let n = 0; n < 1500; n += 1) await cache.validate(`t${n}`);
    tokens.asked.length = 0;

    await cache.validate('good');

    expect(tokens.asked).to.deep.equal([]);
  });

  it('keeps no token', async () => {
    const tokens = new Tokens();
    const cache = new TokenCache(tokens, () => 0);
    await cache.validate('tok-s3cret');

    expect(inspect(cache, { showHidden: true, depth: 10 })).to.not.contain('s3cret');
    expect(JSON.stringify(cache)).to.not.contain('s3cret');
  });

  it('turns away more questions at once than Keystone can answer', async () => {
    const answer = Promise.withResolvers<undefined>();
    const cache = new TokenCache({ validate: () => answer.promise }, () => 0);
    const waiting = Array.from({ length: 500 }, (_, n) => cache.validate(`t${n}`));

    const failure = await cache.validate('one more').catch((error: unknown) => error);
    answer.resolve(undefined);
    await Promise.all(waiting);

    expect(failure).to.be.instanceOf(TooManyQuestionsError);
    expect(await cache.validate('one more')).to.equal(undefined);
  });

  it('asks once for those who want to know at the same time', async () => {
    const tokens = new Tokens();
    const cache = new TokenCache(tokens, () => 0);

    await Promise.all([cache.validate('t'), cache.validate('t'), cache.validate('u')]);

    expect(tokens.asked).to.deep.equal(['t', 'u']);
  });

  it('does not keep a failure', async () => {
    const tokens = new Tokens();
    const owner = { userId: 'u', projectId: 'p', roles: ['admin'], expiresAt: '2999-01-01T00:00:00Z' };
    tokens.owners.set('t', owner);
    tokens.unreachable = new Error('down');
    const cache = new TokenCache(tokens, () => 0);
    const failures = await Promise.allSettled([cache.validate('t'), cache.validate('t')]);
    tokens.unreachable = undefined;

    expect(failures.map(end => end.status)).to.deep.equal(['rejected', 'rejected']);
    expect(await cache.validate('t')).to.deep.equal(owner);
  });
});
