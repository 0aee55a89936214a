import { expect } from 'chai';
import type { Action } from '../../../plugin/lifecycle/action.ts';
import type { Audit } from '../../../plugin/lifecycle/audit.ts';
import type { New } from '../../../plugin/lifecycle/repositories.ts';
import { newAction, newPlan } from '../../db/rows.ts';
import { Replicas } from './replicas.ts';

const INSTANCE = '10000000-0000-4000-8000-000000000000';
const migrate = (source: string, destination?: string): Partial<New<Action>> => ({
  actionType: 'migrate',
  inputParameters: {
    resource_id: INSTANCE,
    migration_type: 'live',
    source_node: source,
    ...(destination === undefined ? {} : { destination_node: destination }),
  },
});

/** The cloud of these audits has the hosts `one` and `two`. */
describe('audits beside plans of other hosts (B50)', () => {
  let replicas: Replicas;
  beforeEach(async () => {
    replicas = await Replicas.open();
  });
  afterEach(() => replicas.close());

  async function auditBeside(
    action: Partial<New<Action>>,
    ongoingPlans: 'all' | 'same_hosts' = 'same_hosts',
  ): Promise<Audit> {
    const { uuid: auditUuid } = await replicas.create({ state: 'SUCCEEDED' });
    const plan = newPlan({ auditUuid, state: 'ONGOING' });
    await replicas.repositories.actionPlans.createWithActions(plan, [
      newAction({ actionPlanUuid: plan.uuid }),
      newAction({ actionPlanUuid: plan.uuid, ...action }),
    ]);
    const { uuid } = await replicas.create();
    await replicas.start('here', { ongoingPlans });
    await replicas.settled();
    return replicas.audit(uuid);
  }

  it('run when the plan touches none of theirs', async () => {
    expect(await auditBeside(migrate('seven', 'eight'))).to.include({ state: 'SUCCEEDED' });
  });

  it('do not run by default', async () => {
    const { state, statusMessage } = await auditBeside(migrate('seven', 'eight'), 'all');

    expect(state).to.equal('CANCELLED');
    expect(statusMessage).to.match(
      /^The action plan .* is under way\. Use force to run the audit beside it\.$/,
    );
  });

  for (const [what, action, host] of [
    ['leaves one', migrate('one', 'eight'), 'one'],
    ['goes to one', migrate('seven', 'two'), 'two'],
    ['goes where Nova wants', migrate('seven'), 'a host that Nova chooses'],
    [
      'disables one',
      {
        actionType: 'change_nova_service_state',
        inputParameters: { resource_id: 'two', resource_name: 'two', state: 'disabled' },
      },
      'two',
    ],
    ['does something unknown', { actionType: 'zork', inputParameters: {} }, 'hosts that are not known'],
  ] as const) {
    it(`do not run when it ${what}`, async () => {
      const { state, statusMessage } = await auditBeside(action);

      expect(state).to.equal('CANCELLED');
      expect(statusMessage).to.contain(` is under way and concerns ${host}. Use force`);
    });
  }
});
