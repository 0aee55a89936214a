import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { newAction, newAudit, newPlan } from '../../db/rows.ts';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

const SOMEWHERE = '12a5ca6d-40dd-4196-9536-5cd88c5b9acf';

describe('api actions (K30)', () => {
  let api: ApiUnderTest;
  let auditUuid: string;
  let planUuid: string;
  beforeEach(async () => {
    api = await startApi();
    ({ uuid: auditUuid } = await api.repositories.audits.create(newAudit({ state: 'SUCCEEDED' })));
    ({ uuid: planUuid } = await api.repositories.actionPlans.create(newPlan({ auditUuid })));
  });
  afterEach(() => api.stop());

  const uuids = async (query: string) => {
    const { json } = await api.call('GET', `/v1/actions${query}`);
    return (json as { actions: { uuid: string }[] }).actions.map(({ uuid }) => uuid);
  };

  it('are shown with what they do and why, and after which others (K60)', async () => {
    const parent = randomUUID();
    const { uuid } = await api.repositories.actions.create(
      newAction({
        actionPlanUuid: planUuid,
        actionType: 'migrate',
        inputParameters: { migration_type: 'live', resource_id: 'r' },
        parents: [parent],
        reason: 'compute-1 reaches 91 % CPU at 14:20 (p95).',
        statusMessage: '40 %: copying memory',
      }),
    );

    const { json } = await api.call('GET', `/v1/actions/${uuid}`);

    expect(json).to.deep.equal({
      uuid,
      action_plan_uuid: planUuid,
      action_type: 'migrate',
      state: 'PENDING',
      parents: [parent],
      input_parameters: { migration_type: 'live', resource_id: 'r' },
      description:
        'Moving a VM instance from source_node to destination_node. compute-1 reaches 91 % CPU at 14:20 (p95).',
      status_message: '40 %: copying memory',
      created_at: '2026-03-01T12:00:00.000000+00:00',
      updated_at: null,
      deleted_at: null,
      links: [
        { href: `${api.url}/v1/actions/${uuid}`, rel: 'self' },
        { href: `${api.url}/actions/${uuid}`, rel: 'bookmark' },
      ],
    });
  });

  for (const [actionType, reason, description] of [
    ['nop', null, 'Logging a NOP message'],
    ['sleep', 'It is late.', 'Wait for a given interval in seconds. It is late.'],
    ['teleport', 'Why not.', 'Why not.'],
    ['teleport', null, ''],
  ] as const) {
    it(`describe ${actionType} for the reason ${reason} (K32)`, async () => {
      const row = newAction({ actionPlanUuid: planUuid, actionType, reason });
      await api.repositories.actions.create(row);

      expect((await api.call('GET', `/v1/actions/${row.uuid}`)).json).to.include({ description });
    });
  }

  it('have fewer fields in lists and before 1.5', async () => {
    const { uuid } = await api.repositories.actions.create(newAction({ actionPlanUuid: planUuid }));

    const list = await api.call('GET', '/v1/actions');
    const old = await api.call('GET', `/v1/actions/${uuid}`, { version: '1.4' });

    const short = ['uuid', 'action_plan_uuid', 'action_type', 'state', 'parents', 'links'];
    const details = ['input_parameters', 'description', 'created_at', 'updated_at', 'deleted_at'];
    expect((list.json as { actions: object[] }).actions[0]).to.have.all.keys(...short);
    expect(old.json).to.have.all.keys(...short, ...details);
  });

  it('are listed by plan or by audit, not by both', async () => {
    const second = await api.repositories.actionPlans.create(newPlan({ auditUuid }));
    const foreign = await api.repositories.audits.create(newAudit());
    const third = await api.repositories.actionPlans.create(newPlan({ auditUuid: foreign.uuid }));
    const [one, two, three] = await Promise.all(
      [planUuid, second.uuid, third.uuid].map(actionPlanUuid =>
        api.repositories.actions.create(newAction({ actionPlanUuid })),
      ),
    );

    expect(await uuids('')).to.have.members([one?.uuid, two?.uuid, three?.uuid]);
    expect(await uuids(`?action_plan_uuid=${planUuid}`)).to.deep.equal([one?.uuid]);
    expect(await uuids(`/detail?audit_uuid=${auditUuid}`)).to.have.members([one?.uuid, two?.uuid]);
    expect(await uuids(`?audit_uuid=${auditUuid}&limit=1&marker=${one?.uuid}`)).to.deep.equal([two?.uuid]);
    expect(await uuids(`?audit_uuid=${SOMEWHERE}`)).to.deep.equal([]);
    expect(await uuids('?sort_key=action_plan_uuid')).to.have.length(3);
    const both = await api.call('GET', `/v1/actions?audit_uuid=${auditUuid}&action_plan_uuid=${planUuid}`);
    expect([both.status, both.faultstring]).to.deep.equal([
      400,
      'Filtering actions on both audit and action-plan is prohibited',
    ]);
  });

  // prettier-ignore
  for (const [path, status, faultstring] of [
    ['/v1/actions/xx', 400, "Invalid input for field/attribute action_uuid. Value: 'xx'. unable to convert to uuid. Error: Expected a uuid but received xx"],
    [`/v1/actions/${SOMEWHERE}`, 404, `Action ${SOMEWHERE} could not be found`],
    ['/v1/actions?action_plan_uuid=xx', 400, "Invalid input for field/attribute action_plan_uuid. Value: 'xx'. unable to convert to uuid. Error: Expected a uuid but received xx"],
    ['/v1/actions?audit_uuid=xx', 400, "Invalid input for field/attribute audit_uuid. Value: 'xx'. unable to convert to uuid. Error: Expected a uuid but received xx"],
  ] as const) {
    it(`answer ${status} to ${path}`, async () => {
      const answer = await api.call('GET', path);

      expect([answer.status, answer.faultstring]).to.deep.equal([status, faultstring]);
    });
  }

  describe('skipping (K31, K58, K59)', () => {
    const skip = { op: 'replace', path: '/state', value: 'SKIPPED' };
    const say = (value: unknown) => ({ op: 'replace', path: '/status_message', value });
    const patch = (uuid: string, operations: readonly object[], version = '1.5') =>
      api.call('PATCH', `/v1/actions/${uuid}`, { body: operations, version });
    const create = (changes: object = {}) =>
      api.repositories.actions.create(newAction({ actionPlanUuid: planUuid, ...changes }));

    it('takes an action out of a plan, with or without a reason that can be given later', async () => {
      const { uuid } = await create();

      const skipped = await patch(uuid, [skip]);
      const explained = await patch(uuid, [say('It is busy')]);

      expect(skipped.json).to.include({ state: 'SKIPPED', status_message: 'Action skipped by user.' });
      expect(explained.json).to.include({
        state: 'SKIPPED',
        status_message: 'Action skipped by user. Reason: It is busy',
      });
    });

    it('takes state and reason at once', async () => {
      const { uuid } = await create();

      expect((await patch(uuid, [skip, say('why')])).json).to.include({
        state: 'SKIPPED',
        status_message: 'Action skipped by user. Reason: why',
      });
    });

    // prettier-ignore
    for (const [what, state, operations, status, faultstring] of [
      ['a message on one that is not skipped', 'PENDING', [say('x')], 409, /^State transition not allowed/],
      ['another state', 'PENDING', [{ ...skip, value: 'SUCCEEDED' }], 409, /\(PENDING -> SUCCEEDED\)$/],
      ['one that has ended', 'SUCCEEDED', [skip], 409, /\(SUCCEEDED -> SKIPPED\)$/],
      ['another attribute', 'PENDING', [{ op: 'replace', path: '/parents', value: [] }], 400, /\/parents can't be updated\.$/],
      ['a removal', 'PENDING', [{ op: 'remove', path: '/state' }], 400, /\/state can't be updated\.$/],
      ['a number as message', 'PENDING', [skip, say(5)], 400, /Wrong type\. Expected a string\.$/],
    ] as const) {
      it(`is refused for ${what}`, async () => {
        const { uuid } = await create({ state });

        const answer = await patch(uuid, operations);

        expect(answer.status).to.equal(status);
        expect(answer.faultstring).to.match(faultstring);
        expect(await api.repositories.actions.find(uuid)).to.include({ state });
      });
    }

    it('is refused once the plan has begun', async () => {
      const { uuid } = await create();
      await api.repositories.actionPlans.transition(planUuid, 'RECOMMENDED', 'ONGOING');

      const { status, faultstring } = await patch(uuid, [skip]);

      expect(status).to.equal(409);
      expect(faultstring).to.match(/it is ONGOING\.$/);
    });

    it('needs 1.5', async () => {
      const { uuid } = await create();

      const { status, faultstring } = await patch(uuid, [skip], '1.4');

      expect([status, faultstring]).to.deep.equal([400, 'API microversion 1.5 or higher is required.']);
    });
  });
});
