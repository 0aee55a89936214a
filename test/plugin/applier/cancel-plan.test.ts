import { expect } from 'chai';
import { ActionFailedError } from '../../../plugin/actions/errors.ts';
import { startApplier } from './applier-harness.ts';
import type { ApplierHarness } from './applier-harness.ts';

describe('cancelling an action plan', () => {
  let harness: ApplierHarness;

  beforeEach(async () => {
    harness = await startApplier();
  });

  afterEach(() => harness.stop());

  it('cancels what has not begun at once and ends when what is under way has ended', async () => {
    const { gates, applier } = harness;
    gates.fates.set('a', { stubborn: true });
    const uuid = await harness.plan([{ name: 'a' }, { name: 'b' }, { name: 'c', after: ['a'] }]);
    await applier.launch(uuid);
    await Promise.all([gates.begun('a'), gates.begun('b')]);

    const row = await applier.cancel(uuid);
    const meanwhile = await harness.stateOfActions(uuid);
    const planMeanwhile = await harness.stateOfPlan(uuid);
    gates.open('a');
    await applier.whenIdle();

    expect(row?.state).to.equal('CANCELLING');
    expect(planMeanwhile).to.equal('CANCELLING');
    expect(meanwhile['c']).to.equal('CANCELLED: Not started: the action plan was cancelled.');
    expect(await harness.stateOfActions(uuid)).to.deep.equal({
      a: 'SUCCEEDED: 50 %: half of a',
      b: 'CANCELLED: b was cancelled.',
      c: 'CANCELLED: Not started: the action plan was cancelled.',
    });
    expect(await harness.stateOfPlan(uuid)).to.equal('CANCELLED');
  });

  it('shows that an action is being cancelled', async () => {
    const { gates, applier, repositories } = harness;
    gates.fates.set('a', { stubborn: true });
    const uuid = await harness.plan([{ name: 'a' }]);
    await applier.launch(uuid);
    await gates.begun('a');

    await applier.cancel(uuid);
    await repositories.actions.list();

    expect(await harness.stateOfActions(uuid)).to.deep.equal({ a: 'CANCELLING: 50 %: half of a' });
    gates.open('a');
    await applier.whenIdle();
  });

  it('says what failed before or meanwhile', async () => {
    const { gates, applier } = harness;
    gates.fates.set('a', { stubborn: true, error: new ActionFailedError('the abort went wrong') });
    const uuid = await harness.plan([{ name: 'a' }]);
    await applier.launch(uuid);
    await gates.begun('a');

    await applier.cancel(uuid);
    gates.open('a');
    await applier.whenIdle();

    expect(await harness.stateOfPlan(uuid)).to.equal(
      'CANCELLED: 1 of 1 actions failed: Action failed in execute: the abort went wrong',
    );
  });

  it('does not begin an action that is just being checked', async () => {
    const { gates, applier } = harness;
    const uuid = await harness.plan([{ name: 'a' }]);
    gates.fates.set('a', { open: true, stubborn: true, duringPrecheck: () => applier.cancel(uuid) });

    await applier.launch(uuid);
    await applier.whenIdle();

    expect(gates.events).to.deep.equal([]);
    expect(await harness.stateOfActions(uuid)).to.deep.equal({
      a: 'CANCELLED: Cancelled before it changed anything.',
    });
  });

  it('calls an action cancelled that had nothing to do any more', async () => {
    const { gates, applier } = harness;
    const uuid = await harness.plan([{ name: 'a' }]);
    gates.fates.set('a', {
      precheck: { outcome: 'skip', why: 'the instance is gone' },
      duringPrecheck: () => applier.cancel(uuid),
    });

    await applier.launch(uuid);
    await applier.whenIdle();

    expect(await harness.stateOfActions(uuid)).to.deep.equal({
      a: 'CANCELLED: Action was skipped automatically: the instance is gone',
    });
    expect(await harness.stateOfPlan(uuid)).to.equal('CANCELLED');
  });

  it('lets go of actions that wait for a place, and of the places', async () => {
    const { gates, applier } = harness;
    gates.fates.set('c', { open: true });
    const uuid = await harness.plan([
      { name: 'a', source: 'compute-1', target: 'compute-2' },
      { name: 'b', source: 'compute-1', target: 'compute-3' },
    ]);
    await applier.launch(uuid);
    await gates.begun('a');

    await applier.cancel(uuid);
    await applier.whenIdle();
    const next = await harness.run([{ name: 'c', source: 'compute-1', target: 'compute-2' }]);

    expect(gates.events).to.deep.equal(['+a', '-a', '+c', '-c']);
    expect(await harness.stateOfPlan(uuid)).to.equal('CANCELLED');
    expect(await harness.stateOfPlan(next)).to.equal('SUCCEEDED');
  });

  for (const state of ['RECOMMENDED', 'PENDING'] as const) {
    it(`cancels a ${state} plan and its actions at once`, async () => {
      const uuid = await harness.plan([{ name: 'a' }], { state });

      expect(await harness.applier.cancel(uuid)).to.include({ state: 'CANCELLED' });

      expect(await harness.stateOfActions(uuid)).to.deep.equal({
        a: 'CANCELLED: Not started: the action plan was cancelled.',
      });
      expect(await harness.applier.launch(uuid)).to.equal(false);
    });
  }

  it('does nothing to a plan that has ended', async () => {
    const uuid = await harness.run([]);

    expect(await harness.applier.cancel(uuid)).to.equal(undefined);

    expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED');
  });

  it('reaches a plan that another replica runs when that one looks', async () => {
    const { gates, applier } = harness;
    const uuid = await harness.plan([{ name: 'a' }, { name: 'b', after: ['a'] }]);
    await applier.launch(uuid);
    await gates.begun('a');

    await harness.another({ hostname: 'two' }).cancel(uuid);
    await applier.recover();
    await applier.whenIdle();

    expect(gates.events).to.deep.equal(['+a', '-a']);
    expect(await harness.stateOfPlan(uuid)).to.equal('CANCELLED');
  });
});
