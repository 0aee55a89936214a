import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { pino } from 'pino';
import { openDatabase } from '../../db/connect.ts';
import { createRepositories } from '../../db/repositories.ts';
import { ACTION_TYPES } from '../../plugin/actions/action-types.ts';
import { systemClock } from '../../plugin/actions/clock.ts';
import { createApplier } from '../../plugin/applier/applier.ts';
import type { Applier } from '../../plugin/applier/applier.ts';
import { applierSettingsSchema } from '../../plugin/applier/settings.ts';
import { planActions } from '../../plugin/audits/plan-actions.ts';
import type { Repositories } from '../../plugin/lifecycle/repositories.ts';
import type { Cloud } from '../../plugin/openstack/cloud.ts';
import type { Migration } from '../../plugin/openstack/nova.ts';
import type { ProposedAction } from '../../strategies/strategy.ts';
import { newAudit, newPlan } from '../db/rows.ts';
import { bootServer, cleanUp, createServerGroup, openLab, placeOf, serverOf } from './action-lab.ts';
import { until } from './lab.ts';

const SETTINGS = applierSettingsSchema.parse({ stopGraceSeconds: 0, actions: { pollSeconds: 0.5 } });

/** Needs the lab up (`devstack/lab/up`). Deletes its servers. */
describe('the applier on a real OpenStack', () => {
  let cloud: Cloud;
  let repositories: Repositories;
  let applier: Applier;

  before(async () => {
    cloud = openLab();
    await cleanUp(cloud);
  });

  beforeEach(async () => {
    repositories = createRepositories(await openDatabase('sqlite://'));
    applier = newApplier();
  });

  afterEach(async () => {
    await applier.stop();
    await repositories.close();
    await cleanUp(cloud);
  });

  after(() => cloud.close());

  it('runs a plan of four actions in order and within the limits', async () => {
    const first = await bootServer(cloud, 'first', 'compute-3');
    const second = await bootServer(cloud, 'second', 'compute-3');
    const third = await bootServer(cloud, 'third', 'compute-1');
    const uuid = await plan([
      move('a', first, 'compute-3', 'compute-4'),
      move('b', second, 'compute-3', 'compute-2'),
      move('c', third, 'compute-1', 'compute-3'),
      { ...move('d', '', '', ''), type: 'sleep', resourceId: '', parameters: { duration: 1 } },
    ]);

    await applier.launch(uuid);
    await applier.whenIdle();

    expect(await stateOf(uuid)).to.equal('SUCCEEDED');
    expect(await placeOf(cloud, first)).to.equal('ACTIVE on compute-4');
    expect(await placeOf(cloud, second)).to.equal('ACTIVE on compute-2');
    expect(await placeOf(cloud, third)).to.equal('ACTIVE on compute-3');
    const [a, b, c] = await Promise.all([first, second, third].map(id => lastMigration(id)));
    expect(overlap(a, b), 'two migrations away from compute-3 at once').to.equal(false);
    expect(overlap(a, c) || overlap(b, c), 'one to compute-3 before both had left it').to.equal(false);
    expect((await messages(uuid))[0]).to.match(/^100 %: applier-first is on compute-4 after \d+ s$/);
  });

  it('moves the members of a server group one at a time', async () => {
    const group = await createServerGroup(cloud, 'anti-affinity');
    const first = await bootServer(cloud, 'member-1', 'compute-1', { group });
    const second = await bootServer(cloud, 'member-2', 'compute-3', { group });
    const uuid = await plan([
      move('a', first, 'compute-1', 'compute-2'),
      move('b', second, 'compute-3', 'compute-4'),
    ]);

    await applier.launch(uuid);
    await applier.whenIdle();

    expect(await stateOf(uuid)).to.equal('SUCCEEDED');
    expect(overlap(await lastMigration(first), await lastMigration(second))).to.equal(false);
  });

  it('cancels a plan: the migration under way is aborted, the next never begins', async () => {
    const slow = await bootServer(cloud, 'slow', 'compute-3', { metadata: { lab_migrate_seconds: '120' } });
    const next = await bootServer(cloud, 'next', 'compute-3');
    const uuid = await plan([
      move('a', slow, 'compute-3', 'compute-4'),
      move('b', next, 'compute-3', 'compute-4'),
    ]);
    await applier.launch(uuid);
    await until('it copies', async () =>
      (await messages(uuid)).some(message => message.includes('left to copy')),
    );

    await applier.cancel(uuid);
    await applier.whenIdle();

    expect(await stateOf(uuid)).to.equal('CANCELLED');
    expect(await messages(uuid)).to.deep.equal([
      'Cancelled: applier-slow stays on compute-3.',
      'Not started: the action plan was cancelled.',
    ]);
    expect(await placeOf(cloud, slow)).to.equal('ACTIVE on compute-3');
    expect(await placeOf(cloud, next)).to.equal('ACTIVE on compute-3');
    expect(await migrationsOf(next)).to.deep.equal([]);
  });

  it('deals with instances and hosts that vanished since the plan was made', async () => {
    const gone = await bootServer(cloud, 'gone', 'compute-3');
    const lost = await bootServer(cloud, 'lost', 'compute-1');
    const fine = await bootServer(cloud, 'fine', 'compute-2');
    const uuid = await plan([
      move('a', gone, 'compute-3', 'compute-4'),
      move('b', lost, 'compute-1', 'compute-99'),
      move('c', fine, 'compute-2', 'compute-4'),
      { ...move('d', lost, 'compute-99', 'compute-4'), after: ['b'] },
    ]);
    await cloud.session.request({
      service: 'compute',
      method: 'DELETE',
      path: `/servers/${gone}`,
      signal: AbortSignal.timeout(30_000),
    });
    await until('it is gone', async () => (await serverOf(cloud, gone)) === undefined);

    await applier.launch(uuid);
    await applier.whenIdle();

    const [a, b, c, d] = await messages(uuid);
    expect(a).to.equal(`Action was skipped automatically: the instance ${gone} does not exist any more`);
    expect(b).to.equal(
      'Action failed in pre_condition: The destination host compute-99 does not exist: it has no nova-compute service',
    );
    expect(c).to.match(/^100 %: applier-fine is on compute-4/);
    expect(d).to.match(/^Not started: migrate of .*, which has to come first, failed\.$/);
    expect(await stateOf(uuid)).to.equal('FAILED');
  });

  it('takes up after a restart what it had begun', async () => {
    const moving = await bootServer(cloud, 'moving', 'compute-3', {
      metadata: { lab_migrate_seconds: '10' },
    });
    const waiting = await bootServer(cloud, 'waiting', 'compute-3');
    const uuid = await plan([
      move('a', moving, 'compute-3', 'compute-4'),
      move('b', waiting, 'compute-3', 'compute-4'),
    ]);
    await applier.launch(uuid);
    await until('it copies', async () =>
      (await messages(uuid)).some(message => message.includes('left to copy')),
    );
    await applier.stop();
    expect(await stateOf(uuid)).to.equal('ONGOING');

    applier = newApplier();
    await applier.recover();
    await applier.whenIdle();

    expect(await placeOf(cloud, moving)).to.equal('ACTIVE on compute-4');
    expect(await placeOf(cloud, waiting)).to.equal('ACTIVE on compute-4');
    const rows = await repositories.actions.list({ where: { actionPlanUuid: uuid } });
    expect(rows.map(row => row.state)).to.deep.equal(['SUCCEEDED', 'SUCCEEDED']);
    expect((await migrationsOf(moving)).length).to.equal(1);
    expect((await migrationsOf(waiting)).length).to.equal(1);
    expect(await repositories.actionPlans.find(uuid)).to.include({
      state: 'SUCCEEDED',
      statusMessage: 'The service on lab was interrupted while the plan was under way.',
    });
  });

  function newApplier(): Applier {
    return createApplier({
      repositories,
      cloud,
      actionTypes: ACTION_TYPES,
      clock: systemClock,
      logger: pino({ level: 'silent' }),
      settings: SETTINGS,
      hostname: 'lab',
    });
  }

  async function plan(actions: readonly ProposedAction[]): Promise<string> {
    const { uuid: auditUuid } = await repositories.audits.create(newAudit());
    const row = newPlan({ auditUuid, state: 'PENDING' });
    const decision = { actions, indicators: {}, explanation: [], rejected: [], examined: 0 };
    const options = { planUuid: row.uuid, actionTypes: ACTION_TYPES, newUuid: randomUUID };
    await repositories.actionPlans.createWithActions(row, planActions(decision, options));
    return row.uuid;
  }

  async function stateOf(planUuid: string): Promise<string | undefined> {
    return (await repositories.actionPlans.find(planUuid))?.state;
  }

  async function messages(planUuid: string): Promise<string[]> {
    const rows = await repositories.actions.list({ where: { actionPlanUuid: planUuid } });
    return rows.map(row => row.statusMessage ?? row.state);
  }

  async function migrationsOf(serverId: string): Promise<Migration[]> {
    return cloud.nova.listMigrations({ serverId }, AbortSignal.timeout(30_000));
  }

  async function lastMigration(serverId: string): Promise<Migration | undefined> {
    return (await migrationsOf(serverId))[0];
  }
});

/** Nova's times are in whole seconds: the end of one and the start of the next may be the same. */
function overlap(one: Migration | undefined, other: Migration | undefined): boolean {
  return spanOf(one).begin < spanOf(other).end && spanOf(other).begin < spanOf(one).end;
}

function spanOf(migration: Migration | undefined): { begin: number; end: number } {
  if (migration?.updatedAt === undefined || migration.status !== 'completed') {
    throw new Error(`not a migration that has completed: ${JSON.stringify(migration)}`);
  }
  return { begin: Date.parse(migration.createdAt), end: Date.parse(migration.updatedAt) };
}

function move(id: string, resourceId: string, source: string, target: string): ProposedAction {
  return {
    id,
    type: 'migrate',
    resourceId,
    parameters: { migration_type: 'live', source_node: source, destination_node: target },
    reason: id,
    benefit: 1,
    cost: 0,
    after: [],
  };
}
