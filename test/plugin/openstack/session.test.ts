import { inspect } from 'node:util';

import { expect } from 'chai';

import { failureOf, Harness, SERVERS } from './harness.ts';
import { PASSWORD } from './fake-cloud.ts';
import type { FakeCloud } from './fake-cloud.ts';

describe('session', () => {
  let harness: Harness;
  let cloud: FakeCloud;
  const { signal } = new AbortController();

  beforeEach(async () => {
    harness = await Harness.start();
    ({ cloud } = harness);
  });

  afterEach(() => harness.stop());

  describe('tokens', () => {
    it('logs in once for many calls at the same time', async () => {
      const session = harness.open();

      await Promise.all([harness.list(session), harness.list(session), harness.list(session)]);

      expect(cloud.tokens).to.have.length(1);
      expect(Object.fromEntries(session.requestCounts)).to.deep.equal({ identity: 1, compute: 3 });
    });

    it('fetches a new token two minutes before the old one ends, by its own clock', async () => {
      const session = harness.open();
      await harness.list(session);

      harness.now += 3600_000 - 121_000;
      await harness.list(session);
      const before = cloud.tokens.length;
      harness.now += 2_000;
      await harness.list(session);

      expect(before).to.equal(1);
      expect(cloud.tokens).to.have.length(2);
      expect(cloud.requests.at(-1)?.headers['x-auth-token']).to.equal('secret-token-2');
    });

    it('sends a call again with a new token when the old one was revoked, even a POST', async () => {
      const session = harness.open();
      await harness.list(session);
      cloud.validTokens.clear();

      const reply = await session.request({
        service: 'compute',
        method: 'POST',
        path: '/servers',
        body: { server: {} },
        signal,
      });

      expect(reply.status).to.equal(202);
      expect(cloud.to(SERVERS, 'POST').map(request => request.headers['x-auth-token'])).to.deep.equal([
        'secret-token-1',
        'secret-token-2',
      ]);
    });

    it('gives up when the new token is refused too', async () => {
      const session = harness.open();
      cloud.on('GET', SERVERS, () => ({ status: 401, body: {} }));

      const error = await failureOf(harness.list(session));

      expect(error).to.have.property('code', 'authentication_failed');
      expect(error.message).to.equal(
        'Nova refused GET /servers: it does not accept the token that Keystone at ' +
          `${cloud.url}/identity/v3 gave user admin`,
      );
      expect(cloud.to(SERVERS)).to.have.length(2);
    });

    it('names who was refused when the password is wrong', async () => {
      const { credentials } = cloud.config;
      const wrong = { ...credentials, password: 'wrong-password' } as typeof credentials;
      const session = harness.open({ ...cloud.config, credentials: wrong });

      const error = await failureOf(harness.list(session));

      expect(error).to.have.property('code', 'authentication_failed');
      expect(error.message).to.equal(
        `Keystone at ${cloud.url}/identity/v3 refused the credentials of user admin`,
      );
    });

    it('logs in with an application credential, without a scope', async () => {
      const session = harness.open({
        ...cloud.config,
        credentials: {
          kind: 'application_credential',
          credential: { name: 'auspex', user: { name: 'admin', domain: { id: 'default' } } },
          secret: PASSWORD,
        },
      });

      await harness.list(session);

      expect(cloud.to('/identity/v3/auth/tokens')[0]?.body).to.deep.equal({
        auth: {
          identity: {
            methods: ['application_credential'],
            application_credential: {
              name: 'auspex',
              user: { name: 'admin', domain: { id: 'default' } },
              secret: PASSWORD,
            },
          },
        },
      });
    });

    it('is not stopped for all by one caller who leaves', async () => {
      const session = harness.open();
      const leaving = new AbortController();
      cloud.on('GET', '/compute/v2.1/slow', () => ({ body: {} }));

      const left = failureOf(
        session.request({ service: 'compute', method: 'GET', path: '/slow', signal: leaving.signal }),
      );
      const stays = harness.list(session);
      leaving.abort(new Error('enough'));

      expect((await left).message).to.equal('enough');
      expect((await stays).status).to.equal(200);
      expect(cloud.tokens).to.have.length(1);
    });
  });

  describe('catalogue', () => {
    it('says what it looked for when a service is missing', async () => {
      cloud.endpoints.delete('metric');
      const session = harness.open();

      const error = await failureOf(
        session.request({ service: 'metric', method: 'GET', path: '/v1/resource', signal }),
      );

      expect(error).to.have.property('code', 'service_missing');
      expect(error.message).to.equal(
        'the catalogue has no service of type metric in region RegionOne with interface public',
      );
      expect(await session.hasService('metric', signal)).to.equal(false);
      expect(await session.hasService('compute', signal)).to.equal(true);
    });

    it('asks Keystone where it logs in when its region has none of its own', async () => {
      const session = harness.open({ ...cloud.config, region: 'RegionTwo' });

      expect(await session.endpoint('identity', signal)).to.equal(cloud.config.authUrl);
    });

    it('looks in its own region and interface only', async () => {
      const elsewhere = await failureOf(harness.list(harness.open({ ...cloud.config, region: 'RegionTwo' })));
      const inside = await failureOf(harness.list(harness.open({ ...cloud.config, interface: 'internal' })));

      expect(elsewhere.message).to.contain('in region RegionTwo with interface public');
      expect(inside.message).to.contain('in region RegionOne with interface internal');
    });

    it('takes the only region when none is set', async () => {
      const session = harness.open({ ...cloud.config, region: undefined });

      await harness.list(session);

      expect(await session.region(signal)).to.equal('RegionOne');
    });

    it('knows block storage by its new name', async () => {
      cloud.endpoints.delete('volumev3');
      cloud.endpoints.set('block-storage', '/block/v3');
      cloud.on('GET', '/block/v3/volumes', () => ({ body: { volumes: [] } }));

      const reply = await harness.open().request({
        service: 'volumev3',
        method: 'GET',
        path: '/volumes',
        signal,
      });

      expect(reply.body).to.deep.equal({ volumes: [] });
    });

    it('does not double a version that the endpoint has', async () => {
      cloud.endpoints.set('network', '/network/v2.0/');
      cloud.on('GET', '/network/v2.0/ports', () => ({ body: { ports: [] } }));

      const reply = await harness
        .open()
        .request({ service: 'network', method: 'GET', path: '/v2.0/ports', signal });

      expect(reply.status).to.equal(200);
    });

    it('goes to an endpoint that the settings give instead', async () => {
      cloud.on('GET', '/elsewhere/servers', () => ({ body: { servers: ['here'] } }));
      const endpointOverrides = { compute: `${cloud.url}/elsewhere` };

      const reply = await harness.list(harness.open({ ...cloud.config, endpointOverrides }));

      expect(reply.body).to.deep.equal({ servers: ['here'] });
    });
  });

  describe('secrets', () => {
    const failures: readonly (readonly [string, (cloud: FakeCloud) => void])[] = [
      ['a lost connection', fake => fake.script('GET', SERVERS, 'drop')],
      ['an error', fake => fake.script('GET', SERVERS, { status: 400, body: { x: { message: 'no' } } })],
      ['a refused token', fake => fake.on('GET', SERVERS, () => ({ status: 401, body: {} }))],
      [
        'an error that quotes the token',
        fake =>
          fake.on('GET', SERVERS, request => ({
            status: 400,
            body: { error: { message: `bad token ${String(request.headers['x-auth-token'])}` } },
          })),
      ],
      [
        'a login that quotes the password',
        fake =>
          fake.on('POST', '/identity/v3/auth/tokens', () => ({
            status: 400,
            body: { error: { message: `'${PASSWORD}' is too short` } },
          })),
      ],
      ['a login that is cut off', fake => fake.script('POST', '/identity/v3/auth/tokens', 'drop')],
    ];
    for (const [name, arrange] of failures) {
      it(`are in no part of ${name}`, async () => {
        arrange(cloud);

        const error = await failureOf(harness.list());

        const everything = inspect(error, { depth: Infinity, showHidden: true }) + String(error.stack);
        expect(everything).not.to.contain(PASSWORD);
        expect(everything).not.to.contain('secret-token');
      });
    }

    it('do not show in a printed session', async () => {
      const session = harness.open();
      await harness.list(session);

      const printed = inspect(session, { depth: Infinity, showHidden: true }) + JSON.stringify(session);

      expect(printed).not.to.contain(PASSWORD);
      expect(printed).not.to.contain('secret-token');
    });
  });
});
