import { expect } from 'chai';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { newAction, newPlan } from '../db/rows.ts';
import type { LabApi } from './api-lab.ts';
import { WATCHER_URL, serveApi } from './api-lab.ts';
import { until } from './lab.ts';

/** The newest version that the lab's Watcher speaks. */
const VERSION = '1.4';
const NAME = `auspex-documents-${process.pid}`;

type Document = Readonly<Record<string, unknown>>;

describe("the API's documents beside those of the real Watcher", () => {
  let api: LabApi;
  let token: string;
  /** Of every resource, the identifier of one that both have. */
  let ourIds: Readonly<Record<string, string>>;
  let watchersIds: Readonly<Record<string, string>>;
  before(async () => {
    ({ token } = await LabCloud.connect());
    api = await serveApi();
    ourIds = await fillOurs();
    watchersIds = await fillWatchers();
  });
  after(async () => {
    await send(WATCHER_URL, 'DELETE', `/v1/action_plans/${watchersIds['action_plans']}`);
    await send(WATCHER_URL, 'DELETE', `/v1/audits/${watchersIds['audits']}`);
    await send(WATCHER_URL, 'DELETE', `/v1/audit_templates/${watchersIds['audit_templates']}`);
    await api.stop();
  });

  const send = async (url: string, method: string, path: string, body?: object) => {
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: {
        'X-Auth-Token': token,
        'OpenStack-API-Version': `infra-optim ${VERSION}`,
        'Content-Type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await reply.text();
    return {
      status: reply.status,
      headers: reply.headers,
      json: text === '' ? {} : (JSON.parse(text) as Document),
    };
  };
  const create = async (url: string, path: string, body: object) =>
    String((await send(url, 'POST', path, body)).json['uuid']);
  const list = async (url: string, path: string, resource: string) =>
    (await send(url, 'GET', path)).json[resource] as readonly Document[];

  async function fillOurs(): Promise<Record<string, string>> {
    const goal = 'predictive_migration';
    const audits = await create(api.url, '/v1/audits', { audit_type: 'ONESHOT', goal, strategy: goal });
    const plan = newPlan({ auditUuid: audits });
    const action = newAction({ actionPlanUuid: plan.uuid });
    await api.repositories.actionPlans.createWithActions(plan, [action]);
    await api.repositories.services.heartbeat('watcher-applier', 'here');
    return {
      goals: goal,
      strategies: goal,
      audit_templates: await create(api.url, '/v1/audit_templates', { name: NAME, goal, strategy: goal }),
      audits,
      action_plans: plan.uuid,
      actions: action.uuid,
      services: '1',
    };
  }

  async function fillWatchers(): Promise<Record<string, string>> {
    const dummy = { goal: 'dummy', strategy: 'dummy' };
    const audits = await create(WATCHER_URL, '/v1/audits', { name: NAME, audit_type: 'ONESHOT', ...dummy });
    const plan = await until("Watcher's dummy audit has a plan", async () => {
      const plans = await list(WATCHER_URL, `/v1/action_plans?audit_uuid=${audits}`, 'action_plans');
      return plans[0];
    });
    const path = `/v1/actions?action_plan_uuid=${String(plan['uuid'])}`;
    const [action] = await until('the plan has actions', async () => {
      const actions = await list(WATCHER_URL, path, 'actions');
      return actions.length > 0 && actions;
    });
    return {
      goals: 'dummy',
      strategies: 'dummy',
      audit_templates: await create(WATCHER_URL, '/v1/audit_templates', { name: NAME, ...dummy }),
      audits,
      action_plans: String(plan['uuid']),
      actions: String(action!['uuid']),
      services: '1',
    };
  }

  for (const resource of [
    'goals',
    'strategies',
    'audit_templates',
    'audits',
    'action_plans',
    'actions',
    'services',
  ]) {
    for (const detail of ['', '/detail']) {
      it(`have the same fields in the list ${resource}${detail}`, async () => {
        const [ours] = await list(api.url, `/v1/${resource}${detail}`, resource);
        const watchers = await list(WATCHER_URL, `/v1/${resource}${detail}`, resource);

        expect(ours).to.have.all.keys(...Object.keys(watchers[0]!));
      });
    }

    it(`have the same fields, of the same kinds, for one of ${resource}`, async () => {
      const ours = await send(api.url, 'GET', `/v1/${resource}/${ourIds[resource]}`);
      const watchers = await send(WATCHER_URL, 'GET', `/v1/${resource}/${watchersIds[resource]}`);

      expect(ours.json).to.have.all.keys(...Object.keys(watchers.json));
      for (const [key, value] of Object.entries(watchers.json)) {
        const own = ours.json[key];
        if (value !== null && own !== null) expect(kindOf(own), key).to.equal(kindOf(value));
        if (key === 'links')
          expect((own as Document[]).map(link => link['rel'])).to.deep.equal(['self', 'bookmark']);
      }
    });
  }

  it('have the same page and version headers', async () => {
    const ours = await send(api.url, 'GET', '/v1/goals?limit=1');
    const watchers = await send(WATCHER_URL, 'GET', '/v1/goals?limit=1');

    const args = (next: unknown) => [...new URL(String(next)).searchParams.keys()].toSorted();
    expect(args(ours.json['next'])).to.deep.equal(args(watchers.json['next']));
    for (const header of ['openstack-api-version', 'openstack-api-minimum-version', 'vary', 'content-type']) {
      expect(ours.headers.get(header), header).to.equal(watchers.headers.get(header));
    }
  });

  for (const [method, path, body] of [
    ['GET', '/v1/goals/nope', undefined],
    ['GET', '/v1/audits?limit=0', undefined],
    ['GET', '/v1/audits?sort_key=foo', undefined],
    ['GET', '/v1/audits?foo=1', undefined],
    ['GET', '/v1/action_plans/nope', undefined],
    ['GET', '/v1/services/99', undefined],
    ['DELETE', '/v1/audits', undefined],
    ['POST', '/v1/audits', { audit_type: 'FOO', goal: 'x' }],
    ['POST', '/v1/audits', { audit_type: 'ONESHOT', goal: 'nope' }],
    ['POST', '/v1/audits', { audit_type: 'ONESHOT', goal: 'x', interval: '3' }],
    ['POST', '/v1/audits', { audit_type: 'ONESHOT', goal: 'x', zork: 1 }],
    ['POST', '/v1/audits', { audit_type: 'ONESHOT', goal: 'x', state: 'ONGOING' }],
    ['POST', '/v1/audits', { goal: 'x' }],
    ['POST', '/v1/audit_templates', { name: NAME, goal: 'GOAL' }],
    ['POST', '/v1/audit_templates', { name: NAME }],
  ] as const) {
    it(`say the same to ${method} ${path} ${body === undefined ? '' : JSON.stringify(body)}`, async () => {
      const on = (goal: string) =>
        body === undefined ? undefined : (JSON.parse(JSON.stringify(body).replace('GOAL', goal)) as object);

      const ours = await send(api.url, method, path, on('predictive_migration'));
      const watchers = await send(WATCHER_URL, method, path, on('dummy'));

      expect(ours.status).to.equal(watchers.status);
      expect(JSON.parse(String(ours.json['error_message']))).to.deep.equal(
        JSON.parse(String(watchers.json['error_message'])),
      );
    });
  }

  it('turn away a missing token in the same words', async () => {
    const [ours, watchers] = await Promise.all(
      [api.url, WATCHER_URL].map(async url => {
        const reply = await fetch(`${url}/v1/goals`);
        return {
          status: reply.status,
          body: await reply.json(),
          header: reply.headers.get('www-authenticate'),
        };
      }),
    );

    expect(ours?.status).to.equal(watchers?.status);
    expect(ours?.body).to.deep.equal(watchers?.body);
    expect(ours?.header).to.match(/^Keystone uri="http:\/\/127\.0\.0\.1:15000/);
    expect(watchers?.header).to.match(/^Keystone uri="http:\/\/127\.0\.0\.1:15000/);
  });
});

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}
