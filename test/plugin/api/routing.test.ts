import { expect } from 'chai';
import type { Answer, ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

describe('api routing (K3, K9)', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi();
  });
  after(() => api.stop());

  for (const path of [
    '/v1/goals',
    '/v1/goals/',
    '/goals',
    '/goals/',
    '//v1//goals/',
    '/v1//goals',
    '/v1/goals/?limit=1000',
    '/v1/goals.json',
    '/v1/goals/detail.json',
  ]) {
    it(`finds the goals at ${path}`, async () => {
      const { status, json } = await api.call('GET', path);

      expect(status).to.equal(200);
      expect((json as { goals: unknown[] }).goals).to.have.length(2);
    });
  }

  for (const path of [
    '/v1/goals/calm',
    '/v1/goals/calm/',
    '/goals/CALM',
    '/v1//goals//Calm',
    '/v1/goals/2',
  ]) {
    it(`finds a goal at ${path}`, async () => {
      expect((await api.call('GET', path)).json).to.include({ name: 'Calm' });
    });
  }

  for (const path of ['/v1/nowhere', '/v2/goals', '/v1/goals/calm/detail', '/v1/V1', '/v1/GOALS']) {
    it(`answers 404 at ${path}`, async () => {
      const { status, json } = await api.call('GET', path);

      expect(status).to.equal(404);
      expect((json as { error_message: string }).error_message.trim()).to.equal(
        '404 Not Found\n\nThe resource could not be found.',
      );
    });
  }

  for (const [method, path, allow] of [
    ['PUT', '/v1/goals', 'GET'],
    ['POST', '/v1/goals', 'GET'],
    ['DELETE', '/v1/strategies/sit_still', 'GET'],
    ['PUT', '/v1/audit_templates', 'DELETE, GET, PATCH, POST'],
    ['POST', '/v1/audits/x', 'DELETE, GET, PATCH'],
    ['OPTIONS', '/v1/services', 'GET'],
    ['DELETE', '/v1/actions/x', 'GET, PATCH'],
  ] as const) {
    it(`answers 405 to ${method} ${path}`, async () => {
      const { status, headers, json } = await api.call(method, path);

      expect(status).to.equal(405);
      expect(headers.get('allow')).to.equal(allow);
      expect((json as { error_message: string }).error_message.trim()).to.equal(
        `405 Method Not Allowed\n\nThe method ${method} is not allowed for this resource.`,
      );
      expect(headers.get('openstack-api-version')).to.equal(null);
      expect(headers.get('x-openstack-request-id')).to.match(/^req-/);
    });
  }

  for (const [method, path, status] of [
    ['HEAD', '/', 405],
    ['POST', '/', 405],
    ['GET', '/?foo=1', 400],
    ['GET', '/v1?foo=1', 400],
  ] as const) {
    it(`answers ${status} to ${method} ${path}`, async () => {
      expect((await api.call(method, path)).status).to.equal(status);
    });
  }

  it('refuses a query argument that comes twice', async () => {
    const { status, faultstring } = await api.call('GET', '/v1/goals?limit=1&limit=2');

    expect(status).to.equal(400);
    expect(faultstring).to.equal(
      'Invalid input for field/attribute limit. Value: \'["1","2"]\'. It must be given once.',
    );
  });

  it('answers 405 to HEAD', async () => {
    expect((await api.call('HEAD', '/v1/goals')).status).to.equal(405);
  });

  for (const [method, path, argument] of [
    ['DELETE', '/v1/audits', 'audit'],
    ['PATCH', '/v1/audits', 'audit'],
    ['DELETE', '/v1/audit_templates', 'audit_template'],
    ['DELETE', '/v1/action_plans', 'action_plan_uuid'],
    ['PATCH', '/v1/actions', 'action_uuid'],
  ] as const) {
    it(`misses the identifier in ${method} ${path}`, async () => {
      const { status, faultstring } = await api.call(method, path, { rawBody: '[]' });

      expect(status).to.equal(400);
      expect(faultstring).to.equal(`Missing argument: "${argument}"`);
    });
  }

  for (const path of ['/v1/goals?foo=1', '/v1/goals/calm?foo=1', '/v1/audits?state=PENDING&foo=']) {
    it(`refuses an unknown query argument in ${path}`, async () => {
      const { status, faultstring } = await api.call('GET', path);

      expect(status).to.equal(400);
      expect(faultstring).to.match(/^Unknown argument: "(foo|state)"$/);
    });
  }

  it('answers 400 to a path that is not well encoded', async () => {
    expect((await api.call('GET', '/v1/goals/%E0%A4%A')).status).to.equal(400);
  });

  describe('bodies', () => {
    for (const [what, call, status, faultstring] of [
      ['no JSON', { rawBody: '{bad' }, 400, 'Request is not in valid JSON format'],
      ['nothing', {}, 400, 'Missing argument: "audit_p"'],
      ['blanks', { rawBody: '  \n' }, 400, 'Request is not in valid JSON format'],
      [
        'another type',
        { rawBody: 'x', headers: { 'Content-Type': 'text/plain' } },
        415,
        'Unknown mimetype: text/plain',
      ],
      [
        'a list',
        { body: [1] },
        400,
        "Invalid input for field/attribute audit_p. Value: '[1]'. It must be a JSON object.",
      ],
      [
        'null',
        { rawBody: 'null' },
        400,
        "Invalid input for field/attribute audit_p. Value: 'null'. It must be a JSON object.",
      ],
    ] as const) {
      it(`refuses ${what} in the envelope that clients parse (K6)`, async () => {
        const answer: Answer = await api.call('POST', '/v1/audits', call);

        expect(answer.status).to.equal(status);
        expect(answer.faultstring).to.equal(faultstring);
        expect(JSON.parse((answer.json as { error_message: string }).error_message)).to.deep.equal({
          faultcode: 'Client',
          faultstring,
          debuginfo: null,
        });
      });
    }

    it('refuses one of more than a megabyte', async () => {
      const { status } = await api.call('POST', '/v1/audits', { body: { name: 'x'.repeat(1_100_000) } });

      expect(status).to.equal(413);
    });

    it('takes JSON with a character set', async () => {
      const { status } = await api.call('POST', '/v1/audits', {
        rawBody: '{"audit_type":"ONESHOT","goal":"calm"}',
        headers: { 'Content-Type': 'application/json; charset=utf-8' },
      });

      expect(status).to.equal(201);
    });
  });

  it('gives every request an id of its own', async () => {
    const [one, other] = await Promise.all([api.call('GET', '/v1/goals'), api.call('GET', '/v1/nowhere')]);

    const ids = [one, other].map(answer => answer.headers.get('x-openstack-request-id'));
    expect(new Set(ids).size).to.equal(2);
    expect(ids[1]).to.match(/^req-/);
  });
});

describe('api failures', () => {
  it('answers 503 while the database is gone, and does not say where it was', async () => {
    const api = await startApi();
    const error = Object.assign(new Error('The database mysql://a@b/c is not available: ECONNREFUSED'), {
      code: 'database_unavailable',
    });
    api.repositories.audits.list = () => Promise.reject(error);

    const { status, faultstring } = await api.call('GET', '/v1/audits');
    await api.stop();

    expect(status).to.equal(503);
    expect(faultstring).to.equal('The database is not available.');
  });

  it('keeps what nobody expected to itself, logs it and goes on', async () => {
    const api = await startApi();
    api.repositories.audits.list = () => Promise.reject(new TypeError('select * from secrets'));

    const { status, json, headers } = await api.call('GET', '/v1/audits');
    const next = await api.call('GET', '/v1/goals');
    await api.stop();

    const id = headers.get('x-openstack-request-id')!;
    expect(status).to.equal(500);
    expect(JSON.parse((json as { error_message: string }).error_message)).to.deep.equal({
      faultcode: 'Server',
      faultstring: `An unexpected error occurred (request ${id}).`,
      debuginfo: null,
    });
    expect(api.log.find(line => line.includes(id))).to.contain('select * from secrets');
    expect(next.status).to.equal(200);
  });
});
