import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import type { UsageBatch } from '../../../forecast/usage-batch.ts';
import { GOALS } from '../../../goals/goals.ts';
import { ACTION_TYPES } from '../../../plugin/actions/action-types.ts';
import type { AuditRunnerOptions } from '../../../plugin/audits/audit-runner.ts';
import { AuditRunner } from '../../../plugin/audits/audit-runner.ts';
import type { Datasource, UsageQuery } from '../../../plugin/datasources/datasource.ts';
import { DatasourceError } from '../../../plugin/datasources/datasource.ts';
import type { Audit } from '../../../plugin/lifecycle/audit.ts';
import type { New, Repositories } from '../../../plugin/lifecycle/repositories.ts';
import { STRATEGIES } from '../../../strategies/strategies.ts';
import { cluster, flavor, host, instance, inventory } from '../../cluster/tiny-cluster.ts';
import { newAudit } from '../../db/rows.ts';
import { batch, history, noise, START } from '../../forecast/series.ts';

/** Instances on `hot`, 10 CPUs, that are busy in the hour after START on every day. */
const HOT = Array.from({ length: 4 }, (_, n) => `10000000-0000-4000-8000-00000000000${n}`);
const COOL = '20000000-0000-4000-8000-000000000000';
const four = { flavor: flavor({ vcpus: 4 }) };
const model = cluster({
  hosts: [
    host('hot'),
    host('cool', {
      inventories: new Map([
        ['VCPU', inventory(20)],
        ['MEMORY_MB', inventory(102_400)],
        ['DISK_GB', inventory(999)],
      ]),
    }),
  ],
  instances: [...HOT.map(id => instance(id, 'hot', four)), instance(COOL, 'cool', four)],
});

/** It stands still. */
const clock = { now: () => (START + 10) * 1000, sleep: () => new Promise<void>(() => undefined) };

/** Two weeks of history for everything; ends at START. */
const source: Datasource = {
  name: 'recorded',
  metrics: ['instance_cpu_usage', 'instance_ram_usage', 'host_cpu_usage'],
  async *query(query: UsageQuery) {
    yield Promise.resolve(recorded(query));
  },
};

function recorded({ metric }: UsageQuery): UsageBatch {
  if (metric === 'host_cpu_usage')
    return batch(metric, { hot: history(14, () => 35), cool: history(14, () => 8) });
  if (metric === 'instance_ram_usage') {
    return batch(metric, Object.fromEntries([...HOT, COOL].map(id => [id, history(14, () => 2000)])));
  }
  const busy = HOT.map((id, n) => {
    const draw = noise(n);
    return [id, history(14, step => (step < 12 ? 70 : 15) + draw())] as const;
  });
  return batch(metric, Object.fromEntries([...busy, [COOL, history(14, () => 10)]]));
}

describe('audit runner', () => {
  let repositories: Repositories;
  let launched: string[];
  let alive: string[];

  beforeEach(async () => {
    repositories = createRepositories(await openDatabase('sqlite://'));
    launched = [];
    alive = ['here', 'there'];
  });

  afterEach(() => repositories.close());

  function runner(changes: Partial<AuditRunnerOptions> = {}): AuditRunner {
    return new AuditRunner({
      repositories,
      goals: GOALS,
      strategies: STRATEGIES,
      actionTypes: ACTION_TYPES,
      collectCluster: () => Promise.resolve(model),
      datasource: source,
      clock,
      aliveHosts: () => Promise.resolve(alive),
      ongoingPlans: 'all',
      newUuid: randomUUID,
      applier: { launch: uuid => Promise.resolve(launched.push(uuid)) },
      logger: pino({ level: 'silent' }),
      hostname: 'here',
      maximumAudits: 1,
      timeoutMilliseconds: 60_000,
      ...changes,
    });
  }

  async function run(
    audit: Partial<New<Audit>> = {},
    changes: Partial<AuditRunnerOptions> = {},
  ): Promise<Audit> {
    const { uuid } = await create(audit);
    const audits = runner(changes);
    audits.trigger();
    await audits.whenIdle();
    return (await repositories.audits.find(uuid))!;
  }

  function create(audit: Partial<New<Audit>> = {}): Promise<Audit> {
    return repositories.audits.create(newAudit({ parameters: { horizon: 3600 }, ...audit }));
  }

  it('turns a PENDING audit into a recommended plan with actions and indicators (B42)', async () => {
    const audit = await run();

    expect(audit.state, audit.statusMessage ?? '').to.equal('SUCCEEDED');
    expect(audit.hostname).to.equal('here');
    expect(audit.statusMessage).to.match(/hot reaches \d+ % CPU at .* UTC .*: \d instance\(s\) leave\./);
    const [plan] = await repositories.actionPlans.list({ where: { auditUuid: audit.uuid } });
    expect(plan).to.include({ state: 'RECOMMENDED', strategyName: 'predictive_migration' });
    expect(
      plan!.efficacyIndicators.find(({ name }) => name === 'forecast_overload_minutes_before')!.value,
    ).to.be.greaterThan(30);
    const actions = await repositories.actions.list({ where: { actionPlanUuid: plan!.uuid } });
    expect(actions.length).to.be.greaterThan(0);
    expect(actions[0]!.inputParameters).to.include({
      source_node: 'hot',
      destination_node: 'cool',
      migration_type: 'live',
    });
    expect(actions[0]!.reason).to.match(/hot reaches \d+ % CPU/);
    expect(launched).to.deep.equal([]);
  });

  it('starts the plan by itself only when the audit says so', async () => {
    const audit = await run({ autoTrigger: true });

    const [plan] = await repositories.actionPlans.list({ where: { auditUuid: audit.uuid } });
    expect(launched).to.deep.equal([plan!.uuid]);
    expect(plan!.state).to.equal('PENDING');
  });

  it('stores an empty plan as SUCCEEDED (B55), and says that nothing is known of the instances', async () => {
    const silent: Datasource = { ...source, async *query() {} };
    const audit = await run({}, { datasource: silent });

    expect(audit.state).to.equal('SUCCEEDED');
    expect(audit.statusMessage).to.include('5 of 5 active instances have no usable CPU metrics');
    const [plan] = await repositories.actionPlans.list({ where: { auditUuid: audit.uuid } });
    expect(plan!.state).to.equal('SUCCEEDED');
  });

  it('says first what is wrong with the usage, and reads from the datasource that the strategy has of its own', async () => {
    const degraded: Datasource = {
      ...source,
      // eslint-disable-next-line require-yield -- it has nothing
      async *query(_query, _signal, warn) {
        warn?.('The datasource gnocchi failed and was passed over: it is down.');
      },
    };
    const audit = await run(
      {},
      {
        datasourceFor: (name: string) => {
          expect(name).to.equal('predictive_migration');
          return degraded;
        },
      },
    );

    expect(audit.statusMessage).to.match(
      /^The datasource gnocchi failed and was passed over: it is down\. [^]*5 of 5 active instances/,
    );
    expect(audit.statusMessage!.match(/passed over/g)).to.have.length(1);
  });

  it('moves nothing to a host outside of its scope, and from none (B61, B62)', async () => {
    const onlyHot = await run({
      scope: [{ compute: [{ exclude: [{ compute_nodes: [{ name: 'cool' }] }] }] }],
    });
    const onlyCool = await run({
      scope: [{ compute: [{ exclude: [{ compute_nodes: [{ name: 'hot' }] }] }] }],
    });

    for (const audit of [onlyHot, onlyCool]) {
      expect(audit.state, audit.statusMessage ?? '').to.equal('SUCCEEDED');
      const [plan] = await repositories.actionPlans.list({ where: { auditUuid: audit.uuid } });
      expect(plan!.state).to.equal('SUCCEEDED');
    }
    expect(onlyHot.statusMessage).to.match(/hot reaches \d+ % CPU/);
    expect(onlyCool.statusMessage).to.not.include('hot');
  });

  it('leaves what its scope excludes where it is, and still counts it (B62)', async () => {
    const free = await run();
    const [movedFreely] = await moved(free);
    const exclude = [{ instances: [{ uuid: movedFreely }] }];
    const audit = await run({ scope: [{ compute: [{ exclude }] }] });

    expect(audit.statusMessage!.split(':')[0]).to.equal(free.statusMessage!.split(':')[0]);
    expect(await moved(audit)).to.not.include(movedFreely);
    expect(await moved(audit)).to.not.deep.equal([]);

    async function moved({ uuid }: Audit): Promise<unknown[]> {
      const [plan] = await repositories.actionPlans.list({ where: { auditUuid: uuid } });
      const actions = await repositories.actions.list({ where: { actionPlanUuid: plan!.uuid } });
      return actions.map(({ inputParameters }) => inputParameters['resource_id']);
    }
  });

  it('says that a scope leaves nothing, and plans nothing', async () => {
    const audit = await run({ scope: [{ compute: [{ host_aggregates: [{ name: 'none' }] }] }] });

    expect(audit.state).to.equal('SUCCEEDED');
    expect(audit.statusMessage).to.include(
      'The scope names what the cloud does not have: the aggregate none. The scope leaves none of the 2 hosts.',
    );
  });

  it('looks at the block storage only when its scope is about it (B63)', async () => {
    let looks = 0;
    const collectStorage = () => {
      looks += 1;
      return Promise.resolve(undefined);
    };
    await run({}, { collectStorage });
    const before = looks;
    const audit = await run(
      { scope: [{ storage: [{ volume_types: [{ name: 'ssd' }] }] }] },
      { collectStorage },
    );

    expect([before, looks]).to.deep.equal([0, 1]);
    expect(audit.statusMessage).to.include('does not have: the volume type on any backend ssd.');
  });

  for (const [what, audit, changes, message] of [
    ['the goal is unknown', { goalName: 'peace' }, {}, 'This service does not know the goal peace.'],
    [
      'the strategy is unknown',
      { strategyName: 'luck' },
      {},
      'This service does not know the strategy luck.',
    ],
    [
      'a parameter is wrong',
      { parameters: { horizon: -1 } },
      {},
      'Invalid parameters for the strategy predictive_migration',
    ],
    [
      'its scope is wrong',
      { scope: [{ compute: [{ hosts: [] }] }] },
      {},
      'The scope has the unknown key "hosts" at [0].compute[0].',
    ],
    [
      'the datasource is down',
      {},
      {
        datasource: {
          ...source,
          // eslint-disable-next-line require-yield -- it fails before its first batch
          async *query(): AsyncIterable<UsageBatch> {
            throw await Promise.resolve(new DatasourceError('Gnocchi does not answer'));
          },
        },
      },
      'Gnocchi does not answer',
    ],
    [
      'the cloud is down',
      {},
      { collectCluster: () => Promise.reject(new Error('Nova does not answer')) },
      'Nova does not answer',
    ],
    [
      'it takes too long',
      {},
      { timeoutMilliseconds: 1, collectCluster: never },
      'The audit took longer than 0.001 s.',
    ],
  ] as const) {
    it(`fails with a sentence, and leaves no plan, when ${what}`, async () => {
      const failed = await run(audit, changes);

      expect(failed.state).to.equal('FAILED');
      expect(failed.statusMessage).to.include(message);
      expect(await repositories.actionPlans.list()).to.deep.equal([]);
    });
  }

  it('goes on with the next audit after a failure', async () => {
    const [broken, sound] = [await create({ goalName: 'peace' }), await create()];
    const audits = runner();
    audits.trigger();
    await audits.whenIdle();

    expect((await repositories.audits.find(broken.uuid))!.state).to.equal('FAILED');
    expect((await repositories.audits.find(sound.uuid))!.state).to.equal('SUCCEEDED');
  });

  it('does not run beside a plan under way unless it is forced to (B50)', async () => {
    const other = await run();
    const [plan] = await repositories.actionPlans.list({ where: { auditUuid: other.uuid } });
    await repositories.actionPlans.transition(plan!.uuid, 'RECOMMENDED', 'ONGOING');

    const refused = await run();
    const forced = await run({ force: true });

    expect(refused.state).to.equal('CANCELLED');
    expect(refused.statusMessage).to.include(plan!.uuid);
    expect(forced.state).to.equal('SUCCEEDED');
  });

  it('stores no plan, and starts none, of an audit that is cancelled while it runs (B48)', async () => {
    const { uuid } = await create({ autoTrigger: true });
    const collecting = Promise.withResolvers<void>();
    const audits = runner({
      collectCluster: signal => {
        collecting.resolve();
        return never(signal);
      },
    });
    audits.trigger();
    await collecting.promise;
    await repositories.audits.transition(uuid, 'ONGOING', 'CANCELLED');
    audits.cancel(uuid);
    await audits.whenIdle();

    expect((await repositories.audits.find(uuid))!.state).to.equal('CANCELLED');
    expect(await repositories.actionPlans.list()).to.deep.equal([]);
    expect(launched).to.deep.equal([]);
  });

  it('stores no plan of an audit that another replica has cancelled', async () => {
    const { uuid } = await create({ autoTrigger: true });
    const audits = runner({
      collectCluster: async () => {
        await repositories.audits.transition(uuid, 'ONGOING', 'CANCELLED');
        return model;
      },
    });
    audits.trigger();
    await audits.whenIdle();

    expect((await repositories.audits.find(uuid))!.state).to.equal('CANCELLED');
    expect(await repositories.actionPlans.list()).to.deep.equal([]);
  });

  it('cancels what a stop interrupts', async () => {
    const { uuid } = await create();
    const audits = runner({ collectCluster: never });
    audits.trigger();
    await audits.stop();

    expect((await repositories.audits.find(uuid))!.state).to.be.oneOf(['CANCELLED', 'PENDING']);
  });

  it('settles at its start what an interruption left (B52)', async () => {
    const [left, elsewhere, waiting] = [
      await create({ state: 'ONGOING', hostname: 'here', runUuid: 'a' }),
      await create({ state: 'ONGOING', hostname: 'there', runUuid: 'b' }),
      await create(),
    ];
    const audits = runner();
    await audits.recover();
    await audits.whenIdle();

    expect((await repositories.audits.find(left.uuid))!).to.include({ state: 'CANCELLED' });
    expect((await repositories.audits.find(elsewhere.uuid))!).to.include({ state: 'ONGOING' });
    expect((await repositories.audits.find(waiting.uuid))!).to.include({ state: 'SUCCEEDED' });
  });
});

/** A cloud that never answers, as long as it is waited for. */
function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}
