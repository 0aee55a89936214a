import { expect } from 'chai';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

describe('api versions', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi();
  });
  after(() => api.stop());

  it('tells everybody at the root which versions there are (K1)', async () => {
    const { status, json } = await api.call('GET', '/', { token: null });

    const version = {
      id: 'v1',
      status: 'CURRENT',
      max_version: '1.7',
      min_version: '1.0',
      links: [{ href: `${api.url}/v1/`, rel: 'self' }],
    };
    expect(status).to.equal(200);
    expect(json).to.deep.include({ versions: [version], default_version: version });
    expect(json).to.include.keys('name', 'description');
  });

  it('lists the resources of v1 with both links (K2)', async () => {
    const { json } = await api.call('GET', '/v1', { version: '1.2' });

    expect(json).to.have.all.keys(
      'id',
      'media_types',
      'audit_templates',
      'audits',
      'actions',
      'action_plans',
      'scoring_engines',
      'services',
      'links',
    );
    expect((json as { audits: unknown }).audits).to.deep.equal([
      { href: `${api.url}/v1/audits/`, rel: 'self' },
      { href: `${api.url}/audits/`, rel: 'bookmark' },
    ]);
  });

  for (const [version, conditional] of [
    ['1.0', []],
    ['1.2', []],
    ['1.3', ['data_model']],
    ['1.4', ['data_model', 'webhooks']],
    ['1.7', ['data_model', 'webhooks']],
  ] as const) {
    it(`lists at ${version} of the later resources: ${conditional.join(', ') || 'none'} (K2)`, async () => {
      const { json } = await api.call('GET', '/v1', { version });

      expect(
        Object.keys(json as object).filter(key => key === 'data_model' || key === 'webhooks'),
      ).to.deep.equal(conditional);
    });
  }

  it('wants a token for v1', async () => {
    expect((await api.call('GET', '/v1', { token: null })).status).to.equal(401);
  });

  for (const [header, expected] of [
    [undefined, '1.0'],
    ['infra-optim 1.3', '1.3'],
    ['compute 2.1, infra-optim 1.4', '1.4'],
    ['infra-optim 1.2,compute 2.1', '1.2'],
    ['compute 2.1', '1.0'],
    ['infra-optim abc', '1.0'],
    ['infra-optim 1', '1.0'],
    ['INFRA-OPTIM latest', '1.7'],
    ['infra-optim 1.1, infra-optim 1.3', '1.3'],
    ['infra-optim latest', '1.7'],
  ] as const) {
    it(`answers ${expected} to the header ${header ?? '(none)'} (K4, K5)`, async () => {
      const { status, headers } = await api.call('GET', '/v1/goals', {
        headers: header === undefined ? { 'OpenStack-API-Version': '' } : { 'OpenStack-API-Version': header },
      });

      expect(status).to.equal(200);
      expect(headers.get('openstack-api-version')).to.equal(`infra-optim ${expected}`);
      expect(headers.get('openstack-api-minimum-version')).to.equal('1.0');
      expect(headers.get('openstack-api-maximum-version')).to.equal('1.7');
      expect(headers.get('vary')).to.equal('OpenStack-API-Version');
      expect(headers.get('x-openstack-request-id')).to.match(/^req-[0-9a-f-]{36}$/);
      expect(headers.get('content-type')).to.equal('application/json');
    });
  }

  for (const version of ['1.8', '1.99', '2.0', '0.9', '-1.0']) {
    it(`refuses ${version} and says what it speaks (K4)`, async () => {
      const { status, headers, json } = await api.call('GET', '/v1/goals', { version });

      expect(status).to.equal(406);
      expect(headers.get('openstack-api-minimum-version')).to.equal('1.0');
      expect(headers.get('openstack-api-maximum-version')).to.equal('1.7');
      expect(headers.get('openstack-api-version')).to.equal(null);
      const message = (json as { error_message: string }).error_message;
      expect(message).to.contain(`ersion ${version} `);
      expect(message).to.contain('The supported version range is: [1.0, 1.7].');
    });
  }

  it('refuses a version of three parts without naming a range', async () => {
    const { status, headers, json } = await api.call('GET', '/v1/goals', { version: '1.2.3' });

    expect(status).to.equal(406);
    expect(headers.get('openstack-api-maximum-version')).to.equal(null);
    expect((json as { error_message: string }).error_message.trim()).to.equal(
      '406 Not Acceptable\n\nInvalid value for OpenStack-API-Version header',
    );
  });

  it('names the host that the client asked, behind a proxy too', async () => {
    const proxied = await startApi({ isBehindProxy: true });

    const { json } = await proxied.call('GET', '/v1/goals?limit=1', {
      headers: { 'X-Forwarded-Host': 'cloud.example', 'X-Forwarded-Proto': 'https' },
    });
    const direct = await api.call('GET', '/v1/goals?limit=1', {
      headers: { 'X-Forwarded-Host': 'evil.example' },
    });
    await proxied.stop();

    expect((json as { next: string }).next).to.match(/^https:\/\/cloud\.example\/v1\/goals\?/);
    expect((direct.json as { next: string }).next).to.contain(api.url);
  });
});
