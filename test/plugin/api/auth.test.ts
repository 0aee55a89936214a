import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PolicyError } from '../../../plugin/api/policy/errors.ts';
import { apiSettingsSchema } from '../../../plugin/api/settings.ts';
import type { ApiUnderTest } from './harness.ts';
import { IDENTITY_URL, startApi } from './harness.ts';

describe('api authentication and policy', () => {
  let api: ApiUnderTest;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.stop());

  for (const [what, token] of [
    ['no token', null],
    ['an unknown token', 'unknown'],
    ['an expired token', 'expired'],
  ] as const) {
    it(`answers 401 to ${what}, as Keystone's middleware does (K7)`, async () => {
      api.tokens.owners.set('expired', {
        userId: 'u1',
        projectId: 'p1',
        roles: ['admin'],
        expiresAt: '2026-03-01T11:59:59.000000Z',
      });

      const { status, headers, json } = await api.call('GET', '/v1/goals', { token });

      expect(status).to.equal(401);
      expect(headers.get('www-authenticate')).to.equal(`Keystone uri="${IDENTITY_URL}"`);
      expect(json).to.deep.equal({
        error: {
          code: 401,
          title: 'Unauthorized',
          message: 'The request you have made requires authentication.',
        },
      });
    });
  }

  it('answers 401 before it tells whether a path exists or reads a body', async () => {
    const paths = await Promise.all([
      api.call('GET', '/v1/nowhere', { token: null }),
      api.call('POST', '/v1/audits', { token: null, rawBody: '{' }),
    ]);

    expect(paths.map(answer => answer.status)).to.deep.equal([401, 401]);
  });

  for (const [method, path, rule] of [
    ['GET', '/v1/goals', 'goal:get_all'],
    ['GET', '/v1/goals/detail', 'goal:detail'],
    ['GET', '/v1/strategies/sit_still/state', 'strategy:state'],
    ['POST', '/v1/audits', 'audit:create'],
    ['PATCH', '/v1/audit_templates/x', 'audit_template:update'],
    ['DELETE', '/v1/audits/x', 'audit:delete'],
    ['POST', '/v1/action_plans/x/start', 'action_plan:start'],
    ['PATCH', '/v1/actions/x', 'action:update'],
    ['GET', '/v1/services/1', 'service:get'],
  ] as const) {
    it(`answers 403 to ${method} ${path} without the role admin (K8)`, async () => {
      const { status, faultstring } = await api.call(method, path, { token: 'member' });

      expect(status).to.equal(403);
      expect(faultstring).to.equal(`Policy doesn't allow ${rule} to be performed.`);
    });
  }

  describe('with a policy file', () => {
    it('lets in whom it names, also by what the request is about (K40)', async () => {
      const file = join(mkdtempSync(join(tmpdir(), 'policy-')), 'policy.yaml');
      writeFileSync(file, '"audit:create": "@"\n"audit:get": "role:member and \'audit-a\':%(name)s"\n');
      const settings = apiSettingsSchema.parse({ policy: { file } });
      const guarded = await startApi({ settings });
      for (const name of ['audit-a', 'audit-b']) {
        const body = { audit_type: 'ONESHOT', goal: 'calm', name };
        await guarded.call('POST', '/v1/audits', { token: 'member', body });
      }

      const answers = await Promise.all(
        ['/v1/audits/audit-a', '/v1/audits/audit-b', '/v1/audits/none', '/v1/audits'].map(path =>
          guarded.call('GET', path, { token: 'member' }),
        ),
      );
      await guarded.stop();

      expect(answers.map(({ status }) => status)).to.deep.equal([200, 403, 404, 403]);
    });

    it('does not start when it is wrong', async () => {
      const file = join(mkdtempSync(join(tmpdir(), 'policy-')), 'policy.yaml');
      writeFileSync(file, '"audit:get": "role:member and"');
      const settings = apiSettingsSchema.parse({ policy: { file } });

      const problem = await startApi({ settings }).catch((error: unknown) => error);

      expect(problem).to.be.instanceOf(PolicyError);
    });
  });

  it('lets the role reader look and not touch, if enabled (row 41)', async () => {
    const settings = apiSettingsSchema.parse({ policy: { readerRole: true } });
    const open = await startApi({ settings });

    const look = await open.call('GET', '/v1/audits', { token: 'member' });
    const touch = await open.call('DELETE', '/v1/audits/x', { token: 'member' });
    await open.stop();

    expect([look.status, touch.status]).to.deep.equal([200, 403]);
  });

  it('takes the role administrator as well', async () => {
    const expiresAt = '2026-03-02T12:00:00Z';
    api.tokens.owners.set('t', { userId: 'u', projectId: undefined, roles: ['administrator'], expiresAt });

    expect((await api.call('GET', '/v1/goals', { token: 't' })).status).to.equal(200);
  });

  it('answers 503 while Keystone cannot tell, and goes on when it can', async () => {
    api.tokens.unreachable = new Error('connect ECONNREFUSED');
    const down = await api.call('GET', '/v1/goals');
    api.tokens.unreachable = undefined;
    const up = await api.call('GET', '/v1/goals');

    expect(down.status).to.equal(503);
    expect(down.headers.get('content-type')).to.equal('text/plain; charset=UTF-8');
    // byte for byte what webob makes of keystonemiddleware's error
    expect(down.text).to.equal(
      '503 Service Unavailable\n\nThe server is currently unavailable. Please try again at a later time.\n\n' +
        ' The Keystone service is temporarily unavailable.  ',
    );
    expect(up.status).to.equal(200);
  });

  it("says once that Keystone refuses the service's own credentials, and once that it is back", async () => {
    api.tokens.unreachable = Object.assign(new Error('Keystone refused user "auspex"'), {
      code: 'authentication_failed',
    });
    const down = [await api.call('GET', '/v1/goals'), await api.call('GET', '/v1/goals')];
    api.tokens.unreachable = undefined;
    await api.call('GET', '/v1/goals');
    await api.call('GET', '/v1/goals', { token: 'member' });

    const said = api.log.map(line => JSON.parse(line) as { level: number; msg: string });
    expect(down.map(({ status }) => status)).to.deep.equal([503, 503]);
    expect(said.map(({ level, msg }) => [level, msg])).to.deep.equal([
      [50, "Keystone refuses this service's own credentials"],
      [30, 'Keystone validates tokens again'],
    ]);
  });

  describe('service tokens', () => {
    const expiresAt = '2026-03-01T11:00:00Z';
    beforeEach(() => {
      const { owners } = api.tokens;
      owners.set('late', { ...owners.get('admin')!, expiresAt });
      owners.set('nova', { ...owners.get('admin')!, userId: 'nova', roles: ['service'] });
      owners.set('nova-late', { ...owners.get('nova')!, expiresAt });
    });
    for (const [what, serviceToken, status] of [
      ['a service goes on with a token that has expired meanwhile', 'nova', 200],
      ['nobody else does', 'member', 401],
      ['an unknown service token spoils the request', 'unknown', 401],
      ["a service's own token must not have expired", 'nova-late', 401],
      ['an empty one is none', '', 401],
    ] as const) {
      it(what, async () => {
        const headers = { 'X-Service-Token': serviceToken };

        expect((await api.call('GET', '/v1/goals', { token: 'late', headers })).status).to.equal(status);
      });
    }

    it('an unknown one spoils a good request, too', async () => {
      const headers = { 'X-Service-Token': 'unknown' };

      expect((await api.call('GET', '/v1/goals', { headers })).status).to.equal(401);
    });

    it('lets nobody in with an expired token who comes without a service afterwards', async () => {
      await api.call('GET', '/v1/goals', { token: 'late', headers: { 'X-Service-Token': 'nova' } });

      expect((await api.call('GET', '/v1/goals', { token: 'late' })).status).to.equal(401);
    });
  });

  it('ignores blanks around a token', async () => {
    expect((await api.call('GET', '/v1/goals', { token: ' admin ' })).status).to.equal(200);
  });

  describe('token cache', () => {
    it('asks Keystone once for requests that come together or soon after', async () => {
      await Promise.all([1, 2, 3, 4].map(() => api.call('GET', '/v1/goals')));
      api.now += 299_000;
      await api.call('GET', '/v1/goals');

      expect(api.tokens.asked).to.deep.equal(['admin']);
    });

    it('asks again after five minutes', async () => {
      await api.call('GET', '/v1/goals');
      api.tokens.owners.delete('admin');
      api.now += 299_000;
      const before = await api.call('GET', '/v1/goals');
      api.now += 2000;
      const after = await api.call('GET', '/v1/goals');

      expect([before.status, after.status]).to.deep.equal([200, 401]);
    });

    it('forgets a token when it expires', async () => {
      api.tokens.owners.set('brief', {
        userId: 'u1',
        projectId: 'p1',
        roles: ['admin'],
        expiresAt: '2026-03-01T12:00:10Z',
      });
      const before = await api.call('GET', '/v1/goals', { token: 'brief' });
      api.now += 11_000;
      const after = await api.call('GET', '/v1/goals', { token: 'brief' });

      expect([before.status, after.status]).to.deep.equal([200, 401]);
    });

    it('soon asks again about a token that was wrong', async () => {
      await api.call('GET', '/v1/goals', { token: 'late' });
      await api.call('GET', '/v1/goals', { token: 'late' });
      api.tokens.owners.set('late', api.tokens.owners.get('admin')!);
      api.now += 11_000;

      expect((await api.call('GET', '/v1/goals', { token: 'late' })).status).to.equal(200);
      expect(api.tokens.asked).to.deep.equal(['late', 'late']);
    });
  });

  it('writes no token into the log', async () => {
    api.tokens.owners.set('tok-s3cret', api.tokens.owners.get('admin')!);
    await api.call('POST', '/v1/audits', {
      token: 'tok-s3cret',
      body: { audit_type: 'ONESHOT', goal: 'calm' },
    });
    api.tokens.unreachable = new Error('down');
    await api.call('GET', '/v1/goals', { token: 'other-s3cret' });

    expect(api.log).to.have.length.greaterThan(1);
    expect(api.log.join('')).to.not.contain('s3cret');
  });
});
