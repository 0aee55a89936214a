import { expect } from 'chai';
import { DatabaseUnavailableError } from '../../../db/errors.ts';
import type { Applier } from '../../../plugin/applier/applier.ts';
import { startApplier } from './applier-harness.ts';
import type { ApplierHarness } from './applier-harness.ts';

const LEASE = 15;

describe('two appliers on one database', () => {
  let harness: ApplierHarness;
  let two: Applier;

  beforeEach(async () => {
    harness = await startApplier({ settings: { stopGraceSeconds: 0 } });
    two = harness.another({ hostname: 'two' });
  });

  afterEach(async () => {
    await two.stop();
    await harness.stop();
  });

  /** Each of them looks once a second. */
  async function pass(seconds: number, ...appliers: readonly Applier[]): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await harness.clock.sleep(1000);
      for (const applier of appliers) await applier.recover();
    }
  }

  it('leave each other alone while both are alive', async () => {
    const { gates, applier } = harness;
    const uuid = await harness.plan([{ name: 'a' }]);
    await applier.launch(uuid);
    await gates.begun('a');

    await pass(3 * LEASE, applier, two);

    expect(await harness.repositories.actionPlans.find(uuid)).to.include({ hostname: 'one' });
    gates.open('a');
    await applier.whenIdle();
    expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED');
    expect(gates.events).to.deep.equal(['+a', '-a']);
  });

  it('take over a plan of the one that fell silent, after the lease (B95)', async () => {
    const { gates, applier } = harness;
    const uuid = await harness.plan([{ name: 'a' }, { name: 'b', after: ['a'] }]);
    await applier.launch(uuid);
    await gates.begun('a');
    for (const name of ['a', 'b']) gates.fates.set(name, { open: true, resume: true });

    await pass(LEASE, two);
    expect(await harness.repositories.actionPlans.find(uuid)).to.include({ hostname: 'one' });
    await pass(1, two);
    await two.whenIdle();

    expect(await harness.stateOfPlan(uuid)).to.equal(
      'SUCCEEDED: The service on one was interrupted while the plan was under way; two took it over.',
    );
    expect(gates.events).to.deep.equal(['+a', 'resume a', '+b', '-b']);
  });

  it('let the one that only was slow notice that it lost the plan, and write nothing more', async () => {
    const { gates, applier } = harness;
    const uuid = await harness.plan([{ name: 'a' }, { name: 'b', after: ['a'] }]);
    await applier.launch(uuid);
    await gates.begun('a');
    gates.fates.set('a', { resume: true });
    await pass(LEASE + 1, two);
    await gates.begun('b');

    // Its own action ends now: nothing of that may reach the rows, and b is not begun a second time.
    gates.open('a');
    await applier.whenIdle();

    expect(await harness.stateOfActions(uuid)).to.deep.equal({
      a: 'SUCCEEDED',
      b: 'ONGOING: 50 %: half of b',
    });
    expect(gates.events).to.deep.equal(['+a', 'resume a', '+b', '-a']);
    gates.open('b');
    await two.whenIdle();
    expect(await harness.repositories.actionPlans.find(uuid)).to.include({
      state: 'SUCCEEDED',
      hostname: 'two',
    });
  });

  it('let it end what it was doing as soon as it looks', async () => {
    const { gates, applier } = harness;
    const uuid = await harness.plan([{ name: 'a' }]);
    await applier.launch(uuid);
    await gates.begun('a');
    gates.fates.set('a', { resume: true });
    await pass(LEASE + 1, two);
    await two.whenIdle();

    await applier.recover();
    await applier.whenIdle();

    expect(gates.events).to.deep.equal(['+a', 'resume a']);
  });

  it('end a plan that nobody can put in order', async () => {
    const uuid = await harness.plan([
      { name: 'a', after: ['b'] },
      { name: 'b', after: ['a'] },
    ]);
    await harness.repositories.actionPlans.transition(uuid, 'PENDING', 'ONGOING', { hostname: 'two' });

    await pass(LEASE + 1, two);
    await two.whenIdle();

    expect(await harness.stateOfPlan(uuid)).to.match(/^FAILED: The applier failed: Actions of the plan wait/);
  });

  it('cancel a plan whose runner is gone', async () => {
    const { gates, applier } = harness;
    const uuid = await harness.plan([{ name: 'a' }, { name: 'b', after: ['a'] }]);
    await applier.launch(uuid);
    await gates.begun('a');
    gates.fates.set('a', { resume: true });

    await two.cancel(uuid);
    await pass(LEASE + 1, two);
    await two.whenIdle();

    expect(gates.events).to.deep.equal(['+a', 'resume a, cancelled']);
    expect(await harness.stateOfPlan(uuid)).to.match(/^CANCELLED: The service on one was interrupted/);
  });

  it('keep a plan through an outage of the database that is over before somebody else has taken it', async () => {
    const { gates, repositories } = harness;
    let isAway = false;
    const away = <T extends object>(store: T): T =>
      new Proxy(store, {
        get: (target, key) => {
          const method = Reflect.get(target, key) as (...args: unknown[]) => unknown;
          return (...args: unknown[]) =>
            isAway
              ? Promise.reject(new DatabaseUnavailableError('The database is away'))
              : method.apply(target, args);
        },
      });
    const applier = harness.another({
      repositories: {
        actions: away(repositories.actions),
        actionPlans: away(repositories.actionPlans),
        planClaims: away(repositories.planClaims),
        control: away(repositories.control),
      },
    });
    gates.fates.set('b', { open: true });
    const uuid = await harness.plan([{ name: 'a' }, { name: 'b', after: ['a'] }]);
    await applier.launch(uuid);
    await gates.begun('a');

    isAway = true;
    harness.clock.after(40, () => (isAway = false));
    gates.open('a');
    await applier.whenIdle();

    expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED');
    expect(gates.events).to.deep.equal(['+a', '-a', '+b', '-b']);
  });
});

describe('a pause', () => {
  let harness: ApplierHarness;

  beforeEach(async () => {
    harness = await startApplier();
  });

  afterEach(() => harness.stop());

  const MESSAGE =
    'Paused since 2026-03-01T12:00:00.000Z (network work): no new action begins until "auspex resume".';

  it('lets actions under way end, and begins no other until somebody resumes', async () => {
    const { gates, applier, repositories } = harness;
    gates.fates.set('b', { open: true });
    const uuid = await harness.plan([{ name: 'a' }, { name: 'b', after: ['a'] }]);
    await applier.launch(uuid);
    await gates.begun('a');

    await repositories.control.pause('network work');
    await applier.recover();
    gates.open('a');
    for (let turn = 0; turn < 20; turn += 1) await repositories.actions.list();
    expect(gates.events).to.deep.equal(['+a', '-a']);
    expect(await harness.stateOfPlan(uuid)).to.equal(`ONGOING: ${MESSAGE}`);

    await repositories.control.resume();
    await applier.recover();
    await applier.whenIdle();

    expect(gates.events).to.deep.equal(['+a', '-a', '+b', '-b']);
    expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED');
  });

  it('holds actions back that are begun before it was looked for', async () => {
    const { gates, applier, repositories } = harness;
    const uuid = await harness.plan([{ name: 'a' }, { name: 'b', after: ['a'] }]);
    await applier.launch(uuid);
    await gates.begun('a');

    await repositories.control.pause(null);
    gates.open('a');
    for (let turn = 0; turn < 20; turn += 1) await repositories.actions.list();

    expect(gates.events).to.deep.equal(['+a', '-a']);
    await applier.cancel(uuid);
    await applier.whenIdle();
    expect(await harness.stateOfPlan(uuid)).to.equal('CANCELLED');
  });

  it('lets new plans wait and say why', async () => {
    const { gates, applier, repositories } = harness;
    gates.fates.set('a', { open: true });
    const uuid = await harness.plan([{ name: 'a' }]);
    await repositories.control.pause('network work');

    expect(await applier.launch(uuid)).to.equal(false);
    await applier.recover();
    expect(await harness.stateOfPlan(uuid)).to.equal(`PENDING: ${MESSAGE}`);

    await repositories.control.resume();
    await applier.recover();
    await applier.whenIdle();
    expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED');
  });
});
