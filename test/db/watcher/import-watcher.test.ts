import { expect } from 'chai';
import type { Database } from '../../../db/connect.ts';
import { connectDatabase, openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import { NoWatcherDatabaseError } from '../../../db/watcher/errors.ts';
import type { ImportOptions } from '../../../db/watcher/import-step.ts';
import { importWatcher } from '../../../db/watcher/import-watcher.ts';
import type { ImportReport } from '../../../db/watcher/report.ts';
import type { Repositories } from '../../../plugin/lifecycle/repositories.ts';
import { interruptAt } from '../interrupt.ts';
import { newAudit, newTemplate } from '../rows.ts';
import type { Release, WatcherRow } from './watcher-database.ts';
import { createWatcher, insert } from './watcher-database.ts';

const OFFER = { offer: { goal: ['dummy'], strategy: ['dummy'], scoring_engine: [] }, actionTypes: ['nop'] };

describe('import from Watcher', () => {
  let watcher: Database;
  let target: Database;
  let ours: Repositories;
  const begin = async (release: Release = '2026.2') => {
    watcher = await createWatcher(release);
    target = await openDatabase('sqlite://', { now: () => new Date('2026-03-01T12:00:00.000Z') });
    ours = createRepositories(target);
  };
  beforeEach(() => begin());
  afterEach(async () => {
    await watcher.knex.destroy();
    await ours.close();
  });

  const add = (table: string, ...rows: readonly WatcherRow[]) => insert(watcher, table, ...rows);
  const run = (options: Partial<ImportOptions> = {}) =>
    importWatcher(watcher, target, { ...OFFER, ...options });
  const counts = ({ families }: ImportReport) =>
    Object.fromEntries(
      families.map(({ family, found, imported, known, leftOut }) => [
        family,
        [found, imported, known, leftOut],
      ]),
    );

  it('brings a template over as it is', async () => {
    const [uuid] = await add('audit_templates', {
      name: 'nightly',
      description: 'Größe',
      strategy_id: 2,
      goal_id: 2,
      scope: '[{"compute": [{"host_aggregates": [{"id": 1}]}]}]',
      updated_at: '2026-01-03 00:00:00.123456',
    });

    await run();

    const [template] = await ours.auditTemplates.list();
    expect(template).to.deep.equal({
      id: template?.id,
      uuid,
      name: 'nightly',
      description: 'Größe',
      goalName: 'server_consolidation',
      strategyName: 'vm_workload_consolidation',
      scope: [{ compute: [{ host_aggregates: [{ id: 1 }] }] }],
      defaultParameters: {},
      createdAt: '2026-01-02T03:04:05.000Z',
      updatedAt: '2026-01-03T00:00:00.123Z',
      deletedAt: null,
    });
  });

  it('brings an audit over with its window, interval, parameters and message', async () => {
    const [uuid] = await add('audits', {
      audit_type: 'CONTINUOUS',
      state: 'FAILED',
      interval: '*/5 * * * *',
      parameters: '{"para1": 3.2, "para2": "hello"}',
      auto_trigger: 1,
      force: 1,
      hostname: 'control-1',
      next_run_time: '2026-02-01 00:05:00',
      start_time: '2026-01-01 00:00:00',
      end_time: '2027-01-01 00:00:00',
      status_message: 'no metrics',
    });

    await run();

    expect(await ours.audits.find(uuid!)).to.deep.include({
      uuid,
      auditType: 'CONTINUOUS',
      state: 'FAILED',
      interval: '*/5 * * * *',
      parameters: { para1: 3.2, para2: 'hello' },
      autoTrigger: true,
      force: true,
      hostname: 'control-1',
      startAt: '2026-01-01T00:00:00.000Z',
      endAt: '2027-01-01T00:00:00.000Z',
      statusMessage: 'no metrics',
      createdAt: '2026-01-02T03:04:05.000Z',
    });
  });

  it('brings a plan over with its actions, their order, and its efficacy', async () => {
    await add('audits', {});
    const [plan] = await add('action_plans', {
      state: 'SUCCEEDED',
      hostname: 'control-1',
      global_efficacy: '[{"name": "released", "description": "d", "unit": "%", "value": 33.3}]',
    });
    const [first] = await add('actions', { state: 'SUCCEEDED', status_message: 'done' });
    await add('actions', {
      state: 'SKIPPED',
      parents: `["${first}"]`,
      input_parameters: '{"resource_id": "x"}',
    });
    await add(
      'efficacy_indicators',
      { name: 'released_nodes', description: 'r', unit: null, value: 2, data: 1.5, action_plan_id: 1 },
      { name: 'old', description: null, unit: '%', value: '97', data: null, action_plan_id: 1 },
    );

    await run();

    expect(await ours.actionPlans.find(plan!)).to.deep.include({
      state: 'SUCCEEDED',
      strategyName: 'dummy',
      hostname: 'control-1',
      globalEfficacy: [{ name: 'released', description: 'd', unit: '%', value: 33.3 }],
      efficacyIndicators: [
        { name: 'released_nodes', description: 'r', unit: null, value: 1.5 },
        { name: 'old', description: '', unit: '%', value: 97 },
      ],
    });
    const actions = await ours.actions.list();
    expect(
      actions.map(({ state, parents, statusMessage }) => ({ state, parents, statusMessage })),
    ).to.deep.equal([
      { state: 'SUCCEEDED', parents: [], statusMessage: 'done' },
      { state: 'SKIPPED', parents: [first], statusMessage: null },
    ]);
    expect(actions[1]?.inputParameters).to.deep.equal({ resource_id: 'x' });
  });

  it('does with a release that knows neither messages nor windows', async () => {
    await watcher.knex.destroy();
    await ours.close();
    await begin('2024.1');
    const [audit] = await add('audits', { state: 'ONGOING' });
    await add('action_plans', { state: 'ONGOING', global_efficacy: '{}' });
    await add('actions', { state: 'ONGOING', parents: null, input_parameters: null });
    await add('efficacy_indicators', {
      name: 'old',
      description: '',
      unit: '%',
      value: '97',
      action_plan_id: 1,
    });

    await run();

    expect(await ours.audits.find(audit!)).to.include({ startAt: null, endAt: null, force: false });
    const [plan] = await ours.actionPlans.list();
    expect(plan?.efficacyIndicators[0]?.value).to.equal(97);
    expect(plan?.globalEfficacy).to.deep.equal([]);
    expect((await ours.actions.list())[0]).to.deep.include({ parents: [], inputParameters: {} });
  });

  for (const [auditType, was, is, ifActivated] of [
    ['ONESHOT', 'PENDING', 'CANCELLED', 'PENDING'],
    ['ONESHOT', 'ONGOING', 'CANCELLED', 'CANCELLED'],
    ['ONESHOT', 'FAILED', 'FAILED', 'FAILED'],
    ['CONTINUOUS', 'PENDING', 'SUSPENDED', 'PENDING'],
    ['CONTINUOUS', 'ONGOING', 'SUSPENDED', 'ONGOING'],
    ['CONTINUOUS', 'SUSPENDED', 'SUSPENDED', 'SUSPENDED'],
    ['EVENT', 'PENDING', 'PENDING', 'PENDING'],
    ['EVENT', 'ONGOING', 'PENDING', 'PENDING'],
    ['EVENT', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'],
  ] as const) {
    it(`makes of a ${auditType} audit that was ${was} one that is ${is}, or ${ifActivated} when Watcher has stopped`, async () => {
      const row = {
        audit_type: auditType,
        state: was,
        interval: auditType === 'CONTINUOUS' ? '600' : null,
        hostname: 'control-1',
        next_run_time: '2026-03-01 12:05:00',
      };
      await add('audits', row);
      const { notes } = await run();
      const [stopped] = await ours.audits.list();
      await target.knex('audits').delete();
      await run({ isActivated: true });
      const [activated] = await ours.audits.list();

      expect([stopped?.state, activated?.state]).to.deep.equal([is, ifActivated]);
      const goesOn = auditType === 'CONTINUOUS' && activated?.state !== 'SUSPENDED';
      expect(stopped?.nextRunAt).to.equal(null);
      expect(activated?.nextRunAt).to.equal(goesOn ? '2026-03-01T12:05:00.000Z' : null);
      expect(activated?.hostname).to.equal(
        ['PENDING', 'ONGOING', 'SUSPENDED'].includes(ifActivated) ? null : 'control-1',
      );
      expect(activated?.runUuid).to.equal(null);
      const isChanged = was !== is;
      expect(notes).to.have.length(isChanged ? 1 : 0);
      if (isChanged) {
        expect(notes[0]).to.equal(`Audit audit (${stopped?.uuid}) was ${was} and is ${is} here.`);
        expect(stopped?.statusMessage).to.contain(`Imported from Watcher, where it was ${was}.`);
      }
    });
  }

  for (const [was, is, action] of [
    ['RECOMMENDED', 'RECOMMENDED', 'PENDING'],
    ['PENDING', 'CANCELLED', 'CANCELLED'],
    ['ONGOING', 'CANCELLED', 'CANCELLED'],
    ['CANCELLING', 'CANCELLED', 'CANCELLED'],
    ['SUPERSEDED', 'SUPERSEDED', 'PENDING'],
  ] as const) {
    it(`makes of a plan that was ${was} one that is ${is}, also when Watcher has stopped`, async () => {
      await add('audits', {});
      await add('action_plans', { state: was });
      await add('actions', { state: 'PENDING' }, { state: 'SUCCEEDED' });

      await run({ isActivated: true });

      expect((await ours.actionPlans.list())[0]?.state).to.equal(is);
      expect((await ours.actions.list()).map(({ state }) => state)).to.deep.equal([action, 'SUCCEEDED']);
    });
  }

  it('keeps what was deleted as deleted, any number of times under the same name', async () => {
    const deleted = (id: number) => ({
      id,
      name: 'again',
      state: 'DELETED',
      deleted: id,
      deleted_at: '2026-02-01 00:00:00',
    });
    await add('audits', deleted(1), deleted(2), { id: 3, name: 'again' });
    await ours.audits.create(newAudit({ name: 'first here' }));

    await run();

    const audits = await ours.audits.list({ includeDeleted: true, where: { name: 'again' } });
    expect(audits.map(({ state, deletedAt }) => [state, deletedAt])).to.deep.equal([
      ['DELETED', '2026-02-01T00:00:00.000Z'],
      ['DELETED', '2026-02-01T00:00:00.000Z'],
      ['SUCCEEDED', null],
    ]);
    const rows: WatcherRow[] = await target.knex('audits').whereNot({ deleted: 0 });
    for (const row of rows) expect(row['deleted']).to.equal(row['id']);
  });

  it('leaves out what was deleted when told to, but not the deleted audit of a live plan', async () => {
    const gone = { state: 'DELETED', deleted: 1, deleted_at: '2026-02-01 00:00:00' };
    await add('audits', { ...gone, id: 1 }, { ...gone, id: 2, name: 'needed' }, { id: 3 });
    await add('action_plans', { ...gone, audit_id: 1 }, { audit_id: 2 }, { ...gone, audit_id: 3 });
    await add(
      'actions',
      { ...gone, action_plan_id: 1 },
      { action_plan_id: 2 },
      { ...gone, action_plan_id: 3 },
    );
    await add('audit_templates', { deleted: 1 }, {});

    const report = await run({ isLiveOnly: true });

    expect(counts(report)).to.deep.include({
      'audit templates': [2, 1, 0, 1],
      audits: [3, 2, 0, 1],
      'action plans': [3, 1, 0, 2],
    });
    expect(report.notes).to.deep.equal([]);
    expect((await ours.audits.list({ includeDeleted: true })).map(({ name }) => name)).to.deep.equal(['needed', 'audit']); // prettier-ignore
    expect(await ours.actions.list({ includeDeleted: true })).to.have.length(1);
  });

  it('gives another name to what has one that is taken here, and says so', async () => {
    await ours.audits.create(newAudit({ name: 'NIGHTLY' }));
    await ours.auditTemplates.create(newTemplate({ name: 'x'.repeat(63) }));
    const [audit] = await add('audits', { name: 'nightly' });
    const [template] = await add('audit_templates', { name: 'x'.repeat(63) });

    const { notes } = await run();

    const name = `nightly-${audit!.slice(0, 8)}`;
    expect(await ours.audits.find(audit!)).to.include({ name });
    expect(notes).to.include(`Audit nightly (${audit}) is called ${name} here: the name is taken.`);
    expect((await ours.auditTemplates.find(template!))?.name).to.match(/^x{54}-[0-9a-f]{8}$/);
  });

  it('imports nothing twice, and what is new the next time (110)', async () => {
    await add('audits', {});
    await add('action_plans', {});
    await add('actions', {}, {});
    await add('audit_templates', {});
    await run();
    const before = [
      await target.knex('audits'),
      await target.knex('action_plans'),
      await target.knex('actions'),
    ];

    const second = await run();
    const after = [
      await target.knex('audits'),
      await target.knex('action_plans'),
      await target.knex('actions'),
    ];
    await add('action_plans', {});
    await add('actions', { action_plan_id: 2 });
    const third = await run();

    expect(counts(second)).to.deep.equal({
      goals: [2, 0, 2, 0],
      strategies: [2, 0, 2, 0],
      'scoring engines': [1, 0, 1, 0],
      'audit templates': [1, 0, 1, 0],
      audits: [1, 0, 1, 0],
      'action plans': [1, 0, 1, 0],
      actions: [2, 0, 2, 0],
    });
    expect(after).to.deep.equal(before);
    expect(counts(third)).to.deep.include({ 'action plans': [2, 1, 1, 0], actions: [3, 1, 2, 0] });
  });

  it('says the same and changes nothing in a rehearsal', async () => {
    await add('audits', { state: 'ONGOING' });
    await add('action_plans', { state: 'ONGOING' });
    await add('actions', {});
    await add('audit_templates', {});

    const rehearsed = await run({ isRehearsal: true });
    const left = await ours.audits.list();
    const real = await run();

    expect(left).to.deep.equal([]);
    expect(await target.knex('catalogue')).to.have.length(5);
    expect(rehearsed).to.deep.equal(real);
  });

  it('can be taken up wherever it broke off, and never leaves a plan without its actions', async () => {
    await add('audits', ...Array.from({ length: 3 }, (_, at) => ({ name: `audit ${at}` })));
    await add('audit_templates', {});
    await add('action_plans', ...Array.from({ length: 120 }, (_, at) => ({ audit_id: 1 + (at % 3) })));
    await add('actions', ...Array.from({ length: 120 }, (_, at) => ({ action_plan_id: at + 1 })));

    for (let statement = 1; await interruptAt(target.knex, statement, run); statement += 1) {
      const plans = await ours.actionPlans.list();
      const actions = await ours.actions.list();
      expect(actions.map(action => action.actionPlanUuid)).to.deep.equal(plans.map(({ uuid }) => uuid));
      for (const table of ['actions', 'action_plans', 'audits']) await target.knex(table).delete();
    }
    await run();

    expect(await ours.actionPlans.list()).to.have.length(120);
    expect(await ours.actions.list()).to.have.length(120);
  }).timeout(60_000);

  it('keeps goals and strategies that are not on offer by name, with their UUIDs, and says so', async () => {
    const { uuid: known } = (await ours.catalogue.sync('goal', ['dummy'])).get('dummy')!;
    await add('audits', { goal_id: 2, strategy_id: 2 }, { name: 'other' });
    await add('action_plans', { strategy_id: 2 });
    await add('actions', { action_type: 'power_on' });

    const report = await run();

    expect([...report.unknownGoals]).to.deep.equal([['server_consolidation', 1]]);
    expect([...report.unknownStrategies]).to.deep.equal([['vm_workload_consolidation', 2]]);
    expect([...report.unknownActionTypes]).to.deep.equal([['power_on', 1]]);
    const goals = await ours.catalogue.sync('goal', ['dummy']);
    expect(goals.get('dummy')?.uuid).to.equal(known);
    const theirs: WatcherRow[] = await watcher.knex('goals').where({ name: 'server_consolidation' });
    expect(goals.get('server_consolidation')?.uuid).to.equal(theirs[0]?.['uuid']);
    const vanished = await target.knex('catalogue').whereNotNull('deleted_at').pluck('name');
    expect(vanished).to.deep.equal(['server_consolidation', 'vm_workload_consolidation', 'dummy_scorer']);
  });

  it('gives clients the UUIDs of goals that they know, when it is there first', async () => {
    const theirs: WatcherRow[] = await watcher.knex('goals').where({ name: 'dummy' });

    await run();

    const goals = await ours.catalogue.sync('goal', ['dummy']);
    expect(goals.get('dummy')?.uuid).to.equal(theirs[0]?.['uuid']);
  });

  it('says which audit has an interval that nothing can run by', async () => {
    await add('audits', { audit_type: 'CONTINUOUS', state: 'SUSPENDED', interval: '0' });

    const { notes } = await run();

    expect(notes).to.have.length(1);
    expect(notes[0]).to.match(
      /^Audit audit \(.*\) cannot run here as it is: An interval must be above 0 seconds/,
    );
  });

  it('leaves out what hangs in the air, and says so', async () => {
    await add('audits', { goal_id: 9 }, { uuid: null, name: 'no uuid' }, { name: 'good' });
    await add('action_plans', { audit_id: 9 }, { audit_id: 3, strategy_id: 9 }, { audit_id: 1 });

    const report = await run();

    expect(counts(report)).to.deep.include({ audits: [3, 1, 0, 2], 'action plans': [3, 0, 0, 3] });
    expect(report.notes.map(note => note.replace(/[0-9a-f-]{36}/, 'UUID'))).to.deep.equal([
      'Number 1 of the audits has no goal and was left out.',
      'Number 2 of the audits has no UUID and was left out.',
      'Action plan UUID has no audit and was left out.',
      'Action plan UUID has no strategy and was left out.',
      'Action plan UUID has no audit and was left out.',
    ]);
  });

  it('takes text that is no JSON, and times that are none, for nothing', async () => {
    await add('audits', { parameters: '{broken', scope: 'null', created_at: '0000-00-00 00:00:00' });
    await add('action_plans', { global_efficacy: '[{"name": "x", "value": "much"}, 3]' });

    await run();

    expect((await ours.audits.list())[0]).to.deep.include({
      parameters: {},
      scope: [],
      createdAt: '2026-03-01T12:00:00.000Z',
    });
    expect((await ours.actionPlans.list())[0]?.globalEfficacy).to.deep.equal([]);
  });

  it('says that a database is not of Watcher: empty, or our own', async () => {
    const empty = connectDatabase('sqlite://');
    const ends = await Promise.allSettled([empty, target].map(each => importWatcher(each, target, OFFER)));
    await empty.knex.destroy();
    await watcher.knex.schema.alterTable('audits', table => table.dropColumn('goal_id'));
    ends.push(...(await Promise.allSettled([run()])));

    const reasons = ends.map(end => (end.status === 'rejected' ? (end.reason as unknown) : undefined));
    for (const reason of reasons) expect(reason).to.be.instanceOf(NoWatcherDatabaseError);
    const name = "The database sqlite:///:memory: is not Watcher's: there is no";
    expect(reasons.map(reason => (reason as Error).message)).to.deep.equal([
      `${name} table goals.`,
      `${name} table goals.`,
      `${name} column goal_id in audits.`,
    ]);
  });
});
