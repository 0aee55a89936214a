import { expect } from 'chai';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

describe('api services (K34)', () => {
  let api: ApiUnderTest;
  beforeEach(async () => {
    api = await startApi();
    await api.repositories.services.heartbeat('watcher-applier', 'one');
    api.now += 60_000;
    await api.repositories.services.heartbeat('watcher-decision-engine', 'one');
  });
  afterEach(() => api.stop());

  it('are ACTIVE for 90 s after they were last seen, then FAILED', async () => {
    const statuses = async () => {
      const { json } = await api.call('GET', '/v1/services');
      return (json as { services: { status: string }[] }).services.map(service => service.status);
    };

    api.now += 30_000;
    expect(await statuses()).to.deep.equal(['ACTIVE', 'ACTIVE']);
    api.now += 1;
    expect(await statuses()).to.deep.equal(['FAILED', 'ACTIVE']);
  });

  it('are listed in short and in detail', async () => {
    const short = await api.call('GET', '/v1/services?limit=1');
    const detailed = await api.call('GET', '/v1/services/detail');

    expect(short.json).to.deep.equal({
      services: [
        {
          id: 1,
          name: 'watcher-applier',
          host: 'one',
          status: 'ACTIVE',
          links: [
            { href: `${api.url}/v1/services/1`, rel: 'self' },
            { href: `${api.url}/services/1`, rel: 'bookmark' },
          ],
        },
      ],
      next: `${api.url}/v1/services?sort_key=id&sort_dir=asc&limit=1&marker=1`,
    });
    expect((detailed.json as { services: object[] }).services[1]).to.deep.include({
      id: 2,
      last_seen_up: '2026-03-01T12:01:00',
      created_at: '2026-03-01T12:01:00.000000+00:00',
      updated_at: null,
      deleted_at: null,
    });
  });

  it('are found by id and by name', async () => {
    const byId = await api.call('GET', '/v1/services/2');
    const byName = await api.call('GET', '/v1/services/watcher-decision-engine');

    expect(byId.json).to.deep.equal(byName.json);
    expect(byId.json).to.include({ id: 2 });
  });

  for (const [path, status, faultstring] of [
    ['/v1/services/99', 404, 'The service 99 cannot be found.'],
    ['/v1/services/nope', 404, 'The service nope cannot be found.'],
    ['/v1/services?marker=77', 404, 'The service 77 cannot be found.'],
    [
      '/v1/services?marker=foo',
      400,
      "Invalid input for field/attribute marker. Value: 'foo'. unable to convert to int.",
    ],
  ] as const) {
    it(`answer ${status} to ${path}`, async () => {
      const answer = await api.call('GET', path);

      expect([answer.status, answer.faultstring]).to.deep.equal([status, faultstring]);
    });
  }

  it('are sorted by status', async () => {
    api.now += 31_000;

    const { json } = await api.call('GET', '/v1/services?sort_key=status&sort_dir=desc');

    expect((json as { services: { status: string }[] }).services[0]?.status).to.equal('FAILED');
  });
});
