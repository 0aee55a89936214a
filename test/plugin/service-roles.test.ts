import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { settingsSchema } from '../../plugin/config.ts';
import { readCloudConfig } from '../../plugin/openstack/cloud-config.ts';
import type { Role } from '../../plugin/replicas/settings.ts';
import { startService } from '../../plugin/service.ts';
import type { Service } from '../../plugin/service.ts';
import { startSimulator } from '../../simulator/http/simulator.ts';
import type { Simulator } from '../../simulator/http/simulator.ts';
import { tinyWorld } from '../simulator/tiny-world.ts';

/** Whole services in this process, on one database and a simulated cloud. */
describe('the roles of a replica', () => {
  let folder: string;
  let simulator: Simulator;
  let services: Service[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-roles-'));
    services = [];
    // Later than now, so that no token has expired.
    const world = tinyWorld({ settings: { startAt: Math.ceil(Date.now() / 1000) } });
    simulator = await startSimulator({ world, now: () => Math.max(Date.now(), world.nowAt * 1000) });
  });
  afterEach(async () => {
    for (const service of services) await service.stop();
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  async function start(hostname: string, ...roles: Role[]): Promise<Service> {
    const databaseUrl = `sqlite:///${join(folder, 'auspex.sqlite')}`;
    const settings = settingsSchema.parse({ hostname, roles, databaseUrl, port: 0, logLevel: 'silent' });
    const cloud = readCloudConfig({ env: simulator.environment, homeDir: '/nowhere', cwd: '/nowhere' });
    const service = await startService({ settings, cloud });
    services.push(service);
    return service;
  }

  async function call<T>(api: Service, method: string, path: string, body?: object): Promise<T> {
    const token = await logIn(simulator);
    const answer = await fetch(`${api.url}/v1${path}`, {
      method,
      headers: { 'x-auth-token': token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer.status, `${method} ${path}`).to.be.lessThan(300);
    return (await answer.json()) as T;
  }

  async function rows(api: Service): Promise<string[]> {
    const { services: list } = await call<{ services: { name: string; host: string; status: string }[] }>(
      api,
      'GET',
      '/services',
    );
    return list.map(({ name, host, status }) => `${name} ${host} ${status}`);
  }

  it('decide which rows the service list has: none for the API (K34)', async () => {
    const api = await start('one', 'api');
    expect(await rows(api)).to.deep.equal([]);

    await start('two', 'decision-engine');
    await start('three', 'applier');

    expect(await rows(api)).to.deep.equal([
      'watcher-decision-engine two ACTIVE',
      'watcher-applier three ACTIVE',
    ]);
  });

  it('let a replica without an API listen nowhere', async () => {
    expect((await start('one', 'applier')).url).to.equal(undefined);
  });

  it('leave audits of an API-only replica to one that runs them', async () => {
    const api = await start('one', 'api');
    const { uuid } = await call<{ uuid: string }>(api, 'POST', '/audits', {
      goal: 'dummy',
      audit_type: 'ONESHOT',
    });
    await start('two', 'decision-engine');

    let audit = { state: 'PENDING', hostname: null as string | null };
    while (['PENDING', 'ONGOING'].includes(audit.state)) {
      await delay(100);
      audit = await call(api, 'GET', `/audits/${uuid}`);
    }

    expect(audit).to.include({ state: 'SUCCEEDED', hostname: 'two' });
  });
});

async function logIn({ environment }: Simulator): Promise<string> {
  const domain = { name: environment['OS_USER_DOMAIN_NAME'] };
  const user = { name: environment['OS_USERNAME'], password: environment['OS_PASSWORD'], domain };
  const answer = await fetch(`${environment['OS_AUTH_URL']}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user } },
        scope: { project: { name: environment['OS_PROJECT_NAME'], domain } },
      },
    }),
  });
  return answer.headers.get('x-subject-token') ?? '';
}
