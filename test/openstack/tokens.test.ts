import { expect } from 'chai';
import { authenticate } from '../../plugin/api/auth.ts';
import { TokenCache } from '../../plugin/api/token-cache.ts';
import { readCloudConfig } from '../../plugin/openstack/cloud-config.ts';
import type { Cloud } from '../../plugin/openstack/cloud.ts';
import { openCloud } from '../../plugin/openstack/cloud.ts';
import { LAB_ENVIRONMENT } from './auspex.ts';

const CREDENTIALS = {
  admin: { name: 'admin', project: 'admin' },
  service: { name: 'service', project: 'service' },
} as const;

describe("tokens of the lab's Keystone (K7)", () => {
  let cloud: Cloud;
  let authUrl: string;
  before(() => {
    const config = readCloudConfig({ env: LAB_ENVIRONMENT, homeDir: '/nowhere', cwd: '/nowhere' });
    authUrl = config.authUrl.replace(/\/(v3)?\/?$/, '');
    cloud = openCloud(config);
  });
  after(() => cloud?.close());

  const newCache = (): TokenCache =>
    new TokenCache(
      { validate: (token, until, question) => cloud.keystone.validateToken(token, until, question) },
      () => Date.now(),
    );
  const login = async (who: keyof typeof CREDENTIALS): Promise<string> => {
    const { name, project } = CREDENTIALS[who];
    const domain = { name: 'Default' };
    const identity = { methods: ['password'], password: { user: { name, domain, password: 'lab' } } };
    const body = JSON.stringify({ auth: { identity, scope: { project: { name: project, domain } } } });
    const headers = { 'Content-Type': 'application/json' };
    const reply = await fetch(`${authUrl}/v3/auth/tokens`, { method: 'POST', headers, body });
    return reply.headers.get('x-subject-token')!;
  };
  const revoke = async (token: string): Promise<void> => {
    const headers = { 'X-Auth-Token': await login('admin'), 'X-Subject-Token': token };
    await fetch(`${authUrl}/v3/auth/tokens`, { method: 'DELETE', headers });
  };

  it('say whose they are, with project, domain and roles', async () => {
    const owner = await cloud.keystone.validateToken(await login('admin'), AbortSignal.timeout(60_000));

    expect(owner).to.include({
      userName: 'admin',
      projectName: 'admin',
      userDomainId: 'default',
      projectDomainId: 'default',
    });
    expect(owner!.roles).to.include('admin');
  });

  it('are taken together with that of a service, which is known afterwards', async () => {
    const credentials = { token: await login('admin'), serviceToken: await login('service') };

    const owner = await authenticate(credentials, newCache());

    expect(owner.userName).to.equal('admin');
    expect(owner.service!.roles).to.include('service');
  });

  it('are refused when they are revoked, also to services that may go on with expired ones', async () => {
    const token = await login('admin');
    await revoke(token);
    const serviceToken = await login('service');

    const refusals = await Promise.allSettled([
      authenticate({ token, serviceToken: undefined }, newCache()),
      authenticate({ token, serviceToken }, newCache()),
      authenticate({ token: serviceToken, serviceToken: token }, newCache()),
    ]);

    expect(refusals.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'rejected']);
    for (const refusal of refusals) {
      if (refusal.status === 'rejected') expect(refusal.reason).to.include({ code: 'unauthenticated' });
    }
  });
});
