import { expect } from 'chai';
import type { ActionPlan, ActionPlanState } from '../../../plugin/lifecycle/action-plan.ts';
import { newAction, newAudit, newPlan } from '../../db/rows.ts';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

const SOMEWHERE = '12a5ca6d-40dd-4196-9536-5cd88c5b9acf';

describe('api action plans (K28)', () => {
  let api: ApiUnderTest;
  let auditUuid: string;
  beforeEach(async () => {
    api = await startApi();
    ({ uuid: auditUuid } = await api.repositories.audits.create(newAudit({ state: 'SUCCEEDED' })));
  });
  afterEach(() => api.stop());

  const plan = async (state: ActionPlanState, changes: Partial<ActionPlan> = {}) => {
    const row = newPlan({ auditUuid, state, ...changes });
    const actions = [1, 2].map(() => newAction({ actionPlanUuid: row.uuid }));
    return api.repositories.actionPlans.createWithActions(row, actions);
  };
  const states = async (planUuid: string) => {
    const actions = await api.repositories.actions.list({ where: { actionPlanUuid: planUuid } });
    return actions.map(({ state }) => state);
  };
  const uuids = async (query: string) => {
    const { json } = await api.call('GET', `/v1/action_plans${query}`);
    return (json as { action_plans: { uuid: string }[] }).action_plans.map(({ uuid }) => uuid);
  };

  it('are shown with what they promise (K56)', async () => {
    const indicator = { name: 'instance_migrations_count', description: 'Migrations.', unit: null, value: 2 };
    const efficacy = { name: 'overload_avoided_ratio', description: 'Share.', unit: '%', value: 98.5 };
    const { uuid } = await plan('RECOMMENDED', {
      strategyName: 'sit_still',
      efficacyIndicators: [indicator],
      globalEfficacy: [efficacy],
    });

    const { json } = await api.call('GET', `/v1/action_plans/${uuid}`);

    const strategy = (await api.call('GET', '/v1/strategies/sit_still')).json as { uuid: string };
    expect(json).to.deep.equal({
      uuid,
      audit_uuid: auditUuid,
      strategy_uuid: strategy.uuid,
      strategy_name: 'sit_still',
      state: 'RECOMMENDED',
      efficacy_indicators: [indicator],
      global_efficacy: [efficacy],
      hostname: null,
      status_message: null,
      created_at: '2026-03-01T12:00:00.000000+00:00',
      updated_at: null,
      deleted_at: null,
      links: [
        { href: `${api.url}/v1/action_plans/${uuid}`, rel: 'self' },
        { href: `${api.url}/action_plans/${uuid}`, rel: 'bookmark' },
      ],
    });
  });

  it('have fewer fields in lists and before 1.5 (K58)', async () => {
    const { uuid } = await plan('RECOMMENDED');

    const list = await api.call('GET', '/v1/action_plans');
    const old = await api.call('GET', `/v1/action_plans/${uuid}`, { version: '1.4' });

    const short = ['uuid', 'audit_uuid', 'strategy_uuid', 'strategy_name', 'state', 'efficacy_indicators', 'global_efficacy', 'updated_at', 'links']; // prettier-ignore
    expect((list.json as { action_plans: object[] }).action_plans[0]).to.have.all.keys(...short);
    expect(old.json).to.have.all.keys(...short, 'hostname', 'created_at', 'deleted_at');
  });

  it('are listed by audit and by strategy', async () => {
    const other = await api.repositories.audits.create(newAudit({ state: 'SUCCEEDED' }));
    const one = await plan('RECOMMENDED', { strategyName: 'sit_still' });
    const two = await plan('FAILED', { auditUuid: other.uuid, strategyName: 'look_away' });

    expect(await uuids('')).to.deep.equal([one.uuid, two.uuid]);
    expect(await uuids(`?audit_uuid=${auditUuid}`)).to.deep.equal([one.uuid]);
    expect(await uuids(`/detail?audit_uuid=${auditUuid.toUpperCase()}`)).to.deep.equal([one.uuid]);
    expect(await uuids(`?audit_uuid=${SOMEWHERE}`)).to.deep.equal([]);
    expect(await uuids('?strategy=look_away')).to.deep.equal([two.uuid]);
    expect(await uuids('?strategy=nope')).to.deep.equal([]);
    expect(await uuids('?sort_key=state')).to.deep.equal([two.uuid, one.uuid]);
    expect(await uuids('?sort_key=strategy_name')).to.deep.equal([two.uuid, one.uuid]);
    expect(await uuids('?sort_key=strategy_uuid&limit=1')).to.have.length(1);
    expect(await uuids(`?marker=${one.uuid}`)).to.deep.equal([two.uuid]);
  });

  // prettier-ignore
  for (const [method, path, status, faultstring] of [
    ['GET', '/v1/action_plans/nope', 400, "Invalid input for field/attribute action_plan_uuid. Value: 'nope'. unable to convert to uuid. Error: Expected a uuid but received nope"],
    ['GET', '/v1/action_plans/1', 400, "Invalid input for field/attribute action_plan_uuid. Value: '1'. unable to convert to uuid. Error: Expected a uuid but received 1"],
    ['GET', `/v1/action_plans/${SOMEWHERE}`, 404, `ActionPlan ${SOMEWHERE} could not be found`],
    ['DELETE', `/v1/action_plans/${SOMEWHERE}`, 404, `ActionPlan ${SOMEWHERE} could not be found`],
    ['POST', `/v1/action_plans/${SOMEWHERE}/start`, 404, `ActionPlan ${SOMEWHERE} could not be found`],
    ['POST', '/v1/action_plans/nope/start', 400, "Invalid input for field/attribute action_plan_uuid. Value: 'nope'. unable to convert to uuid. Error: Expected a uuid but received nope"],
    ['GET', '/v1/action_plans?audit_uuid=foo', 400, "Invalid input for field/attribute audit_uuid. Value: 'foo'. unable to convert to uuid. Error: Expected a uuid but received foo"],
    ['GET', `/v1/action_plans?marker=${SOMEWHERE}`, 404, `ActionPlan ${SOMEWHERE} could not be found`],
  ] as const) {
    it(`answer ${status} to ${method} ${path}`, async () => {
      const answer = await api.call(method, path);

      expect([answer.status, answer.faultstring]).to.deep.equal([status, faultstring]);
    });
  }

  describe('start (K29)', () => {
    for (const call of [
      {},
      { body: { anything: 1 } },
      { rawBody: 'x', headers: { 'Content-Type': 'text/plain' } },
    ]) {
      it(`makes a plan PENDING and hands it to the applier: ${JSON.stringify(call)}`, async () => {
        const { uuid } = await plan('RECOMMENDED');

        const { status, json } = await api.call('POST', `/v1/action_plans/${uuid}/start`, call);

        expect(status).to.equal(200);
        expect(json).to.include({ uuid, state: 'PENDING' });
        expect(json).to.include.keys('hostname', 'created_at');
        expect(api.launched).to.deep.equal([uuid]);
        expect(await api.repositories.actionPlans.find(uuid)).to.include({ state: 'PENDING' });
      });
    }

    for (const state of ['PENDING', 'ONGOING', 'SUCCEEDED', 'CANCELLED', 'SUPERSEDED'] as const) {
      it(`is refused when the plan is ${state}`, async () => {
        const { uuid } = await plan(state);

        const { status, faultstring } = await api.call('POST', `/v1/action_plans/${uuid}/start`);

        expect([status, faultstring]).to.deep.equal([400, `Couldn't start when state is '${state}'.`]);
        expect(api.launched).to.deep.equal([]);
      });
    }

    it('succeeds for exactly one of several who start at once', async () => {
      const { uuid } = await plan('RECOMMENDED');

      const answers = await Promise.all(
        [1, 2, 3, 4].map(() => api.call('POST', `/v1/action_plans/${uuid}/start`)),
      );

      expect(answers.map(({ status }) => status)).to.have.members([200, 400, 400, 400]);
      expect(api.launched).to.deep.equal([uuid]);
    });
  });

  describe('patches', () => {
    const patch = (uuid: string, ...operations: readonly object[]) =>
      api.call('PATCH', `/v1/action_plans/${uuid}`, { body: operations });
    const state = (value: unknown, op = 'replace') => ({ op, path: '/state', value });

    for (const [from, to] of [
      ['RECOMMENDED', 'CANCELLED'],
      ['PENDING', 'CANCELLED'],
      ['ONGOING', 'CANCELLING'],
    ] as const) {
      it(`cancel a plan that is ${from}, with its actions`, async () => {
        const { uuid } = await plan(from);

        const { status, json } = await patch(uuid, state(to));

        expect(status).to.equal(200);
        expect(json).to.include({ uuid, state: to });
        expect(await states(uuid)).to.deep.equal(['CANCELLED', 'CANCELLED']);
      });
    }

    it('start a plan', async () => {
      const { uuid } = await plan('RECOMMENDED');

      const { json } = await patch(uuid, state('PENDING'));

      expect(json).to.include({ state: 'PENDING' });
      expect(api.launched).to.deep.equal([uuid]);
    });

    for (const [from, to] of [
      ['RECOMMENDED', 'ONGOING'],
      ['RECOMMENDED', 'CANCELLING'],
      ['RECOMMENDED', 'SUPERSEDED'],
      ['RECOMMENDED', 'RECOMMENDED'],
      ['PENDING', 'ONGOING'],
      ['ONGOING', 'CANCELLED'],
      ['ONGOING', 'SUCCEEDED'],
      ['CANCELLED', 'PENDING'],
      ['SUCCEEDED', 'DELETED'],
    ] as const) {
      for (const op of ['replace', 'add']) {
        it(`do not lead from ${from} to ${to} with ${op}`, async () => {
          const { uuid } = await plan(from);

          const { status, faultstring } = await patch(uuid, state(to, op));

          expect(status).to.equal(400);
          expect(faultstring).to.contain(`Reason: State transition not allowed: (${from} -> ${to})`);
          expect(await api.repositories.actionPlans.find(uuid)).to.include({ state: from });
          expect(await states(uuid)).to.deep.equal(['PENDING', 'PENDING']);
        });
      }
    }

    // prettier-ignore
    for (const [what, operation, faultstring] of [
      ['an unknown state', state('FOO'), /Reason: Invalid state: FOO$/],
      ['a name of every object as state', state('toString'), /Reason: Invalid state: toString$/],
      ['null as state', state(null), /State transition not allowed: \(RECOMMENDED -> None\)$/],
      ['another attribute', { op: 'replace', path: '/hostname', value: 'x' }, /State transition not allowed: \(RECOMMENDED -> RECOMMENDED\)$/],
      ['the status message', { op: 'replace', path: '/status_message', value: 'x' }, /\/status_message can't be updated\.$/],
      ['the UUID', { op: 'replace', path: '/uuid', value: 'x' }, /^'\/uuid' is an internal attribute and can not be updated$/],
    ] as const) {
      it(`are refused with ${what}`, async () => {
        const { uuid } = await plan('RECOMMENDED');

        const answer = await patch(uuid, operation);

        expect(answer.status).to.equal(400);
        expect(answer.faultstring).to.match(faultstring);
      });
    }
  });

  describe('deletion', () => {
    for (const state of ['RECOMMENDED', 'SUCCEEDED', 'FAILED', 'SUPERSEDED', 'CANCELLED'] as const) {
      it(`is done when the plan is ${state}, with its actions (K37)`, async () => {
        const { uuid } = await plan(state);

        const { status } = await api.call('DELETE', `/v1/action_plans/${uuid}`);

        expect(status).to.equal(204);
        expect((await api.call('GET', `/v1/action_plans/${uuid}`)).status).to.equal(404);
        expect(await states(uuid)).to.deep.equal([]);
      });
    }

    for (const state of ['PENDING', 'ONGOING', 'CANCELLING'] as const) {
      it(`is refused when the plan is ${state}`, async () => {
        const { uuid } = await plan(state);

        const { status, faultstring } = await api.call('DELETE', `/v1/action_plans/${uuid}`);

        expect([status, faultstring]).to.deep.equal([400, `Couldn't delete when state is '${state}'.`]);
        expect(await states(uuid)).to.have.length(2);
      });
    }
  });
});
