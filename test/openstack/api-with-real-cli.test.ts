import { expect } from 'chai';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { newAction, newPlan } from '../db/rows.ts';
import type { LabApi } from './api-lab.ts';
import { WATCHER_URL, optimize, optimizeJson, serveApi } from './api-lab.ts';

type Row = Readonly<Record<string, unknown>>;

const NAME = `auspex-cli-${process.pid}`;

describe('the API with the real openstack optimize', () => {
  let api: LabApi;
  let token: string;
  before(async () => {
    ({ token } = await LabCloud.connect());
    api = await serveApi();
  });
  after(() => api.stop());

  const ours = <T = Row>(...args: string[]) => optimizeJson<T>(api.url, token, ...args);
  const watchers = <T = Row>(...args: string[]) => optimizeJson<T>(WATCHER_URL, token, ...args);
  const failure = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await optimize(api.url, token, ...args);
    expect(exitCode).to.not.equal(0);
    return `${stdout}${stderr}`;
  };

  it('lists and shows goals with the columns of Watcher', async () => {
    const list = await ours<Row[]>('goal', 'list');
    const shown = await ours('goal', 'show', 'PREDICTIVE_MIGRATION');

    const own = list.find(goal => goal['Name'] === 'predictive_migration');
    expect(shown).to.include({ 'UUID': own?.['UUID'], 'Display name': 'Predictive migration' }); // prettier-ignore
    expect(JSON.stringify(shown['Efficacy specification'])).to.contain('instance_migrations_count');
    expect(Object.keys(list[0]!)).to.deep.equal(Object.keys((await watchers<Row[]>('goal', 'list'))[0]!));
    expect(Object.keys(shown)).to.deep.equal(Object.keys(await watchers('goal', 'show', 'dummy')));
  });

  it('lists and shows strategies and what they need with the columns of Watcher', async () => {
    const list = await ours<Row[]>('strategy', 'list', '--goal', 'predictive_migration');
    const shown = await ours('strategy', 'show', 'predictive_migration');
    const state = await ours<Row[]>('strategy', 'state', 'predictive_migration');

    expect(list).to.have.length(1);
    expect(JSON.stringify(shown['Parameters spec'])).to.contain('pressure_threshold');
    expect(state.map(row => row['Type'])).to.deep.equal(['Datasource', 'Metrics', 'CDM', 'Name']);
    expect(Object.keys(list[0]!)).to.deep.equal(Object.keys((await watchers<Row[]>('strategy', 'list'))[0]!));
    expect(Object.keys(shown)).to.deep.equal(Object.keys(await watchers('strategy', 'show', 'dummy')));
    const watchersState = await watchers<Row[]>('strategy', 'state', 'dummy');
    expect(Object.keys(state[0]!)).to.deep.equal(Object.keys(watchersState[0]!));
    expect(state.map(row => row['Type'])).to.deep.equal(watchersState.map(row => row['Type']));
  });

  it('creates, lists, shows, updates and deletes audit templates', async () => {
    const created = await ours(
      'audittemplate',
      'create',
      NAME,
      'predictive_migration',
      '-s',
      'predictive_migration',
      '-d',
      'every morning',
    );
    const list = await ours<Row[]>('audittemplate', 'list', '--goal', 'predictive_migration');
    const updated = await ours('audittemplate', 'update', NAME, 'replace', 'description=every evening');
    const shown = await ours('audittemplate', 'show', NAME);
    const deleted = await optimize(api.url, token, 'audittemplate', 'delete', NAME);

    expect(created).to.include({ Name: NAME, Description: 'every morning', Goal: 'predictive_migration' });
    expect(list.map(row => row['Name'])).to.deep.equal([NAME]);
    expect(updated).to.include({ Description: 'every evening' });
    expect(shown).to.deep.equal(updated);
    expect(deleted.exitCode).to.equal(0);
    expect(await failure('audittemplate', 'show', NAME)).to.contain(
      `AuditTemplate ${NAME} could not be found`,
    );
    const watchersOwn = await watchers('audittemplate', 'create', NAME, 'dummy');
    await optimize(WATCHER_URL, token, 'audittemplate', 'delete', NAME);
    expect(Object.keys(created)).to.deep.equal(Object.keys(watchersOwn));
  });

  it('creates, lists, shows, cancels and deletes audits', async () => {
    const created = await ours(
      'audit',
      'create',
      '-g',
      'predictive_migration',
      '-s',
      'predictive_migration',
      '-p',
      'horizon=3600',
      '--name',
      NAME,
    );
    const list = await ours<Row[]>('audit', 'list');
    const shown = await ours('audit', 'show', NAME);
    const cancelled = await ours('audit', 'update', NAME, 'replace', 'state=CANCELLED');
    const deleted = await optimize(api.url, token, 'audit', 'delete', NAME);

    expect(created).to.include({ 'Name': NAME, 'State': 'PENDING', 'Audit Type': 'ONESHOT' }); // prettier-ignore
    expect(created['Parameters']).to.deep.include({ horizon: 3600, granularity: 300 });
    expect(list.map(row => row['Name'])).to.deep.equal([NAME]);
    expect(shown).to.deep.equal(created);
    expect(cancelled).to.include({ State: 'CANCELLED' });
    expect(deleted.exitCode).to.equal(0);
    expect(await ours<Row[]>('audit', 'list')).to.deep.equal([]);
  });

  it('says what is wrong with an audit', async () => {
    const create = ['audit', 'create', '-g', 'predictive_migration', '-s', 'predictive_migration'];

    expect(await failure(...create, '-p', 'zork=1')).to.contain('Audit parameter zork are not allowed');
    expect(await failure(...create, '-p', 'horizon=1')).to.match(
      /Invalid parameters for strategy: horizon: /,
    );
    expect(await failure(...create, '-t', 'CONTINUOUS', '-i', 'often')).to.contain(
      'Expected an interval or cron syntax but received often',
    );
  });

  it('lists, shows, starts, cancels and deletes action plans, and shows their actions', async () => {
    const { UUID: auditUuid } = await ours('audit', 'create', '-g', 'predictive_migration', '--name', NAME);
    const value = { description: 'Share of the overload.', unit: '%', value: 98.5 };
    const plan = newPlan({
      auditUuid: String(auditUuid),
      globalEfficacy: [{ name: 'overload_avoided_ratio', ...value }],
    });
    const action = newAction({
      actionPlanUuid: plan.uuid,
      reason: 'compute-1 reaches 91 % CPU at 14:20 (p95).',
    });
    await api.repositories.actionPlans.createWithActions(plan, [action]);

    const list = await ours<Row[]>('actionplan', 'list', '--audit', String(auditUuid));
    const shown = await ours('actionplan', 'show', plan.uuid);
    const actions = await ours<Row[]>('action', 'list', '--action-plan', plan.uuid);
    const detail = await ours('action', 'show', action.uuid);
    const started = await ours('actionplan', 'start', plan.uuid);
    const twice = await failure('actionplan', 'start', plan.uuid);
    const refused = await failure('actionplan', 'delete', plan.uuid);
    const cancelled = await ours('actionplan', 'cancel', plan.uuid);
    const deleted = await optimize(api.url, token, 'actionplan', 'delete', plan.uuid);

    expect(list).to.have.length(1);
    expect(list[0]).to.include({ State: 'RECOMMENDED', Audit: auditUuid });
    expect(JSON.stringify(list[0]?.['Global efficacy'])).to.contain('overload_avoided_ratio');
    expect(shown).to.include({ UUID: plan.uuid, Strategy: 'predictive_migration' });
    expect(actions.map(row => row['UUID'])).to.deep.equal([action.uuid]);
    expect(detail['Description']).to.equal(
      'Logging a NOP message. compute-1 reaches 91 % CPU at 14:20 (p95).',
    );
    expect(started).to.include({ State: 'PENDING' });
    expect(twice).to.contain("Couldn't start when state is 'PENDING'.");
    expect(refused).to.contain("Couldn't delete when state is 'PENDING'.");
    expect(cancelled).to.include({ State: 'CANCELLED' });
    expect(deleted.exitCode).to.equal(0);
  });

  it('lists and shows services and scoring engines with the columns of Watcher', async () => {
    await api.repositories.services.heartbeat('watcher-applier', 'here');

    const list = await ours<Row[]>('service', 'list');
    const shown = await ours('service', 'show', 'watcher-applier');

    expect(list).to.have.length(1);
    expect(list[0]).to.include({ Name: 'watcher-applier', Host: 'here', Status: 'ACTIVE' });
    expect(Object.keys(list[0]!)).to.deep.equal(Object.keys((await watchers<Row[]>('service', 'list'))[0]!));
    expect(Object.keys(shown)).to.deep.equal(Object.keys(await watchers('service', 'show', '1')));
    const engines = await ours<Row[]>('scoringengine', 'list');
    const engine = await ours('scoringengine', 'show', 'dummy_scorer');
    const watchersEngines = await watchers<Row[]>('scoringengine', 'list');
    const names = (rows: readonly Row[]) => rows.map(row => String(row['Name'])).toSorted();
    expect(names(engines)).to.deep.equal(names(watchersEngines));
    expect(Object.keys(engines[0]!)).to.deep.equal(Object.keys(watchersEngines[0]!));
    expect(Object.keys(engine)).to.deep.equal(
      Object.keys(await watchers('scoringengine', 'show', 'dummy_scorer')),
    );
  });

  it('lists the data model with the columns of Watcher', async () => {
    const list = await ours<Row[]>('datamodel', 'list', '--detail');
    const watchersList = await watchers<Row[]>('datamodel', 'list', '--detail');

    expect(Object.keys(list[0]!)).to.deep.equal(Object.keys(watchersList[0]!));
    const hosts = (rows: readonly Row[]) => [...new Set(rows.map(row => String(row['Node Host Name'])))];
    expect(hosts(list).toSorted()).to.deep.equal(hosts(watchersList).toSorted());
  });

  it('turns away a wrong token', async () => {
    const { exitCode, stderr } = await optimize(api.url, 'wrong', 'goal', 'list');

    expect(exitCode).to.not.equal(0);
    expect(stderr).to.contain('HTTP 401');
  });
});
