import { expect } from 'chai';
import type { Clock } from '../../../plugin/actions/clock.ts';
import { ActionFailedError } from '../../../plugin/actions/errors.ts';
import type { Repositories } from '../../../plugin/lifecycle/repositories.ts';
import { SERVER_ID } from '../actions/fake-nova.ts';
import { startApplier } from './applier-harness.ts';
import type { ApplierHarness, Step } from './applier-harness.ts';

const INTERRUPTED = 'The service on one was interrupted while the plan was under way.';
const TAKEN = 'The service on one was interrupted while the plan was under way; two took it over.';

/** Sleeps of up to so many seconds end at once; longer ones only by their signals. */
function impatientClock(seconds: number): Clock {
  return {
    now: () => 0,
    sleep: (milliseconds, ...signals) =>
      milliseconds <= seconds * 1000
        ? Promise.resolve()
        : new Promise(resolve => {
            for (const signal of signals) signal.addEventListener('abort', () => resolve(), { once: true });
          }),
  };
}

describe('an applier that stops', () => {
  let harness: ApplierHarness;

  afterEach(() => harness.stop());

  it('begins nothing more, lets what is under way end, and leaves the rest to whoever comes', async () => {
    harness = await startApplier({ clock: impatientClock(0) });
    const { gates, applier } = harness;
    const uuid = await harness.plan([{ name: 'a' }, { name: 'b', after: ['a'] }]);
    const later = await harness.plan([{ name: 'c' }]);
    await applier.launch(uuid);
    await gates.begun('a');

    const stopped = applier.stop();
    gates.open('a');
    await stopped;

    expect(await applier.launch(later)).to.equal(false);
    expect(gates.events).to.deep.equal(['+a', '-a']);
    expect(await harness.stateOfActions(uuid)).to.deep.equal({
      a: 'SUCCEEDED: 50 %: half of a',
      b: 'PENDING',
    });
    expect(await harness.stateOfPlan(uuid)).to.equal('ONGOING');
    expect(await harness.stateOfPlan(later)).to.equal('PENDING');

    for (const name of ['b', 'c']) gates.fates.set(name, { open: true });
    const other = harness.another({ hostname: 'two' });
    await other.recover();
    await other.whenIdle();
    expect(gates.events).to.have.members(['+a', '-a', '+b', '-b', '+c', '-c']);
    expect(await harness.stateOfPlan(uuid)).to.equal(`SUCCEEDED: ${TAKEN}`);
  });

  it('leaves what takes too long to the next start', async () => {
    harness = await startApplier({ clock: impatientClock(20), settings: { stopGraceSeconds: 20 } });
    const { applier } = harness;
    const nap: Step = { name: 'a', row: { actionType: 'sleep', inputParameters: { duration: 3600 } } };
    const uuid = await harness.plan([nap, { name: 'b', after: ['a'] }]);
    await applier.launch(uuid);
    let state: string | undefined;
    while (state !== 'ONGOING') state = (await harness.stateOfActions(uuid))['a'];

    await applier.stop();

    expect(await harness.stateOfPlan(uuid)).to.equal('ONGOING');
    expect(await harness.stateOfActions(uuid)).to.deep.equal({ a: 'ONGOING', b: 'PENDING' });

    harness.gates.fates.set('b', { open: true });
    const next = harness.another({ clock: harness.clock });
    await next.recover();
    await next.whenIdle();

    expect(await harness.stateOfPlan(uuid)).to.equal(`SUCCEEDED: ${INTERRUPTED}`);
    expect(await harness.stateOfActions(uuid)).to.deep.equal({
      a: 'SUCCEEDED',
      b: 'SUCCEEDED: 50 %: half of b',
    });
  });

  it('has nothing to wait for when nothing runs', async () => {
    harness = await startApplier({ clock: impatientClock(0) });

    await harness.applier.stop();
    await harness.applier.stop();
  });
});

describe('an applier that starts', () => {
  let harness: ApplierHarness;

  beforeEach(async () => {
    harness = await startApplier();
  });

  afterEach(() => harness.stop());

  async function recover(): Promise<void> {
    await harness.applier.recover();
    await harness.applier.whenIdle();
  }

  it('launches the plans that wait', async () => {
    harness.gates.fates.set('a', { open: true });
    const uuid = await harness.plan([{ name: 'a' }]);

    await recover();

    expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED');
  });

  it('settles what its last run left: known outcomes are kept, the rest goes on (B95)', async () => {
    const { gates } = harness;
    gates.fates.set('done', { resume: true });
    for (const name of ['not begun', 'next']) gates.fates.set(name, { open: true });
    const uuid = await harness.plan(
      [
        { name: 'before', row: { state: 'SUCCEEDED' } },
        { name: 'done', row: { state: 'ONGOING' } },
        { name: 'not begun', row: { state: 'ONGOING' } },
        { name: 'next', after: ['done'] },
      ],
      { state: 'ONGOING', hostname: 'one' },
    );

    await recover();

    expect(gates.events).to.have.members([
      'resume done',
      'resume not begun',
      '+not begun',
      '-not begun',
      '+next',
      '-next',
    ]);
    expect(await harness.stateOfActions(uuid)).to.deep.equal({
      before: 'SUCCEEDED',
      done: 'SUCCEEDED',
      'not begun': 'SUCCEEDED: 50 %: half of not begun',
      next: 'SUCCEEDED: 50 %: half of next',
    });
    expect(await harness.stateOfPlan(uuid)).to.equal(`SUCCEEDED: ${INTERRUPTED}`);
  });

  it('begins nothing more of a plan that was interrupted for too long', async () => {
    const { gates } = harness;
    gates.fates.set('done', { resume: true });
    const uuid = await harness.plan(
      [
        { name: 'done', row: { state: 'ONGOING' } },
        { name: 'not begun', row: { state: 'ONGOING' } },
        { name: 'next', after: ['done'] },
      ],
      { state: 'ONGOING', hostname: 'one' },
    );
    await harness.clock.sleep(1801_000);

    await recover();

    const why =
      'The service on one was interrupted while the plan was under way, for 1801 s: too long to begin anything more of it.';
    expect(gates.events).to.have.members(['resume done', 'resume not begun']);
    expect(await harness.stateOfActions(uuid)).to.deep.equal({
      done: 'SUCCEEDED',
      'not begun': 'CANCELLED: The service was interrupted before this action began.',
      next: `CANCELLED: ${why}`,
    });
    expect(await harness.stateOfPlan(uuid)).to.equal(`CANCELLED: ${why}`);
  });

  it('fails a plan of which an action turns out to have failed', async () => {
    harness.gates.fates.set('a', { resume: new ActionFailedError('Nova says error') });
    const uuid = await harness.plan([{ name: 'a', row: { state: 'ONGOING' } }], {
      state: 'ONGOING',
      hostname: 'one',
    });

    await recover();

    expect(await harness.stateOfPlan(uuid)).to.equal(
      `FAILED: ${INTERRUPTED} 1 of 1 actions failed: Action failed in execute: Nova says error`,
    );
  });

  it('ends a plan as done when only its end was missing', async () => {
    const uuid = await harness.plan([{ name: 'a', row: { state: 'SUCCEEDED' } }], {
      state: 'ONGOING',
      hostname: 'one',
    });

    await recover();

    expect(await harness.stateOfPlan(uuid)).to.equal(`SUCCEEDED: ${INTERRUPTED}`);
  });

  it('goes on with a cancellation', async () => {
    harness.gates.fates.set('a', { resume: true });
    const uuid = await harness.plan([{ name: 'a', row: { state: 'CANCELLING' } }, { name: 'b' }], {
      state: 'CANCELLING',
      hostname: 'one',
    });

    await recover();

    expect(await harness.stateOfPlan(uuid)).to.equal(`CANCELLED: ${INTERRUPTED}`);
    expect(harness.gates.events).to.deep.equal(['resume a, cancelled']);
    expect((await harness.stateOfActions(uuid))['a']).to.equal('SUCCEEDED');
  });

  it('does not disturb the plans that it runs', async () => {
    const { gates, applier } = harness;
    const uuid = await harness.plan([{ name: 'a' }]);
    await applier.launch(uuid);
    await gates.begun('a');

    await applier.recover();
    gates.open('a');
    await applier.whenIdle();

    expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED');
  });

  describe('with a live migration that was under way', () => {
    const migration: Step = {
      name: 'a',
      row: {
        actionType: 'migrate',
        state: 'ONGOING',
        inputParameters: {
          migration_type: 'live',
          resource_id: SERVER_ID,
          source_node: 'compute-1',
          destination_node: 'compute-2',
        },
      },
    };

    function begin(): void {
      const there = { status: 'ACTIVE', task: null, host: 'compute-2' };
      harness.nova.begin('live-migration', 'compute-2', [
        { at: 0, server: { status: 'MIGRATING', task: 'migrating' }, record: 'running' },
        { at: 30, server: there, record: 'completed' },
      ]);
    }

    /** The plan, whose action was about to ask Nova when the service was interrupted. */
    async function interrupted(): Promise<string> {
      const uuid = await harness.plan([migration], { state: 'ONGOING', hostname: null });
      const { planClaims, actions } = harness.repositories;
      const claim = { planUuid: uuid, token: 'of a process that is gone' };
      await planClaims.takeOver({ planUuid: uuid, token: null, beats: 0 }, { ...claim, hostname: 'one' });
      const [action] = await actions.list({ where: { actionPlanUuid: uuid } });
      const before = { lastMigrationId: 0, lastRequestId: 'req-live-migration', status: 'ACTIVE' };
      await planClaims.intend(claim, action?.uuid ?? '', before);
      return uuid;
    }

    it("takes Nova's word for its outcome", async () => {
      const uuid = await interrupted();
      begin();

      await recover();

      expect(await harness.stateOfActions(uuid)).to.deep.equal({
        a: 'SUCCEEDED: 100 %: web-1 is on compute-2 after 30 s',
      });
      expect(await harness.stateOfPlan(uuid)).to.equal(`SUCCEEDED: ${INTERRUPTED}`);
    });

    it('waits with that until Nova answers', async () => {
      const uuid = await interrupted();
      begin();
      harness.nova.isAway = () => true;

      await recover();
      expect(await harness.stateOfPlan(uuid)).to.equal('ONGOING');

      harness.nova.isAway = () => false;
      await harness.clock.sleep(10_000);
      await recover();
      expect(await harness.stateOfPlan(uuid)).to.equal(`SUCCEEDED: ${INTERRUPTED}`);
    });
  });

  it('takes up a plan whose end could not be stored', async () => {
    const { repositories, gates } = harness;
    gates.fates.set('a', { open: true, resume: true });
    let isAway = true;
    const transition: Repositories['actions']['transition'] = (uuid, from, to, ...rest) =>
      isAway && to === 'SUCCEEDED'
        ? Promise.reject(new Error('database is away'))
        : repositories.actions.transition(uuid, from, to, ...rest);
    const list: Repositories['actions']['list'] = query =>
      isAway && gates.events.includes('-a')
        ? Promise.reject(new Error('database is away'))
        : repositories.actions.list(query);
    const applier = harness.another({
      repositories: { ...repositories, actions: { ...repositories.actions, transition, list } },
    });
    const uuid = await harness.plan([{ name: 'a' }]);
    await applier.launch(uuid);
    await applier.whenIdle();
    expect(await harness.stateOfPlan(uuid)).to.equal('ONGOING');

    isAway = false;
    await harness.clock.sleep(10_000);
    await applier.recover();
    await applier.whenIdle();

    expect(await harness.stateOfActions(uuid)).to.deep.equal({ a: 'SUCCEEDED' });
    expect(await harness.stateOfPlan(uuid)).to.equal(`SUCCEEDED: ${INTERRUPTED}`);
  });
});
