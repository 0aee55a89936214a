import { inspect } from 'node:util';

import { expect } from 'chai';

import { createKeystone } from '../../../plugin/openstack/keystone.ts';
import type { FakeReply } from './fake-cloud.ts';
import { failureOf, Harness } from './harness.ts';

const TOKENS = '/identity/v3/auth/tokens';

describe('keystone', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.start();
  });

  afterEach(() => harness.stop());

  function validate(token: string, reply: FakeReply) {
    harness.cloud.on('GET', TOKENS, () => reply);
    return createKeystone(harness.open()).validateToken(token, harness.signal);
  }

  it('tells whose token it is', async () => {
    const owner = await validate('user-token', {
      body: {
        token: {
          expires_at: '2026-05-01T01:00:00.000000Z',
          user: { id: 'u1', name: 'eve', domain: { id: 'default', name: 'Default' } },
          project: { id: 'p1', name: 'demo', domain: { id: 'd1' } },
          roles: [{ id: 'r1', name: 'admin' }],
        },
      },
    });

    expect(owner).to.deep.equal({
      userId: 'u1',
      userName: 'eve',
      projectId: 'p1',
      projectName: 'demo',
      domainId: undefined,
      userDomainId: 'default',
      projectDomainId: 'd1',
      isSystemScoped: false,
      roles: ['admin'],
      expiresAt: '2026-05-01T01:00:00.000000Z',
    });
    const [request] = harness.cloud.to(TOKENS, 'GET');
    expect(request?.headers['x-subject-token']).to.equal('user-token');
    expect(request?.query.has('nocatalog')).to.equal(true);
  });

  it('knows no owner of a token that Keystone does not know', async () => {
    const owner = await validate('gone', { status: 404, body: { error: { message: 'Could not find' } } });

    expect(owner).to.equal(undefined);
  });

  for (const token of ['', 'two words', 'a\r\nb', 'ü', 'x'.repeat(10_000)]) {
    it(`does not ask for what can be no token: ${JSON.stringify(token.slice(0, 12))}`, async () => {
      expect(await validate(token, { status: 500 })).to.equal(undefined);
      expect(harness.cloud.to(TOKENS, 'GET')).to.deep.equal([]);
    });
  }

  it('does not pass the token on when Keystone quotes it', async () => {
    const error = await failureOf(
      validate('user-token', { status: 400, body: { error: { message: 'bad user-token' } } }),
    );

    expect(error.message).to.equal('Keystone answered 400 to GET /v3/auth/tokens: bad [secret]');
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.to.contain('user-token');
  });
});
