import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { apiSettingsSchema } from '../../../plugin/api/settings.ts';
import { cluster, host, instance } from '../../cluster/tiny-cluster.ts';
import { newAction, newAudit, newPlan } from '../../db/rows.ts';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

const MINE = '11111111-1111-4111-8111-111111111111';
const ALSO_MINE = '22222222-2222-4222-8222-222222222222';
const THEIRS = '33333333-3333-4333-8333-333333333333';

const FIGURE = { name: 'secret-figure', description: 'hosts', value: 1, unit: null };

/** The token `member` has the roles member and reader on the project p1. */
describe('api for members of a project (row 41)', () => {
  const token = 'member';
  const picture = cluster({
    hosts: [host('secret-host')],
    instances: [
      instance(MINE, 'secret-host', { projectId: 'p1' }),
      instance(ALSO_MINE, 'secret-host', { projectId: 'p1' }),
      instance(THEIRS, 'secret-host', { projectId: 'p2' }),
    ],
  });
  let api: ApiUnderTest;
  let own: { plan: string; actions: readonly string[] };
  let mixed: typeof own;
  let foreign: typeof own;
  let audit: string;
  beforeEach(async () => {
    const settings = apiSettingsSchema.parse({ policy: { projectView: true } });
    api = await startApi({ settings, clusterPicture: { take: () => Promise.resolve(picture) } });
    audit = (await api.repositories.audits.create(newAudit({ state: 'SUCCEEDED' }))).uuid;
    own = await planFor([MINE, ALSO_MINE]);
    mixed = await planFor([MINE, THEIRS]);
    foreign = await planFor([THEIRS]);
  });
  afterEach(() => api.stop());

  async function planFor(instances: readonly string[]) {
    const plan = newPlan({
      auditUuid: audit,
      state: 'RECOMMENDED',
      strategyName: 'sit_still',
      globalEfficacy: [FIGURE],
      efficacyIndicators: [FIGURE],
      hostname: 'secret-replica',
      statusMessage: 'secret-reason',
    });
    const uuids = instances.map(() => randomUUID());
    const actions = instances.map((resource, at) =>
      newAction({
        uuid: uuids[at]!,
        actionPlanUuid: plan.uuid,
        actionType: 'migrate',
        parents: uuids.slice(0, at),
        reason: 'secret-host is full',
        statusMessage: 'secret-reason',
        inputParameters: {
          resource_id: resource.toUpperCase(),
          resource_name: 'web-1',
          migration_type: 'live',
          source_node: 'secret-host',
          destination_node: 'secret-host',
        },
      }),
    );
    await api.repositories.actionPlans.createWithActions(plan, actions);
    return { plan: plan.uuid, actions: uuids };
  }
  const uuidsOf = (json: unknown): readonly string[] =>
    Object.values(json as Record<string, { uuid: string }[]>)
      .flat()
      .map(({ uuid }) => uuid);
  const listed = async (path: string): Promise<readonly string[]> =>
    uuidsOf((await api.call('GET', path, { token })).json);

  it('shows the plans whose actions are all on their own instances', async () => {
    expect(await listed('/v1/action_plans')).to.deep.equal([own.plan]);
    expect(await listed('/v1/action_plans/detail')).to.deep.equal([own.plan]);
    expect(await listed(`/v1/action_plans?audit_uuid=${randomUUID()}`)).to.deep.equal([]);
  });

  it('shows the actions on their own instances', async () => {
    const visible = [...own.actions, mixed.actions[0]!];

    expect(await listed('/v1/actions')).to.have.members(visible);
    expect(await listed(`/v1/actions?action_plan_uuid=${mixed.plan}`)).to.deep.equal([mixed.actions[0]]);
    expect(await listed(`/v1/actions?action_plan_uuid=${foreign.plan}`)).to.deep.equal([]);
  });

  it('shows one of them, and does not tell others from what nobody has', async () => {
    const answers = await Promise.all(
      [
        `/v1/action_plans/${own.plan}`,
        `/v1/actions/${mixed.actions[0]}`,
        `/v1/action_plans/${mixed.plan}`,
        `/v1/action_plans/${foreign.plan}`,
        `/v1/actions/${mixed.actions[1]}`,
        `/v1/actions/${randomUUID()}`,
      ].map(path => api.call('GET', path, { token })),
    );

    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 404, 404, 404, 404]);
    expect(answers[5]!.faultstring).to.match(/^Action .* could not be found$/);
    expect(answers[4]!.faultstring).to.equal(`Action ${mixed.actions[1]} could not be found`);
  });

  it('says nothing of hosts, reasons, other instances and the whole cloud', async () => {
    const texts = await Promise.all(
      [
        '/v1/action_plans/detail',
        '/v1/actions/detail',
        `/v1/actions/${mixed.actions[0]}`,
        `/v1/action_plans/${own.plan}`,
        '/v1/data_model',
      ].map(async path => (await api.call('GET', path, { token })).text),
    );

    for (const text of texts) {
      expect(text).to.not.contain('secret').and.not.contain(THEIRS).and.not.contain(THEIRS.toUpperCase());
      expect(text).to.not.contain(mixed.actions[1]!);
    }
    expect(texts[1]).to.contain('"migration_type":"live"');
  });

  it('shows their own instances of the data model', async () => {
    const { json } = await api.call('GET', '/v1/data_model', { token });

    const rows = (json as { context: { server_uuid: string; node_hostname: unknown }[] }).context;
    expect(rows.map(row => row.server_uuid)).to.have.members([MINE, ALSO_MINE]);
    expect(new Set(rows.map(row => row.node_hostname))).to.deep.equal(new Set([null]));
  });

  for (const [method, path] of [
    ['GET', '/v1/audits'],
    ['GET', '/v1/goals'],
    ['GET', '/v1/services'],
    ['POST', '/v1/audits'],
    ['PATCH', '/v1/actions/x'],
    ['DELETE', '/v1/action_plans/x'],
    ['POST', '/v1/action_plans/x/start'],
  ] as const) {
    it(`lets them do nothing else: ${method} ${path}`, async () => {
      expect((await api.call(method, path, { token })).status).to.equal(403);
    });
  }

  it('shows nothing to tokens without a project or without its roles', async () => {
    const { owners } = api.tokens;
    owners.set('domain', { ...owners.get('member')!, projectId: undefined });
    owners.set('guest', { ...owners.get('member')!, roles: ['guest'] });
    owners.set('elsewhere', { ...owners.get('member')!, projectId: 'p3' });

    const statuses = await Promise.all(
      ['domain', 'guest'].map(async who => (await api.call('GET', '/v1/actions', { token: who })).status),
    );
    const { json } = await api.call('GET', '/v1/actions', { token: 'elsewhere' });

    expect(statuses).to.deep.equal([403, 403]);
    expect(json).to.deep.equal({ actions: [] });
  });

  it('keeps to rules that ask what a plan is like', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'policy-'));
    const file = join(folder, 'policy.yaml');
    await writeFile(file, `"action_plan:get": "role:member and not 'secret-replica':%(hostname)s"\n`);
    const settings = apiSettingsSchema.parse({ policy: { projectView: true, file } });
    const clusterPicture = { take: () => Promise.resolve(picture) };
    const strict = await startApi({ settings, clusterPicture, repositories: api.repositories });
    try {
      const statuses = await Promise.all(
        [own.plan, foreign.plan, randomUUID()].map(
          async uuid => (await strict.call('GET', `/v1/action_plans/${uuid}`, { token })).status,
        ),
      );

      expect(statuses).to.deep.equal([200, 404, 404]);
    } finally {
      await strict.stop();
      await rm(folder, { recursive: true });
    }
  });

  it('shows administrators everything, as ever', async () => {
    expect(uuidsOf((await api.call('GET', '/v1/action_plans')).json)).to.have.length(3);
    expect((await api.call('GET', `/v1/actions/${mixed.actions[0]}`)).text).to.contain('secret-host');
  });

  it('does not make the service look at the cloud each time', async () => {
    let taken = 0;
    const settings = apiSettingsSchema.parse({ policy: { projectView: true } });
    const take = () => {
      taken += 1;
      return Promise.resolve(picture);
    };
    const asked = await startApi({ settings, clusterPicture: { take } });
    for (let n = 0; n < 5; n += 1) await asked.call('GET', '/v1/actions', { token });
    asked.now += 60_000;
    await asked.call('GET', '/v1/actions', { token });
    await asked.stop();

    expect(taken).to.equal(2);
  });

  it('is off by default', async () => {
    const usual = await startApi();

    const { status } = await usual.call('GET', '/v1/actions', { token });
    await usual.stop();

    expect(status).to.equal(403);
  });
});
