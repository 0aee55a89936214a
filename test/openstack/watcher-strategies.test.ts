import { expect } from 'chai';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import { WATCHER_URL } from './api-lab.ts';
import type { AuspexProcess } from './auspex.ts';
import { startAuspex } from './auspex.ts';
import { bootServers, deleteServers, until } from './lab.ts';

const NAME = 'scope-strategies';
const GONE = 'b199db0c-1408-4d52-b5a5-5ca14de0ff36';
const LIVE = { migration_type: 'live', source_node: 'nowhere' };

/** Needs the lab up (`devstack/lab/up`). Deletes its server, and its audits and plans of the real Watcher. */
describe('strategies and scoring engines beside the real Watcher', function () {
  this.timeout(300_000);
  let lab: LabCloud;
  let auspex: AuspexProcess;

  before(async () => {
    lab = await LabCloud.connect();
    await deleteServers(lab, NAME);
    auspex = await startAuspex();
  });

  after(async () => {
    await auspex.stop();
    await deleteServers(lab, NAME);
  });

  for (const [strategy, goal, parameters] of [
    ['dummy', 'dummy', {}],
    ['dummy', 'dummy', { para1: 2.5, para2: 'salve' }],
    ['dummy_with_resize', 'dummy', {}],
    ['actuator', 'unclassified', { actions: [] }],
    [
      'actuator',
      'unclassified',
      {
        actions: [
          { action_type: 'sleep', input_parameters: { duration: 1 } },
          { action_type: 'migrate', resource_id: GONE, input_parameters: LIVE },
          { action_type: 'nop', input_parameters: { message: 'a' } },
          { action_type: 'migrate', resource_id: GONE, input_parameters: LIVE },
          { action_type: 'migrate', resource_id: GONE.replace('b', 'c'), input_parameters: LIVE },
          { action_type: 'resize', resource_id: GONE, input_parameters: { flavor: 'x' } },
          {
            action_type: 'change_nova_service_state',
            resource_id: 'compute-9',
            input_parameters: { state: 'enabled' },
          },
        ],
      },
    ],
  ] as const) {
    it(`${strategy} plans the same with ${JSON.stringify(parameters).slice(0, 40)} (B66, B67)`, async () => {
      const body = { audit_type: 'ONESHOT', goal, strategy, parameters };

      const theirs = await planOf(WATCHER_URL, body);
      const ours = await planOf(auspex.url, body);

      expect(ours).to.deep.equal(theirs);
    });
  }

  it('dummy_with_scorer plans the same but for its figures (B66)', async () => {
    const body = { audit_type: 'ONESHOT', goal: 'dummy', strategy: 'dummy_with_scorer' };
    const withoutFigures = (plan: Plan) =>
      JSON.stringify(plan)
        .replace(/Workload: [a-z-]+/, 'Workload')
        .replace(/result: [\d.]+/, 'result');

    const [theirs, ours] = [await planOf(WATCHER_URL, body), await planOf(auspex.url, body)];

    expect(withoutFigures(ours)).to.equal(withoutFigures(theirs));
  });

  it('an action of an unknown type fails the audit, with a sentence (B67)', async () => {
    const actions = [{ action_type: 'teleport', input_parameters: {} }];
    const body = {
      audit_type: 'ONESHOT',
      goal: 'unclassified',
      strategy: 'actuator',
      parameters: { actions },
    };
    const { state, status_message: why } = await runAudit(auspex.url, body);

    expect([state, why]).to.deep.equal(['FAILED', 'The action action-1 is of the unknown type teleport']);
  });

  it('publish the same parameters (K16, K23)', async () => {
    for (const name of ['dummy', 'dummy_with_scorer', 'dummy_with_resize']) {
      const [theirs, ours] = await Promise.all(
        [WATCHER_URL, auspex.url].map(url =>
          call<{ parameters_spec: { properties: object } }>(url, `/v1/strategies/${name}`),
        ),
      );

      expect(ours!.parameters_spec.properties).to.deep.equal(theirs!.parameters_spec.properties);
    }
  });

  it('scoring engines are the same (K33)', async () => {
    const [theirs, ours] = await Promise.all(
      [WATCHER_URL, auspex.url].map(async url => {
        const reply = await call<{ scoring_engines: Engine[] }>(url, '/v1/scoring_engines/detail');
        return reply.scoring_engines.map(({ name, description, metainfo, ...rest }) => ({
          name,
          description,
          metainfo: metainfo === '' ? '' : (JSON.parse(metainfo) as unknown),
          keys: Object.keys(rest).toSorted(),
        }));
      }),
    );

    expect(ours).to.deep.equal(theirs);
  });

  it('tell of their requirements what is true (K17, K80)', async () => {
    const rows = await call<{ type: string; state: unknown }[]>(
      auspex.url,
      '/v1/strategies/predictive_migration/state',
    );
    const [datasource, metrics, models, name] = rows.map(({ state }) => state);

    expect(rows.map(({ type }) => type)).to.deep.equal(['Datasource', 'Metrics', 'CDM', 'Name']);
    expect(datasource).to.equal('gnocchi: available');
    for (const row of metrics as Record<string, string>[]) {
      const [metric, state] = Object.entries(row)[0]!;
      const held = await lab.read<unknown[]>('metric', `/v1/metric?name=${metric}&limit=1`);
      expect([metric, state]).to.deep.equal([metric, held.length > 0 ? 'available' : 'not available']);
    }
    expect(Object.keys((metrics as object[])[0]!)).to.deep.equal(['cpu']);
    expect(models).to.deep.equal([
      { compute_model: 'available' },
      { storage_model: 'available' },
      { baremetal_model: 'not available' },
    ]);
    expect(name).to.equal('predictive_migration');
  });

  it('the actuator resizes a server, by name of the flavor (B67, B83)', async () => {
    const [id] = await bootServers(lab, [{ name: NAME, hostName: 'compute-4', flavor: 'micro' }]);
    const actions = [{ action_type: 'resize', resource_id: id, input_parameters: { flavor: 'small' } }];
    const { uuid } = await runAudit(auspex.url, {
      audit_type: 'ONESHOT',
      goal: 'unclassified',
      strategy: 'actuator',
      parameters: { actions },
      auto_trigger: true,
    });

    const plan = await until('the plan has ended', async () => {
      const [found] = await plansOf(auspex.url, uuid);
      return found !== undefined && ['SUCCEEDED', 'FAILED'].includes(found.state) && found;
    });
    const [action] = await actionsOf(auspex.url, plan.uuid);
    expect([plan.state, action!.state]).to.deep.equal(['SUCCEEDED', 'SUCCEEDED']);
    expect(action!.status_message).to.match(/^100 %: scope-strategies is small after \d+ s$/);
    const { server } = await lab.read<{ server: { status: string; flavor: { original_name: string } } }>(
      'compute',
      `/servers/${id}`,
    );
    expect([server.status, server.flavor.original_name]).to.deep.equal(['ACTIVE', 'small']);
  });

  async function call<T>(url: string, path: string, method = 'GET', body?: unknown): Promise<T> {
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: {
        'X-Auth-Token': lab.token,
        'OpenStack-API-Version': 'infra-optim latest',
        'Content-Type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** The audit when it has ended; others' plans do not stop it. */
  async function runAudit(url: string, body: object): Promise<Audit> {
    const { uuid } = await call<Audit>(url, '/v1/audits', 'POST', { ...body, force: true });
    return until(`the audit ${uuid} has ended`, async () => {
      const audit = await call<Audit>(url, `/v1/audits/${uuid}`);
      return ['SUCCEEDED', 'FAILED'].includes(audit.state) && audit;
    });
  }

  /** What is planned: state, and of each action type, parameters and positions of the parents. */
  async function planOf(url: string, body: object): Promise<Plan> {
    const audit = await runAudit(url, body);
    expect(audit.state, audit.status_message ?? '').to.equal('SUCCEEDED');
    const [plan] = await plansOf(url, audit.uuid);
    const actions = await actionsOf(url, plan!.uuid);
    await call(url, `/v1/action_plans/${plan!.uuid}`, 'DELETE');
    await call(url, `/v1/audits/${audit.uuid}`, 'DELETE');
    return {
      state: plan!.state,
      actions: actions.map(({ action_type, input_parameters, parents }) => ({
        action_type,
        input_parameters,
        parents: parents
          .map(parent => actions.findIndex(({ uuid }) => uuid === parent))
          .toSorted((a, b) => a - b),
      })),
    };
  }

  async function plansOf(url: string, audit: string): Promise<readonly { uuid: string; state: string }[]> {
    const path = `/v1/action_plans/detail?audit_uuid=${audit}`;
    return (await call<{ action_plans: { uuid: string; state: string }[] }>(url, path)).action_plans;
  }

  async function actionsOf(url: string, plan: string): Promise<readonly Action[]> {
    return (await call<{ actions: Action[] }>(url, `/v1/actions/detail?action_plan_uuid=${plan}`)).actions;
  }
});

interface Audit {
  readonly uuid: string;
  readonly state: string;
  readonly status_message: string | null;
}

interface Action {
  readonly uuid: string;
  readonly state: string;
  readonly action_type: string;
  readonly input_parameters: object;
  readonly parents: readonly string[];
  readonly status_message: string | null;
}

interface Plan {
  readonly state: string;
  readonly actions: readonly Pick<Action, 'action_type' | 'input_parameters'>[];
}

interface Engine {
  readonly name: string;
  readonly description: string;
  readonly metainfo: string;
}
