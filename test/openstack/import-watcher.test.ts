import { expect } from 'chai';
import mysql from 'mysql2/promise';
import type { Connection } from 'mysql2/promise';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { auspex } from '../plugin/cli/terminal.ts';
import { WATCHER_URL } from './api-lab.ts';
import type { AuspexProcess } from './auspex.ts';
import { startAuspex } from './auspex.ts';
import { until } from './lab.ts';

type Row = Readonly<Record<string, unknown>>;

const SERVER = { host: '127.0.0.1', port: 13_306, user: 'lab', password: 'lab' };
const WATCHER_DATABASE = 'mysql+pymysql://lab:lab@127.0.0.1:13306/watcher?charset=utf8';
const NAME = `tools-import-${process.pid}`;
const OURS = `auspex_tools_${process.pid}`;

describe("import from the lab's Watcher", () => {
  let token: string;
  let administrator: Connection;
  let service: AuspexProcess;
  let report: string;
  const made: string[] = [];

  const call = async (base: string, method: string, path: string, body?: object): Promise<Row> => {
    const response = await fetch(`${base}/v1${path}`, {
      method,
      headers: {
        'x-auth-token': token,
        'content-type': 'application/json',
        'openstack-api-version': 'infra-optim 1.4',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as Row;
  };
  const watcher = (method: string, path: string, body?: object) => call(WATCHER_URL, method, path, body);
  const make = async (path: string, body: object): Promise<Row> => {
    const row = await watcher('POST', path, body);
    made.push(`${path}/${String(row['uuid'])}`);
    return row;
  };
  const env = () => ({ AUSPEX_DATABASE_URL: `mysql://lab:lab@127.0.0.1:13306/${OURS}` });
  const importing = (...args: string[]) => auspex(['import-watcher', ...args], { env: env() });
  const of = (name: string) => `${NAME}-${name}`;

  before(async () => {
    ({ token } = await LabCloud.connect());
    administrator = await mysql.createConnection(SERVER);
    await administrator.query(`CREATE DATABASE ${OURS} CHARACTER SET utf8mb4`);
    const goal = String((await watcher('GET', '/goals/dummy'))['uuid']);
    const strategy = String((await watcher('GET', '/strategies/dummy'))['uuid']);
    const scope = [{ compute: [{ host_aggregates: [{ id: '*' }] }] }];
    await make('/audit_templates', { name: of('template'), description: 'Größe', goal, strategy, scope });
    const audit = { goal, strategy, audit_type: 'ONESHOT', parameters: { para1: 3.2, para2: 'hello' } };
    const once = await make('/audits', { ...audit, name: of('once') });
    await make('/audits', {
      ...audit,
      name: of('continuous'),
      audit_type: 'CONTINUOUS',
      interval: '*/30 * * * *',
      start_time: '2040-01-01T00:00:00',
      end_time: '2040-03-01T00:00:00',
    });
    await make('/audits', { ...audit, name: of('event'), audit_type: 'EVENT' });
    const gone = await make('/audits', { ...audit, name: of('gone') });
    await until('the dummy audits have succeeded', async () => {
      const states = [once, gone].map(
        async ({ uuid }) => (await watcher('GET', `/audits/${String(uuid)}`))['state'],
      );
      return (await Promise.all(states)).every(state => state === 'SUCCEEDED');
    });
    await watcher('DELETE', `/audits/${String(gone['uuid'])}`);
    await auspex(['db', 'upgrade'], { env: env() });
    const { exitCode, output, complaint } = await importing(WATCHER_DATABASE);
    expect(complaint).to.equal('');
    expect(exitCode).to.equal(0);
    report = output;
    service = await startAuspex(env());
  });
  after(async () => {
    await service?.stop();
    for (const path of made.toReversed()) await remove(path);
    await administrator.query(`DROP DATABASE IF EXISTS ${OURS}`);
    await administrator.end();
  });

  async function remove(path: string): Promise<void> {
    const row = await watcher('GET', path).catch(() => undefined);
    if (row === undefined) return;
    if (path.startsWith('/audits')) {
      const { action_plans: plans } = await watcher('GET', `/action_plans?audit_uuid=${String(row['uuid'])}`);
      for (const { uuid } of plans as Row[])
        await watcher('DELETE', `/action_plans/${String(uuid)}`).catch(() => undefined);
      if (row['state'] === 'PENDING' || row['state'] === 'ONGOING') {
        await watcher('PATCH', path, [{ op: 'replace', path: '/state', value: 'CANCELLED' }]);
      }
    }
    await watcher('DELETE', path);
  }

  /** What both must say of the same thing; times are compared as instants. */
  const alike = (row: Row, keys: readonly string[]) =>
    Object.fromEntries(
      keys.map(key => {
        const value = row[key];
        return [key, key.endsWith('_at') && typeof value === 'string' ? Date.parse(value) : value];
      }),
    );

  it('has the template as Watcher has it', async () => {
    const keys = ['uuid', 'name', 'description', 'goal_uuid', 'goal_name', 'strategy_uuid', 'strategy_name', 'scope', 'created_at', 'updated_at', 'deleted_at']; // prettier-ignore
    const path = `/audit_templates/${of('template')}`;

    const [theirs, ours] = [await watcher('GET', path), await call(service.url, 'GET', path)];

    expect(alike(ours, keys)).to.deep.equal(alike(theirs, keys));
  });

  it('has the finished audit as Watcher has it, with its plans, their actions and efficacy', async () => {
    const keys = ['uuid', 'name', 'audit_type', 'state', 'goal_uuid', 'strategy_uuid', 'parameters', 'interval', 'scope', 'auto_trigger', 'force', 'hostname', 'next_run_time', 'start_time', 'end_time', 'created_at', 'updated_at', 'deleted_at']; // prettier-ignore
    const path = `/audits/${of('once')}`;
    const [theirs, ours] = [await watcher('GET', path), await call(service.url, 'GET', path)];
    expect(alike(ours, keys)).to.deep.equal(alike(theirs, keys));

    const plans = `/action_plans/detail?audit_uuid=${String(theirs['uuid'])}`;
    const planKeys = ['uuid', 'audit_uuid', 'strategy_uuid', 'strategy_name', 'state', 'efficacy_indicators', 'global_efficacy', 'created_at', 'deleted_at']; // prettier-ignore
    const lists = [await watcher('GET', plans), await call(service.url, 'GET', plans)];
    const [theirPlans, ourPlans] = lists.map(list => list['action_plans'] as Row[]);
    expect(theirPlans).to.have.length(1);
    expect(ourPlans!.map(plan => alike(plan, planKeys))).to.deep.equal(
      theirPlans!.map(plan => alike(plan, planKeys)),
    );

    const actions = `/actions/detail?action_plan_uuid=${String(theirPlans![0]!['uuid'])}`;
    const actionKeys = [
      'uuid',
      'action_plan_uuid',
      'action_type',
      'input_parameters',
      'parents',
      'state',
      'created_at',
    ];
    const rows = [await watcher('GET', actions), await call(service.url, 'GET', actions)].map(list =>
      (list['actions'] as Row[]).map(action => alike(action, actionKeys)),
    );
    expect(rows[0]!.length).to.be.greaterThan(1);
    expect(rows[1]).to.have.deep.members(rows[0]!);
  });

  it('has stopped the continuous audit here, and says so', async () => {
    const path = `/audits/${of('continuous')}`;
    const [theirs, ours] = [await watcher('GET', path), await call(service.url, 'GET', path)];

    expect(['PENDING', 'ONGOING']).to.include(theirs['state']);
    expect(ours).to.include({ state: 'SUSPENDED', hostname: null });
    const keys = ['uuid', 'interval', 'start_time', 'end_time', 'parameters'];
    expect(alike(ours, keys)).to.deep.equal(alike(theirs, keys));
    expect(report).to.contain(`Audit ${of('continuous')} (${String(ours['uuid'])}) was ${String(theirs['state'])} and is SUSPENDED here.`); // prettier-ignore
  });

  it('lets the event audit wait for its webhook', async () => {
    const ours = await call(service.url, 'GET', `/audits/${of('event')}`);

    expect(ours).to.include({ state: 'PENDING', audit_type: 'EVENT' });
  });

  it('keeps what was deleted as deleted', async () => {
    const { audits } = await call(service.url, 'GET', '/audits?limit=1000');
    const [[deleted]] = (await administrator.query(`SELECT * FROM ${OURS}.audits WHERE name = ?`, [of('gone')])) as unknown as [Row[]]; // prettier-ignore

    expect((audits as Row[]).map(({ name }) => name)).to.not.include(of('gone'));
    expect(deleted).to.include({ state: 'DELETED', deleted: deleted?.['id'] });
  });

  it('imports nothing of it a second time, and has changed nothing in Watcher (110)', async () => {
    const rowsOf = async (database: string, table: string, column: string, value: string) =>
      (await administrator.query(`SELECT * FROM ${database}.${table} WHERE ${column} LIKE ? ORDER BY id`, [value]))[0] as Row[]; // prettier-ignore
    const state = async () => {
      const audits = await rowsOf(OURS, 'audits', 'name', `${NAME}%`);
      const plans = await Promise.all(
        audits.map(({ uuid }) => rowsOf(OURS, 'action_plans', 'audit_uuid', String(uuid))),
      );
      const actions = await Promise.all(
        plans.flat().map(({ uuid }) => rowsOf(OURS, 'actions', 'action_plan_uuid', String(uuid))),
      );
      return { audits, plans, actions };
    };
    const before = await state();

    const again = await importing(WATCHER_DATABASE, '--live-only');

    expect(again.exitCode).to.equal(0);
    expect(again.output).to.not.contain(NAME);
    expect(before.audits).to.have.length(4);
    expect(before.actions.flat().length).to.be.greaterThan(3);
    expect(await state()).to.deep.equal(before);
    const [theirs] = await rowsOf('watcher', 'audits', 'name', of('continuous'));
    expect(theirs?.['state']).to.not.equal('SUSPENDED');
  });

  for (const [what, url, sentence] of [
    [
      'a wrong password',
      'mysql://lab:s3cret@127.0.0.1:13306/watcher',
      /is not available: Access denied for user 'lab'/,
    ],
    ['a wrong port', 'mysql://lab:s3cret@127.0.0.1:1/watcher', /is not available: connect ECONNREFUSED/],
    [
      'a database that does not exist',
      'mysql://lab:lab@127.0.0.1:13306/zork',
      /is not available: Unknown database 'zork'/,
    ],
    [
      'an empty database',
      'mysql://lab:lab@127.0.0.1:13306/sys',
      /is not Watcher's: there is no table goals\.$/,
    ],
    [
      'the database of another service',
      'mysql://lab:lab@127.0.0.1:13306/cinder',
      /is not Watcher's: there is no table/,
    ],
    ['no URL', 'zork', /^auspex: The URL of Watcher's database must have the form mysql:/],
  ] as const) {
    it(`says in one sentence what is wrong with ${what}`, async () => {
      const { exitCode, complaint, output } = await importing(url);

      expect(complaint).to.match(sentence);
      expect(complaint.split('\n')).to.have.length(1);
      expect(complaint).to.not.contain('s3cret');
      expect([exitCode, output]).to.deep.equal([1, '']);
    });
  }
});
