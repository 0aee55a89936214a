import { getEventListeners } from 'node:events';

import { expect } from 'chai';
import { z } from 'zod';

import { realSleep } from '../../../plugin/openstack/retry.ts';
import { failureOf, Harness, SERVERS } from './harness.ts';
import type { FakeCloud } from './fake-cloud.ts';

describe('session, when things go wrong', () => {
  let harness: Harness;
  let cloud: FakeCloud;
  const { signal } = new AbortController();

  beforeEach(async () => {
    harness = await Harness.start();
    ({ cloud } = harness);
  });

  afterEach(() => harness.stop());

  describe('repeating', () => {
    it('asks again after 503 and a lost connection, waiting longer each time', async () => {
      cloud.script('GET', SERVERS, { status: 503 }, 'drop', { body: { servers: ['a'] } });

      const reply = await harness.list();

      expect(reply.body).to.deep.equal({ servers: ['a'] });
      expect(harness.pauses).to.deep.equal([375, 750]);
    });

    it('gives up after three times', async () => {
      cloud.script('GET', SERVERS, { status: 500, body: { computeFault: { message: 'boom.' } } });

      const error = await failureOf(harness.list());

      expect(error).to.deep.include({ code: 'openstack_error', status: 500, service: 'compute' });
      expect(error.message).to.equal('Nova answered 500 to GET /servers: boom');
      expect(cloud.to(SERVERS)).to.have.length(3);
    });

    for (const reply of [{ status: 503 }, { status: 429 }, 'drop'] as const) {
      it(`never repeats a POST that may have been done (${JSON.stringify(reply)})`, async () => {
        cloud.script('POST', SERVERS, reply);

        await failureOf(
          harness.open().request({ service: 'compute', method: 'POST', path: '/servers', body: {}, signal }),
        );

        expect(cloud.to(SERVERS, 'POST')).to.have.length(1);
        expect(harness.pauses).to.deep.equal([]);
      });
    }

    it('repeats a POST that only asks', async () => {
      cloud.script('POST', '/metric/v1/search', { status: 503 }, { body: [] });

      await harness.open().request({
        service: 'metric',
        method: 'POST',
        path: '/v1/search',
        body: {},
        idempotent: true,
        signal,
      });

      expect(cloud.to('/metric/v1/search')).to.have.length(2);
    });

    it('does not repeat what is refused', async () => {
      cloud.script('GET', SERVERS, { status: 409, body: { conflictingRequest: { message: 'busy' } } });

      await failureOf(harness.list());

      expect(cloud.to(SERVERS)).to.have.length(1);
    });

    it('waits for as long as the service asks, in seconds or until an instant', async () => {
      cloud.script(
        'GET',
        SERVERS,
        { status: 429, headers: { 'retry-after': '7' } },
        { status: 503, headers: { 'retry-after': new Date(harness.now + 11_000).toUTCString() } },
        { body: {} },
      );

      await harness.list();

      expect(harness.pauses).to.deep.equal([7000, 11_000]);
    });

    it('does not wait for a service that asks for more than a minute', async () => {
      cloud.script('GET', SERVERS, { status: 503, headers: { 'retry-after': '3600' } });

      const error = await failureOf(harness.list());

      expect(error).to.have.property('status', 503);
      expect(harness.pauses).to.deep.equal([]);
    });
  });

  describe('limits', () => {
    it('ends a call that gets no answer in time', async () => {
      cloud.script('GET', SERVERS, 'hang');

      const error = await failureOf(
        harness.open().request({
          service: 'compute',
          method: 'GET',
          path: '/servers',
          timeoutMilliseconds: 40,
          idempotent: false,
          signal,
        }),
      );

      expect(error).to.have.property('code', 'cloud_unreachable');
      expect(error.message).to.equal(
        `Nova at ${cloud.url}/compute/v2.1 cannot be reached for GET /servers: no answer within 0.04 s`,
      );
    });

    it('says so when there is nobody', async () => {
      const { config } = cloud;
      await cloud.stop();

      const error = await failureOf(harness.list(harness.open(config)));

      expect(error).to.have.property('code', 'cloud_unreachable');
      expect(error.message).to.match(/^Keystone at http:.* cannot be reached: .*ECONNREFUSED/);
    });

    it('stops at once when the caller aborts', async () => {
      const caller = new AbortController();
      cloud.on('GET', SERVERS, () => {
        caller.abort(new Error('the audit was cancelled'));
        return 'hang';
      });

      const error = await failureOf(
        harness
          .open()
          .request({ service: 'compute', method: 'GET', path: '/servers', signal: caller.signal }),
      );

      expect(error.message).to.equal('the audit was cancelled');
    });

    it('does not wait to repeat when the caller aborts', async () => {
      const caller = new AbortController();
      cloud.on('GET', SERVERS, () => {
        setImmediate(() => caller.abort(new Error('stop')));
        return { status: 503, headers: { 'retry-after': '50' } };
      });
      const session = harness.open(cloud.config, { sleep: realSleep });

      const error = await failureOf(
        session.request({ service: 'compute', method: 'GET', path: '/servers', signal: caller.signal }),
      );

      expect(error.message).to.equal('stop');
    });

    it('leaves nothing attached to a signal that lives on', async () => {
      const caller = new AbortController();
      const session = harness.open();
      cloud.script('GET', SERVERS, { status: 503 }, { body: {} }, 'drop');
      const call = () =>
        session.request({ service: 'compute', method: 'GET', path: '/servers', signal: caller.signal });

      await call();
      await failureOf(call());

      expect(getEventListeners(caller.signal, 'abort')).to.deep.equal([]);
    });
  });

  describe('answers', () => {
    it('checks what it was told to check', async () => {
      cloud.script('GET', SERVERS, { body: { servers: 'none' } });

      const error = await failureOf(
        harness.open().request({
          service: 'compute',
          method: 'GET',
          path: '/servers',
          schema: z.object({ servers: z.array(z.string()) }),
          signal,
        }),
      );

      expect(error).to.have.property('code', 'unexpected_reply');
      expect(error.message).to.match(/^Nova's answer to GET \/servers is not understood: servers: /);
    });

    it('refuses a page of HTML that comes with success', async () => {
      cloud.script('GET', SERVERS, { body: '<html>Welcome to the hotel</html>' });

      const error = await failureOf(harness.list());

      expect(error.message).to.equal("Nova's answer to GET /servers is not JSON");
    });

    it('does not follow a redirect with the token', async () => {
      cloud.script('GET', SERVERS, { status: 302, headers: { location: `${cloud.url}/elsewhere` } });

      const error = await failureOf(harness.list());

      expect(error).to.have.property('status', 302);
      expect(cloud.to('/elsewhere')).to.deep.equal([]);
    });

    const said = [
      ['Nova', { badRequest: { code: 400, message: 'Host  is\n busy.' } }, 'Host is busy'],
      ['Neutron', { NeutronError: { type: 'PortNotFound', message: 'no port', detail: '' } }, 'no port'],
      ['Placement', { errors: [{ status: 400, title: 'Bad Request', detail: 'odd class' }] }, 'odd class'],
      [
        'Gnocchi',
        { code: 400, title: 'Bad', description: { cause: 'bad', reason: ['x', 'y'] } },
        'bad: ["x","y"]',
      ],
      [
        'Gnocchi',
        { code: 400, description: { cause: 'Invalid', reason: 'no such', detail: 'cpu' } },
        'Invalid: no such: cpu',
      ],
      ['Gnocchi', { code: 404, title: 'Not Found', description: 'no metric' }, 'no metric'],
      [
        'Glance',
        '<html><head><title>400</title></head><body><h1>Bad</h1> gone<br/></body></html>',
        'Bad gone',
      ],
      ['a proxy', '', ''],
    ] as const;
    for (const [service, body, message] of said) {
      it(`passes on what ${service} says: ${message || 'nothing'}`, async () => {
        cloud.script('GET', SERVERS, { status: 400, body });

        const error = await failureOf(harness.list());

        expect(error).to.have.property('apiMessage', message);
      });
    }

    it('names the microversion when the service is too old', async () => {
      cloud.on('GET', '/compute/v2.1/', () => ({
        body: { version: { version: '2.60', min_version: '2.1' } },
      }));
      cloud.script('GET', SERVERS, { status: 406, body: {} });

      const error = await failureOf(
        harness.open().request({
          service: 'compute',
          method: 'GET',
          path: '/servers',
          microversion: '2.73',
          purpose: 'listing servers with why they are locked',
          signal,
        }),
      );

      expect(error).to.have.property('code', 'microversion_unsupported');
      expect(error.message).to.equal(
        'Nova offers up to 2.60; listing servers with why they are locked needs 2.73',
      );
      expect(cloud.to(SERVERS)[0]?.headers['openstack-api-version']).to.equal('compute 2.73');
    });
  });
});
