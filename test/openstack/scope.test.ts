import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { pino } from 'pino';
import { applyScope } from '../../cluster/scope/apply-scope.ts';
import { applyStorageScope } from '../../cluster/scope/apply-storage-scope.ts';
import { parseScope } from '../../cluster/scope/parse-scope.ts';
import { openDatabase } from '../../db/connect.ts';
import { createRepositories } from '../../db/repositories.ts';
import { LabCloud } from '../../devstack/lab/feeder/cloud.ts';
import type { UsageMetric } from '../../forecast/usage-batch.ts';
import { GOALS } from '../../goals/goals.ts';
import { ACTION_TYPES } from '../../plugin/actions/action-types.ts';
import { systemClock } from '../../plugin/actions/clock.ts';
import { AuditRunner } from '../../plugin/audits/audit-runner.ts';
import type { Datasource } from '../../plugin/datasources/datasource.ts';
import type { Action } from '../../plugin/lifecycle/action.ts';
import type { Repositories } from '../../plugin/lifecycle/repositories.ts';
import type { Cloud } from '../../plugin/openstack/cloud.ts';
import { collectCluster } from '../../plugin/openstack/collect-cluster.ts';
import { collectStorage } from '../../plugin/openstack/collect-storage.ts';
import { STRATEGIES } from '../../strategies/strategies.ts';
import { newAudit } from '../db/rows.ts';
import { openLab } from './action-lab.ts';
import { bootServers, deleteServers, openstack, openstackJson, until } from './lab.ts';

const REGION = 'RegionOne';
const NAME = 'scope-test';
const HOSTS = ['compute-1', 'compute-2'];
const { signal } = new AbortController();

/** Needs the lab up (`devstack/lab/up`). Deletes its servers, aggregate and volume. */
describe('audit scopes on a real OpenStack', function () {
  this.timeout(300_000);
  let cloud: Cloud;
  let lab: LabCloud;
  let aggregateId: number;

  before(async () => {
    cloud = openLab();
    lab = await LabCloud.connect();
    await cleanUp();
    ({ id: aggregateId } = await openstackJson<{ id: number }>(REGION, 'aggregate create', NAME));
    for (const host of HOSTS) {
      await openstackJson(REGION, 'aggregate add host', NAME, host);
    }
  });

  after(async () => {
    await cleanUp();
    cloud.close();
  });

  async function cleanUp(): Promise<void> {
    await deleteServers(lab, NAME);
    for (const host of HOSTS) await openstack(REGION, 'aggregate remove host', NAME, host);
    await openstack(REGION, 'aggregate delete', NAME);
    await openstack(REGION, 'volume delete', NAME);
  }

  const collect = () => collectCluster(cloud, { signal, clock: () => new Date() });

  it('leave the hosts of an aggregate, by id and by name (B61)', async () => {
    const model = await collect();

    for (const aggregate of [{ id: aggregateId }, { name: NAME }]) {
      const scope = parseScope([{ compute: [{ host_aggregates: [aggregate] }] }]);
      const scoped = applyScope(model, scope);

      expect(scoped.model.hosts.map(({ name }) => name)).to.have.members(HOSTS);
      expect(scoped.explanation).to.deep.equal([]);
    }
  });

  it('leave the hosts of a zone less those that are excluded (B61, B62)', async () => {
    const scope = parseScope([
      { availability_zones: [{ name: 'nova' }] },
      { exclude: [{ host_aggregates: [{ name: NAME }] }, { compute_nodes: [{ name: 'compute-3' }] }] },
    ]);

    const { model } = applyScope(await collect(), scope);

    expect(model.hosts.map(({ name }) => name)).to.not.include.members([...HOSTS, 'compute-3']);
    expect(model.hosts.map(({ name }) => name)).to.include('compute-4');
  });

  it('leave the storage of a volume type, with what Cinder tells of its volumes (B63, B103)', async () => {
    const { id } = await openstackJson<{ id: string }>(REGION, 'volume create --size 1 --type files', NAME);
    const isAvailable = async () => {
      const { status } = await openstackJson<{ status: string }>(REGION, 'volume show', id);
      return status === 'available';
    };
    await until('the volume is available', isAvailable);

    const storage = await collectStorage(cloud, signal);
    const kept = applyStorageScope(
      storage!,
      parseScope([{ storage: [{ volume_types: [{ name: 'files' }] }] }]).storage,
    );
    const none = applyStorageScope(
      storage!,
      parseScope([{ storage: [{ volume_types: [{ name: 'x' }] }] }]).storage,
    );

    expect(kept.model.backends).to.deep.equal(storage!.backends);
    expect(kept.model.volumeById.get(id)).to.deep.include({
      name: NAME,
      sizeGiB: 1,
      status: 'available',
      volumeType: 'files',
      poolName: kept.model.pools[0]!.name,
    });
    expect(none.model.pools).to.deep.equal([]);
  });

  describe('of an audit', () => {
    let repositories: Repositories;
    let ids: string[];

    before(async () => {
      repositories = createRepositories(await openDatabase('sqlite://'));
      const request = { hostName: 'compute-1', flavor: 'micro' };
      ids = await bootServers(lab, [
        { ...request, name: `${NAME}-1` },
        { ...request, name: `${NAME}-2` },
      ]);
    });

    after(() => repositories.close());

    it('keep its moves to the hosts of an aggregate (B61)', async () => {
      const actions = await actionsOf([{ host_aggregates: [{ id: aggregateId }] }]);

      expect(actions.length).to.be.greaterThan(0);
      for (const { inputParameters } of actions) {
        expect(inputParameters).to.include({ source_node: 'compute-1', destination_node: 'compute-2' });
        expect(inputParameters['resource_id']).to.be.oneOf(ids);
      }
    });

    it('leave an excluded server where it is (B62)', async () => {
      const [kept, free] = ids;
      const actions = await actionsOf([
        { host_aggregates: [{ id: aggregateId }] },
        { exclude: [{ instances: [{ uuid: kept }] }] },
      ]);

      expect(actions.map(({ inputParameters }) => inputParameters['resource_id'])).to.deep.equal([free]);
    });

    it('leave nothing to do where no target is left (B62)', async () => {
      const actions = await actionsOf([
        { host_aggregates: [{ id: aggregateId }] },
        { exclude: [{ compute_nodes: [{ name: 'compute-2' }] }] },
      ]);

      expect(actions).to.deep.equal([]);
    });

    /** The real cloud, of which the two servers are said to be busy and everything else idle. */
    async function actionsOf(rules: unknown): Promise<Action[]> {
      const { uuid } = await repositories.audits.create(
        newAudit({
          force: true,
          scope: [{ compute: rules }],
          parameters: { horizon: 3600, period: 86_400, thresholds: { host_cpu_usage: 4 } },
        }),
      );
      const audits = new AuditRunner({
        repositories,
        goals: GOALS,
        strategies: STRATEGIES,
        actionTypes: ACTION_TYPES,
        collectCluster: collect,
        datasource: busy(ids),
        clock: systemClock,
        aliveHosts: () => Promise.resolve(['here']),
        ongoingPlans: 'all',
        newUuid: randomUUID,
        applier: { launch: () => Promise.resolve() },
        logger: pino({ level: 'silent' }),
        hostname: 'here',
        maximumAudits: 1,
        timeoutMilliseconds: 120_000,
      });
      audits.trigger();
      await audits.whenIdle();
      await audits.stop();
      const audit = await repositories.audits.find(uuid);
      expect(audit?.state, audit?.statusMessage ?? '').to.equal('SUCCEEDED');
      const [plan] = await repositories.actionPlans.list({ where: { auditUuid: uuid } });
      return repositories.actions.list({ where: { actionPlanUuid: plan!.uuid } });
    }
  });
});

/** A history in which these instances use all of their CPUs, and whatever else there is next to nothing. */
function busy(ids: readonly string[]): Datasource {
  const metrics: readonly UsageMetric[] = ['instance_cpu_usage', 'host_cpu_usage'];
  return {
    name: 'invented',
    metrics,
    async *query({ metric, resources, startAt, stopAt, stepSeconds }) {
      const steps = (stopAt - startAt) / stepSeconds;
      const values = new Float32Array(resources.length * steps);
      for (const [row, { id }] of resources.entries()) {
        values.fill(ids.includes(id) ? 100 : 0.1, row * steps, (row + 1) * steps);
      }
      yield await Promise.resolve({
        metric,
        startAt,
        stepSeconds,
        steps,
        resourceIds: resources.map(({ id }) => id),
        values,
      });
    },
  };
}
