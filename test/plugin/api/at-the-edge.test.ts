import { expect } from 'chai';
import { apiSettingsSchema } from '../../../plugin/api/settings.ts';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

describe('api across origins (row 10)', () => {
  const PAGE = 'https://dashboard.example';
  const preflight = {
    token: null,
    headers: { Origin: PAGE, 'Access-Control-Request-Method': 'PATCH' },
  };
  let api: ApiUnderTest;
  afterEach(() => api.stop());

  it('says nothing of origins unless some are allowed', async () => {
    api = await startApi();

    const asked = await api.call('OPTIONS', '/v1/audits', preflight);
    const { headers } = await api.call('GET', '/v1/goals', { headers: { Origin: PAGE } });

    expect(asked.status).to.equal(401);
    expect(headers.get('access-control-allow-origin')).to.equal(null);
  });

  it('answers browsers that ask first, without a token', async () => {
    const settings = apiSettingsSchema.parse({ cors: { allowedOrigins: [PAGE, 'https://other.example'] } });
    api = await startApi({ settings });

    const { status, headers } = await api.call('OPTIONS', '/v1/audits', preflight);

    expect(status).to.equal(200);
    expect(headers.get('access-control-allow-origin')).to.equal(PAGE);
    expect(headers.get('access-control-allow-credentials')).to.equal('true');
    expect(headers.get('access-control-allow-methods')).to.equal('GET,POST,PATCH,DELETE');
    expect(headers.get('access-control-allow-headers')).to.contain('X-Auth-Token');
    expect(headers.get('access-control-max-age')).to.equal('3600');
  });

  it('lets pages of allowed origins read answers, and errors, and no others', async () => {
    api = await startApi({ settings: apiSettingsSchema.parse({ cors: { allowedOrigins: [PAGE] } }) });

    const answers = await Promise.all([
      api.call('GET', '/v1/goals', { headers: { Origin: PAGE } }),
      api.call('GET', '/v1/goals', { headers: { Origin: PAGE }, token: null }),
      api.call('GET', '/v1/goals', { headers: { Origin: 'https://evil.example' } }),
      api.call('OPTIONS', '/v1/goals', { headers: { Origin: 'https://evil.example' } }),
    ]);

    expect(answers.map(({ headers }) => headers.get('access-control-allow-origin'))).to.deep.equal([
      PAGE,
      PAGE,
      null,
      null,
    ]);
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 401, 200, 405]);
    expect(answers[0].headers.get('vary')).to.equal('Origin, OpenStack-API-Version');
  });

  it('refuses settings that would let every page use a visitor’s cookies', async () => {
    api = await startApi();

    expect(apiSettingsSchema.safeParse({ cors: { allowedOrigins: ['*'] } }).success).to.be.false;
    expect(apiSettingsSchema.safeParse({ cors: { allowedOrigins: ['dashboard'] } }).success).to.be.false;
  });
});

describe('api behind a proxy (row 10)', () => {
  let trusting: ApiUnderTest;
  let plain: ApiUnderTest;
  before(async () => {
    trusting = await startApi({ isBehindProxy: true });
    plain = await startApi();
  });
  after(() => Promise.all([trusting.stop(), plain.stop()]));

  const baseOf = async (api: ApiUnderTest, headers: Record<string, string>): Promise<string> => {
    const { json } = await api.call('GET', '/v1', { headers });
    return (json as { links: { href: string }[] }).links[0]!.href;
  };

  for (const [what, headers, expected] of [
    [
      'protocol and host',
      { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'cloud.example' },
      'https://cloud.example/v1/',
    ],
    [
      'the first of several proxies',
      { 'X-Forwarded-Host': 'cloud.example:8443, inner' },
      'http://cloud.example:8443/v1/',
    ],
    [
      'a prefix',
      { 'X-Forwarded-Host': 'c', 'X-Forwarded-Prefix': '/infra-optim/' },
      'http://c/infra-optim/v1/',
    ],
    [
      'the standard header, which goes first',
      {
        Forwarded: 'for=192.0.2.1;proto=https;host="cloud.example";by=x, for=y',
        'X-Forwarded-Host': 'other',
      },
      'https://cloud.example/v1/',
    ],
    ['an IPv6 address', { 'X-Forwarded-Host': '[2001:db8::1]:9322' }, 'http://[2001:db8::1]:9322/v1/'],
  ] as const) {
    it(`follows ${what}`, async () => {
      expect(await baseOf(trusting, headers)).to.equal(expected);
    });
  }

  it('believes no such header without the setting', async () => {
    const headers = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Prefix': '/x',
    };

    expect(await baseOf(plain, headers)).to.equal(`${plain.url}/v1/`);
  });

  for (const [headers, sentence] of [
    [{ 'X-Forwarded-Host': 'a/b' }, 'The header Host is not a host name with a port.'],
    [{ 'X-Forwarded-Host': 'a"onload=x' }, 'The header Host is not a host name with a port.'],
    [{ 'X-Forwarded-Proto': 'javascript' }, 'The forwarded protocol is not http or https.'],
    [{ 'X-Forwarded-Prefix': '//evil.example' }, 'The header X-Forwarded-Prefix is not a path.'],
  ] as const) {
    it(`puts nothing into links that belongs elsewhere: ${JSON.stringify(headers)}`, async () => {
      const { status, faultstring } = await trusting.call('GET', '/', { headers });

      expect(status).to.equal(400);
      expect(faultstring).to.equal(sentence);
    });
  }
});
