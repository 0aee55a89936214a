import { expect } from 'chai';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import type { AuspexProcess } from '../openstack/auspex.ts';
import { startAuspex } from '../openstack/auspex.ts';
import { addRegion, until } from '../openstack/lab.ts';
import { Client } from './client/client.ts';

type Row = Readonly<Record<string, unknown>>;
type Reply = { readonly answer: unknown } | { readonly error: string; readonly message: string };

const REGION = 'dashboard';
const NAME = `dashboard-${process.pid}`;
/** What the panels ask for: by default, with start and end times, with skipped actions. */
const [DEFAULT, TIMES, SKIPPING] = ['1.0', '1.1', '1.5'] as const;

/** Horizon's panels for Watcher talk through Watcher's client library, with a user's token and the endpoint of the catalogue. */
describe("the calls of Horizon's panels through the lab's own python-watcherclient (K116)", () => {
  let auspex: AuspexProcess | undefined;
  let removeRegion: (() => Promise<void>) | undefined;
  let horizon: Client;
  before(async () => {
    auspex = await startAuspex();
    removeRegion = await addRegion(await LabCloud.connect(), REGION, { 'infra-optim': auspex.url });
    horizon = new Client(REGION, 'dashboard.py');
  });
  after(async () => {
    await horizon?.close();
    await removeRegion?.();
    await auspex?.stop();
  });

  const call = async <T = Row>(version: string, manager: string, method: string, args: object = {}) => {
    const reply = await horizon.run<Reply>([version, manager, method, args]);
    if ('error' in reply) throw new Error(`${manager}.${method}: ${reply.error}: ${reply.message}`);
    return reply.answer as T;
  };
  const list = (manager: string, filters: object = {}) =>
    call<Row[]>(DEFAULT, manager, 'list', { detail: true, ...filters });
  const createTemplate = (name: string) =>
    call(DEFAULT, 'audit_template', 'create', {
      name,
      goal: 'dummy',
      strategy: 'dummy',
      description: 'from a form',
      scope: [{ compute: [{ availability_zones: [{ name: 'nova' }] }] }],
    });
  /** The audit of a new template, when it is done, and its plan. */
  const recommended = async (name: string) => {
    const template = await createTemplate(name);
    const audit = await call(DEFAULT, 'audit', 'create', {
      audit_template_uuid: template['uuid'],
      audit_type: 'ONESHOT',
      auto_trigger: false,
      name,
      parameters: { para1: 1 },
    });
    await until('the audit is done', async () => {
      const { state } = await call(DEFAULT, 'audit', 'get', { audit: audit['uuid'] });
      return state === 'SUCCEEDED';
    });
    const plans = await list('action_plan', { audit: audit['uuid'] });
    return { template, audit, plans };
  };

  it('learn from the root what they may use', async () => {
    const root = await call<{ versions: Row[] }>(DEFAULT, 'http_client', 'json_request', {
      method: 'GET',
      url: '/',
    });

    expect(root.versions[0]).to.include({ id: 'v1', min_version: '1.0' });
    expect(Number(String(root.versions[0]!['max_version']).split('.')[1])).to.be.at.least(5);
  });

  it('list goals and strategies and show one', async () => {
    const goals = await list('goal');
    const goal = await call(DEFAULT, 'goal', 'get', { goal: 'dummy' });
    const strategies = await list('strategy', { goal: goal['uuid'] });
    const strategy = await call(DEFAULT, 'strategy', 'get', { strategy: 'dummy' });

    expect(goals.map(each => each['name'])).to.include('dummy');
    expect(goal).to.include.all.keys('uuid', 'name', 'display_name', 'efficacy_specification', 'created_at');
    expect(strategies.map(each => each['name'])).to.include('dummy');
    // the form for parameters is built from it
    expect(strategy['parameters_spec']).to.have.nested.property('properties.para1');
  });

  it('list, create, show and delete audit templates', async () => {
    const created = await createTemplate(`${NAME}-template`);
    const listed = await list('audit_template', { goal: 'dummy', strategy: 'dummy' });
    const shown = await call(DEFAULT, 'audit_template', 'get', { audit_template_id: created['uuid'] });
    await call(DEFAULT, 'audit_template', 'delete', { audit_template_id: created['uuid'] });
    const left = await list('audit_template', { goal: 'dummy' });

    expect(listed.map(each => each['uuid'])).to.include(created['uuid']);
    expect(shown).to.deep.include({ description: 'from a form', goal_name: 'dummy', strategy_name: 'dummy' });
    expect(left.map(each => each['uuid'])).not.to.include(created['uuid']);
  });

  it('list, create, show, cancel and delete audits', async () => {
    const template = await createTemplate(`${NAME}-audits`);
    const request = { audit_template_uuid: template['uuid'], audit_type: 'CONTINUOUS', interval: '3600' };
    const start = { name: `${NAME}-audit`, auto_trigger: false, start_time: '2040-01-01T00:00:00' };
    const created = await call(TIMES, 'audit', 'create', { ...request, ...start });
    const listed = await list('audit', { goal: 'dummy' });
    const shown = await call(TIMES, 'audit', 'get', { audit: created['uuid'] });
    const patch = [{ op: 'replace', path: '/state', value: 'CANCELLED' }];
    const cancelled = await call(DEFAULT, 'audit', 'update', { audit: created['uuid'], patch });
    await call(DEFAULT, 'audit', 'delete', { audit: created['uuid'] });
    const gone = await horizon.run<Reply>([DEFAULT, 'audit', 'get', { audit: created['uuid'] }]);

    expect(listed.map(each => each['uuid'])).to.include(created['uuid']);
    expect(shown).to.include({ state: 'PENDING', interval: '3600', start_time: '2040-01-01T00:00:00' });
    expect(cancelled).to.include({ state: 'CANCELLED' });
    expect(gone).to.include({ error: 'NotFound' });
  });

  it('list, show, start and delete action plans, and list and show their actions', async () => {
    const { plans } = await recommended(`${NAME}-plan`);
    const id = { action_plan_id: plans[0]!['uuid'] };
    const shown = await call(SKIPPING, 'action_plan', 'get', id);
    const actions = await list('action', { action_plan: id.action_plan_id });
    const action = await call(DEFAULT, 'action', 'get', { action_id: actions[0]!['uuid'] });
    const started = await call(DEFAULT, 'action_plan', 'start', id);
    await until('the plan is carried out', async () => {
      const { state } = await call(DEFAULT, 'action_plan', 'get', id);
      return state === 'SUCCEEDED';
    });
    await call(DEFAULT, 'action_plan', 'delete', id);
    const left = await list('action_plan');

    expect(shown).to.include({ state: 'RECOMMENDED', status_message: null });
    expect(actions).to.have.length(3);
    expect(action).to.include({ uuid: actions[0]!['uuid'], state: 'PENDING' });
    expect(started).to.include({ state: 'PENDING' });
    expect(left.map(each => each['uuid'])).not.to.include(id.action_plan_id);
  });

  it('skip an action with a reason', async () => {
    const { audit } = await recommended(`${NAME}-skip`);
    const [action] = await list('action', { audit: audit['uuid'] });
    // what the library's newer releases send for action.update
    const body = [
      { op: 'replace', path: '/state', value: 'SKIPPED' },
      { op: 'replace', path: '/status_message', value: 'not today' },
    ];
    const request = { method: 'PATCH', url: `/v1/actions/${String(action!['uuid'])}`, body };
    const skipped = await call(SKIPPING, 'http_client', 'json_request', request);

    expect(skipped).to.include({
      state: 'SKIPPED',
      status_message: 'Action skipped by user. Reason: not today',
    });
  });
});
