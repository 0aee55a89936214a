import { expect } from 'chai';
import fc from 'fast-check';
import { ActionFailedError } from '../../../plugin/actions/errors.ts';
import { DEFAULT_APPLIER_SETTINGS } from '../../../plugin/applier/settings.ts';
import type { ApplierSettings } from '../../../plugin/applier/settings.ts';
import { startApplier } from './applier-harness.ts';
import type { ApplierHarness, Step } from './applier-harness.ts';

describe('running an action plan', () => {
  let harness: ApplierHarness;

  afterEach(() => harness.stop());

  it('claims the plan, runs its actions after their parents and ends it', async () => {
    harness = await startApplier();
    const { gates, applier } = harness;
    const uuid = await harness.plan([{ name: 'a' }, { name: 'b' }, { name: 'c', after: ['a', 'b'] }]);

    expect(await applier.launch(uuid)).to.equal(true);
    await Promise.all([gates.begun('a'), gates.begun('b')]);
    const meanwhile = await harness.repositories.actionPlans.find(uuid);
    gates.open('a');
    gates.open('b');
    await gates.begun('c');
    gates.open('c');
    await applier.whenIdle();

    expect(meanwhile).to.include({ state: 'ONGOING', hostname: 'one' });
    expect(gates.events.slice(0, 2)).to.have.members(['+a', '+b']);
    expect(gates.events.slice(4)).to.deep.equal(['+c', '-c']);
    expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED');
    expect(await harness.stateOfActions(uuid)).to.deep.equal({
      a: 'SUCCEEDED: 50 %: half of a',
      b: 'SUCCEEDED: 50 %: half of b',
      c: 'SUCCEEDED: 50 %: half of c',
    });
  });

  it('runs a plan once, however often it is launched', async () => {
    harness = await startApplier();
    const { gates, applier } = harness;
    gates.fates.set('a', { open: true });
    const uuid = await harness.plan([{ name: 'a' }]);

    const other = harness.another({ hostname: 'two' });

    const launched = await Promise.all([applier.launch(uuid), applier.launch(uuid), other.launch(uuid)]);
    await Promise.all([applier.whenIdle(), other.whenIdle()]);

    expect(launched.filter(Boolean)).to.have.length(1);
    expect(await applier.launch(uuid)).to.equal(false);
    expect(gates.events).to.deep.equal(['+a', '-a']);
    expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED');
  });

  it('ends a plan without actions', async () => {
    harness = await startApplier();

    expect(await harness.stateOfPlan(await harness.run([]))).to.equal('SUCCEEDED');
  });

  it('cancels what depends on a failed action, goes on with the rest, and fails the plan', async () => {
    harness = await startApplier();
    for (const name of ['b', 'c', 'd', 'e']) harness.gates.fates.set(name, { open: true });
    harness.gates.fates.set('a', { open: true, error: new ActionFailedError('compute-2 is on fire') });

    const uuid = await harness.run([
      { name: 'a' },
      { name: 'b', after: ['a'] },
      { name: 'c', after: ['b'] },
      { name: 'd' },
      { name: 'e', after: ['d'] },
    ]);

    expect(await harness.stateOfActions(uuid)).to.deep.equal({
      a: 'FAILED: Action failed in execute: compute-2 is on fire',
      b: 'CANCELLED: Not started: gate (a), which has to come first, failed.',
      c: 'CANCELLED: Not started: gate (b), which has to come first, did not run to its end.',
      d: 'SUCCEEDED: 50 %: half of d',
      e: 'SUCCEEDED: 50 %: half of e',
    });
    expect(await harness.stateOfPlan(uuid)).to.equal(
      'FAILED: 1 of 5 actions failed: Action failed in execute: compute-2 is on fire',
    );
  });

  it('goes on after a skipped action and says that there was one', async () => {
    harness = await startApplier();
    harness.gates.fates.set('a', { precheck: { outcome: 'skip', why: 'the instance is gone' } });
    harness.gates.fates.set('b', { open: true });

    const uuid = await harness.run([{ name: 'a' }, { name: 'b', after: ['a'] }]);

    expect(await harness.stateOfActions(uuid)).to.deep.equal({
      a: 'SKIPPED: Action was skipped automatically: the instance is gone',
      b: 'SUCCEEDED: 50 %: half of b',
    });
    expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED: One or more actions were skipped.');
  });

  it('leaves an action alone that the user skipped meanwhile', async () => {
    harness = await startApplier();
    const { gates, applier, repositories } = harness;
    gates.fates.set('c', { open: true });
    const uuid = await harness.plan([
      { name: 'a' },
      { name: 'b', after: ['a'] },
      { name: 'c', after: ['b'] },
    ]);
    await applier.launch(uuid);
    await gates.begun('a');
    const [, b] = await repositories.actions.list({ where: { actionPlanUuid: uuid } });
    await repositories.actions.transition(b?.uuid ?? '', 'PENDING', 'SKIPPED', {
      statusMessage: 'not today',
    });

    gates.open('a');
    await applier.whenIdle();

    expect(gates.events).to.deep.equal(['+a', '-a', '+c', '-c']);
    expect((await harness.stateOfActions(uuid))['b']).to.equal('SKIPPED: not today');
    expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED: One or more actions were skipped.');
  });

  const failures: {
    name: string;
    step: Step;
    expected: string;
    arrange?: (given: ApplierHarness) => void;
  }[] = [
    {
      name: 'that its check finds impossible',
      step: { name: 'a' },
      arrange: ({ gates }) =>
        gates.fates.set('a', { precheck: { outcome: 'fail', why: 'compute-9 is down' } }),
      expected: 'FAILED: Action failed in pre_condition: compute-9 is down',
    },
    {
      name: 'that throws what nobody expected',
      step: { name: 'a' },
      arrange: ({ gates }) =>
        gates.fates.set('a', { open: true, error: new TypeError('x is not a function') }),
      expected: 'FAILED: Action failed in execute: x is not a function',
    },
    {
      name: 'of an unknown type',
      step: { name: 'a', row: { actionType: 'teleport' } },
      expected: 'FAILED: Action failed in execute: The action type teleport is unknown',
    },
    {
      name: 'with wrong parameters',
      step: { name: 'a', row: { actionType: 'sleep', inputParameters: { duration: -1 } } },
      expected: 'FAILED: Action failed in execute: ✖ Too small: expected number to be >=0 → at duration',
    },
  ];
  for (const { name, step, expected, arrange } of failures) {
    it(`fails an action ${name}`, async () => {
      harness = await startApplier();
      arrange?.(harness);

      const uuid = await harness.run([step]);

      expect(await harness.stateOfActions(uuid)).to.deep.equal({ a: expected });
      expect(await harness.stateOfPlan(uuid)).to.match(/^FAILED: 1 of 1 actions failed: /);
    });
  }

  it('fails a plan whose stored order is a circle, and runs nothing of it', async () => {
    harness = await startApplier();

    const uuid = await harness.run([{ name: 'a', after: ['b'] }, { name: 'b', after: ['a'] }, { name: 'c' }]);

    expect(harness.gates.events).to.deep.equal([]);
    expect(await harness.stateOfPlan(uuid)).to.match(
      /^FAILED: The applier failed: Actions of the plan wait for each other: /,
    );
    expect((await harness.stateOfActions(uuid))['c']).to.match(/^CANCELLED: The applier failed/);
  });

  it("fails a plan of migrations when Nova doesn't tell its server groups", async () => {
    harness = await startApplier();
    harness.nova.isAway = () => true;

    const uuid = await harness.run([{ name: 'a', source: 'compute-1', target: 'compute-2' }]);

    expect(harness.gates.events).to.deep.equal([]);
    expect(await harness.stateOfPlan(uuid)).to.match(/^FAILED: The applier failed: Nova answered 503/);
    expect((await harness.stateOfActions(uuid))['a']).to.match(
      /^CANCELLED: The applier failed: Nova answered 503/,
    );
  });

  interface Limit {
    readonly name: string;
    readonly steps: readonly Step[];
    readonly settings?: Partial<ApplierSettings>;
    readonly groups?: { readonly id: string; readonly members: string[] }[];
  }
  /** Of each, `a` and `b` must not run at once. */
  const limits: Limit[] = [
    {
      name: 'one migration away from a host',
      steps: [move('a', 'compute-1', 'compute-2'), move('b', 'compute-1', 'compute-3')],
      settings: { maxMigrationsFromHost: 1 },
    },
    {
      name: 'one migration to a host',
      steps: [move('a', 'compute-1', 'compute-3'), move('b', 'compute-2', 'compute-3')],
      settings: { maxMigrationsToHost: 1 },
    },
    {
      name: 'one member of a server group',
      steps: [move('a', 'compute-1', 'compute-2'), move('b', 'compute-3', 'compute-4')],
      groups: [{ id: 'g', members: ['a', 'b'] }],
    },
    {
      name: 'one action per instance',
      steps: [
        { ...move('a', 'compute-1', 'compute-2'), instance: 'i' },
        { ...move('b', 'compute-3', 'compute-4'), instance: 'i' },
      ],
    },
  ];
  for (const { name, steps, settings, groups } of limits) {
    it(`runs ${name} at once, and others beside it`, async () => {
      harness = await startApplier(settings === undefined ? {} : { settings });
      const { gates, nova, applier } = harness;
      nova.groups = groups ?? [];
      const uuid = await harness.plan([...steps, { name: 'free' }]);

      await applier.launch(uuid);
      await Promise.all([gates.begun('a'), gates.begun('free')]);
      gates.open('a');
      await gates.begun('b');
      gates.open('b');
      gates.open('free');
      await applier.whenIdle();

      const { events } = gates;
      expect(events.indexOf('+b')).to.be.above(events.indexOf('-a'));
      expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED');
    });
  }

  it('shares the limits among plans', async () => {
    harness = await startApplier({ settings: { maxActions: 1 } });
    const { gates, applier } = harness;
    const first = await harness.plan([{ name: 'a' }]);
    const second = await harness.plan([{ name: 'b' }]);

    await applier.launch(first);
    await gates.begun('a');
    await applier.launch(second);
    gates.open('a');
    await gates.begun('b');
    gates.open('b');
    await applier.whenIdle();

    expect(gates.events).to.deep.equal(['+a', '-a', '+b', '-b']);
  });

  it('keeps order and limits in every plan, and ends it', async () => {
    harness = await startApplier({ settings: { maxActions: 3, maxMigrationsToHost: 1 } });
    const settings = { ...DEFAULT_APPLIER_SETTINGS, maxActions: 3, maxMigrationsToHost: 1 };
    const { gates, nova } = harness;
    nova.groups = [{ id: 'g', members: ['a1', 'a3', 'a5'] }];

    await fc.assert(
      fc.asyncProperty(plans, async steps => {
        gates.events.length = 0;
        for (const { name } of steps) gates.fates.set(name, { open: true });

        const uuid = await harness.run(steps);

        expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED');
        expect(gates.events).to.have.length(2 * steps.length);
        for (const { name, after = [] } of steps) {
          for (const parent of after) {
            expect(gates.events.indexOf(`-${parent}`)).to.be.below(gates.events.indexOf(`+${name}`));
          }
        }
        const running = new Set<string>();
        for (const event of gates.events) {
          if (event.startsWith('+')) running.add(event.slice(1));
          else running.delete(event.slice(1));
          checkLimits(
            steps.filter(({ name }) => running.has(name)),
            settings,
          );
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('the progress of an action', () => {
  let harness: ApplierHarness;

  afterEach(() => harness.stop());

  it('is stored now and then, its end always', async () => {
    harness = await startApplier({ settings: { progressSeconds: 5 } });
    const { clock, repositories } = harness;
    const stored: (string | null | undefined)[] = [];
    const talkative = {
      ...harness.gates.type,
      name: 'talkative',
      execute: async (
        _: unknown,
        { report }: { report: (p: { percent: number; message: string }) => void },
      ) => {
        for (let second = 0; second < 12; second += 1) {
          report({ percent: second, message: `second ${second}` });
          await clock.sleep(1000);
        }
      },
    };
    const update: typeof repositories.actions.update = (uuid, changes) => {
      stored.push(changes.statusMessage);
      return repositories.actions.update(uuid, changes);
    };
    const applier = harness.another({
      repositories: { ...repositories, actions: { ...repositories.actions, update } },
      actionTypes: [talkative],
    });
    const uuid = await harness.plan([{ name: 'a', row: { actionType: 'talkative' } }]);

    await applier.launch(uuid);
    await applier.whenIdle();

    expect(stored).to.deep.equal(['0 %: second 0', '5 %: second 5', '10 %: second 10']);
    expect(await harness.stateOfActions(uuid)).to.deep.equal({ a: 'SUCCEEDED: 11 %: second 11' });
  });

  it('may fail to be stored without harm', async () => {
    harness = await startApplier();
    const { repositories } = harness;
    harness.gates.fates.set('a', { open: true });
    const update = () => Promise.reject(new Error('database is away'));
    const applier = harness.another({
      repositories: { ...repositories, actions: { ...repositories.actions, update } },
    });
    const uuid = await harness.plan([{ name: 'a' }]);

    await applier.launch(uuid);
    await applier.whenIdle();

    expect(await harness.stateOfPlan(uuid)).to.equal('SUCCEEDED');
  });
});

function move(name: string, source: string, target: string): Step {
  return { name, source, target };
}

/** Actions in any order that parents allow, over few hosts and instances. */
const plans: fc.Arbitrary<Step[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('free', 'move', 'scheduled'),
      source: fc.integer({ min: 1, max: 3 }),
      target: fc.integer({ min: 1, max: 3 }),
      afterSeeds: fc.array(fc.nat(), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map(drafts =>
    drafts.map(({ kind, source, target, afterSeeds }, index) => ({
      name: `a${index}`,
      after: index === 0 ? [] : [...new Set(afterSeeds.map(seed => `a${seed % index}`))],
      ...(kind === 'free' ? {} : { source: `compute-${source}` }),
      ...(kind === 'move' ? { target: `compute-${target}` } : {}),
    })),
  );

function checkLimits(running: readonly Step[], settings: ApplierSettings): void {
  expect(running.length).to.be.at.most(settings.maxActions);
  for (let host = 1; host <= 3; host += 1) {
    const name = `compute-${host}`;
    expect(running.filter(({ source }) => source === name).length).to.be.at.most(
      settings.maxMigrationsFromHost,
    );
    expect(running.filter(({ target }) => target === name).length).to.be.at.most(
      settings.maxMigrationsToHost,
    );
  }
  const members = running.filter(
    ({ name, source }) => source !== undefined && ['a1', 'a3', 'a5'].includes(name),
  );
  expect(members.length).to.be.at.most(1);
}
