import { expect } from 'chai';
import { openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import type { Repositories } from '../../../plugin/lifecycle/repositories.ts';
import { announcedRepositories } from '../../../plugin/notifications/announced-repositories.ts';
import type { Notification } from '../../../plugin/notifications/envelope.ts';
import { unwrap, wrap } from '../../../plugin/notifications/envelope.ts';
import type { VersionedObject } from '../../../plugin/notifications/payloads.ts';
import { GOALS } from '../../../goals/goals.ts';
import { STRATEGIES } from '../../../strategies/strategies.ts';
import { newAction, newAudit, newPlan } from '../../db/rows.ts';

describe('announced repositories', () => {
  let inner: Repositories;
  let announced: Repositories;
  let told: Notification[];
  let pending: Promise<void>;

  beforeEach(async () => {
    inner = createRepositories(await openDatabase('sqlite://', { now: () => new Date(1_767_225_600_123) }));
    told = [];
    pending = Promise.resolve();
    announced = announcedRepositories(
      inner,
      {
        goals: await inner.catalogue.sync('goal', ['dummy', 'predictive_migration']),
        strategies: await inner.catalogue.sync('strategy', ['dummy', 'predictive_migration']),
        goal: wanted => GOALS.find(({ name }) => name === wanted),
        strategy: wanted => STRATEGIES.find(({ name }) => name === wanted),
        parametersSpec: () => ({ type: 'object' }),
      },
      {
        announce: make => {
          pending = pending.then(async () => {
            told.push(...(await make()));
          });
        },
      },
    );
  });
  afterEach(() => inner.close());

  async function eventTypes(): Promise<readonly string[]> {
    await pending;
    return told.map(({ eventType }) => eventType);
  }

  function dataOf(eventType: string): Readonly<Record<string, unknown>> {
    const found = told.find(notification => notification.eventType === eventType);
    return (found!.payload as VersionedObject)['watcher_object.data'];
  }

  it('tell the life of an audit and of its plan, in order (K108)', async () => {
    const audit = await announced.audits.create(newAudit());
    await announced.audits.transition(audit.uuid, 'PENDING', 'ONGOING');
    const plan = newPlan({ auditUuid: audit.uuid });
    const action = newAction({ actionPlanUuid: plan.uuid });
    await announced.actionPlans.createWithActions(plan, [action]);
    await announced.audits.transition(audit.uuid, 'ONGOING', 'SUCCEEDED');
    await announced.actionPlans.transition(plan.uuid, ['RECOMMENDED', 'PENDING'], 'PENDING');
    await announced.actionPlans.transition(plan.uuid, 'PENDING', 'ONGOING');
    await announced.actions.transition(action.uuid, 'PENDING', 'ONGOING');
    await announced.actions.transition(action.uuid, 'ONGOING', 'FAILED', { statusMessage: 'no room' });
    await announced.actionPlans.transition(plan.uuid, 'ONGOING', 'FAILED');
    await announced.actionPlans.softDelete(plan.uuid);
    await announced.audits.softDelete(audit.uuid);

    expect(await eventTypes()).deep.equals([
      'audit.create',
      'audit.update',
      'audit.strategy.start',
      'audit.strategy.end',
      'audit.planner.start',
      'audit.planner.end',
      'action_plan.create',
      'action.create',
      'audit.update',
      'action_plan.update',
      'action_plan.update',
      'action_plan.execution.start',
      'action.update',
      'action.execution.start',
      'action.update',
      'action.execution.error',
      'action_plan.update',
      'action_plan.execution.error',
      'action_plan.delete',
      'action.delete',
      'audit.delete',
    ]);
    expect(told.filter(({ priority }) => priority === 'ERROR')).length(2);
  });

  it('say what changed, with the states before and after, and why (K108)', async () => {
    const audit = await announced.audits.create(newAudit());
    await announced.audits.transition(audit.uuid, ['PENDING', 'ONGOING'], 'FAILED', {
      statusMessage: 'Nova is away.',
    });
    await eventTypes();

    const update = dataOf('audit.update')['state_update'] as VersionedObject;
    expect(update['watcher_object.data']).deep.equals({
      old_state: 'PENDING',
      state: 'FAILED',
      status_message: 'Nova is away.',
    });
    const fault = dataOf('audit.strategy.error')['fault'] as VersionedObject;
    expect(fault['watcher_object.data']).include({ exception_message: 'Nova is away.' });
    expect(dataOf('audit.create')).include({ uuid: audit.uuid, created_at: '2026-01-01T00:00:00Z' });
  });

  it('tell of no end of what never ran', async () => {
    const audit = await inner.audits.create(newAudit());
    const plan = newPlan({ auditUuid: audit.uuid });
    const action = newAction({ actionPlanUuid: plan.uuid });
    await inner.actionPlans.createWithActions(plan, [action]);

    await announced.actions.transition(action.uuid, 'PENDING', 'CANCELLED');
    await announced.actionPlans.transition(plan.uuid, 'RECOMMENDED', 'CANCELLED');

    expect(await eventTypes()).deep.equals(['action.update', 'action_plan.update']);
  });

  it('tell nothing of what did not happen', async () => {
    const audit = await announced.audits.create(newAudit());
    await announced.audits.transition(audit.uuid, 'ONGOING', 'FAILED');
    await announced.audits.update('00000000-0000-4000-8000-000000000000', { name: 'x' });
    await announced.audits.softDelete(audit.uuid, ['SUCCEEDED']);

    expect(await eventTypes()).deep.equals(['audit.create']);
  });

  it('keep the conditions under which a row may change', async () => {
    const audit = await announced.audits.create(newAudit());

    const changed = await announced.audits.update(audit.uuid, { name: 'y' }, { state: 'FAILED' });

    expect(changed).equals(undefined);
    expect((await inner.audits.find(audit.uuid))?.name).equals(audit.name);
  });

  it('tell of plans that a newer one replaces', async () => {
    const runUuid = 'b3a1b1de-6d6c-4b0c-9a0e-2f1f5d1f0001';
    const audit = await inner.audits.create({ ...newAudit(), state: 'ONGOING', runUuid });
    const old = newPlan({ auditUuid: audit.uuid });
    await inner.actionPlans.createWithActions(old, []);

    await announced.actionPlans.createForRun(newPlan({ auditUuid: audit.uuid }), [], {
      runUuid,
      replaces: 'replaced',
    });

    await eventTypes();
    const update = dataOf('action_plan.update');
    expect(update).include({ uuid: old.uuid, state: 'CANCELLED' });
  });
});

describe('envelope', () => {
  it('can be read again, by us and as oslo.messaging writes it', () => {
    const content = wrap(
      { eventType: 'audit.create', priority: 'INFO', payload: { a: 1 } },
      { publisherId: 'infra-optim:me', at: new Date(1_767_225_600_123) },
    );

    const outer = JSON.parse(content.toString()) as Record<string, string>;
    expect(outer['oslo.version']).equals('2.0');
    const inner = JSON.parse(outer['oslo.message']!) as Record<string, unknown>;
    expect(inner).include({ publisher_id: 'infra-optim:me', timestamp: '2026-01-01 00:00:00.123000' });
    expect(unwrap(content)).deep.equals({ eventType: 'audit.create', payload: { a: 1 } });
    expect(unwrap(Buffer.from('{"event_type":"x","payload":2}'))).deep.equals({ eventType: 'x', payload: 2 });
    expect(unwrap(Buffer.from('garbage'))).equals(undefined);
    expect(unwrap(Buffer.from('null'))).equals(undefined);
  });
});
