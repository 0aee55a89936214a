import { expect } from 'chai';
import type { ActionType } from '../../plugin/actions/action-type.ts';
import { changeNovaServiceState } from '../../plugin/actions/change-nova-service-state.ts';
import { migrate } from '../../plugin/actions/migrate/migrate.ts';
import type { Cloud } from '../../plugin/openstack/cloud.ts';
import { outcome } from '../plugin/actions/action-harness.ts';
import { bootServer, cleanUp, labAction, openLab, placeOf, serverOf, setService } from './action-lab.ts';
import type { LabAction } from './action-lab.ts';
import { until } from './lab.ts';

/** Needs the lab up (`devstack/lab/up`). Puts disabled hosts back and deletes its servers. */
describe('actions on a real OpenStack', () => {
  let cloud: Cloud;

  before(async () => {
    cloud = openLab();
    await cleanUp(cloud);
  });

  after(async () => {
    await cleanUp(cloud);
    cloud.close();
  });

  afterEach(() => setService(cloud, 'compute-4', 'enabled'));

  it('live-migrates a running instance', async () => {
    const id = await bootServer(cloud, 'live', 'compute-3');
    const { context, reports } = labAction(cloud);
    const parameters = migration(id, 'live');

    expect(await migrate.precheck(parameters, context)).to.deep.equal({ outcome: 'proceed' });
    expect(await outcome(migrate.execute(parameters, context))).to.equal('done');

    expect(await placeOf(cloud, id)).to.equal('ACTIVE on compute-4');
    expect(reports.join('\n')).to.match(/is running, \d+ of 256 MiB left to copy/);
    expect(await migrate.precheck(parameters, context)).to.deep.equal({
      outcome: 'skip',
      why: 'the instance applier-live is on compute-4 and not on compute-3 any more',
    });
  });

  it('lets Nova choose the target, and reverts', async () => {
    const id = await bootServer(cloud, 'anywhere', 'compute-3');
    const { context } = labAction(cloud);
    const parameters = { ...migration(id, 'live'), destination_node: null };

    expect(await outcome(migrate.execute(parameters, context))).to.equal('done');
    expect(await placeOf(cloud, id)).to.match(/^ACTIVE on compute-[124]$/);

    expect(await outcome(migrate.revert?.(parameters, context) ?? Promise.resolve())).to.equal('done');
    expect(await placeOf(cloud, id)).to.equal('ACTIVE on compute-3');
  });

  const failures = [
    {
      type: 'live',
      fail: 'precheck',
      message:
        /Nova's migration \d+ of applier-precheck .* ended in error: Migration pre-check error: lab_fail=precheck/,
    },
    {
      type: 'live',
      fail: 'live',
      message: /Nova's migration \d+ of applier-live .* ended in error: the instance is/,
    },
    {
      type: 'cold',
      fail: 'cold',
      message: /cold migration of applier-cold .* failed: Resize error: lab_fail=cold/,
    },
  ] as const;
  for (const { type, fail, message } of failures) {
    it(`says why a ${type} migration failed (lab_fail=${fail})`, async () => {
      const id = await bootServer(cloud, fail, 'compute-3', { metadata: { lab_fail: fail } });
      const { context } = labAction(cloud);

      const ended = await outcome(migrate.execute(migration(id, type), context));
      expect(ended).to.match(message);

      expect(await placeOf(cloud, id)).to.equal('ACTIVE on compute-3');
    });
  }

  it('aborts a slow live migration when it is cancelled, and the instance stays', async () => {
    const id = await bootServer(cloud, 'slow', 'compute-3', { metadata: { lab_migrate_seconds: '120' } });
    const { context, cancel, reports } = labAction(cloud);
    const running = outcome(migrate.execute(migration(id, 'live'), context));
    await until('it copies', async () => reports.some(message => message.includes('left to copy')));

    cancel.abort();

    expect(await running).to.equal('ActionCancelledError: Cancelled: applier-slow stays on compute-3.');
    expect(await placeOf(cloud, id)).to.equal('ACTIVE on compute-3');
  });

  it('aborts a live migration that takes too long', async () => {
    const id = await bootServer(cloud, 'late', 'compute-3', { metadata: { lab_migrate_seconds: '120' } });
    const action = labAction(cloud);
    const settings = { ...action.context.settings, migrationTimeoutSeconds: 6 };

    expect(await outcome(migrate.execute(migration(id, 'live'), { ...action.context, settings }))).to.match(
      /was aborted after 6 s/,
    );

    expect(await placeOf(cloud, id)).to.equal('ACTIVE on compute-3');
  });

  it('follows a live migration that was begun before an interruption', async () => {
    const id = await bootServer(cloud, 'resumed', 'compute-3', { metadata: { lab_migrate_seconds: '6' } });
    const { context } = labAction(cloud);
    const before = { lastMigrationId: 0, lastRequestId: null, status: 'ACTIVE' };
    await cloud.nova.liveMigrate({ serverId: id, host: 'compute-4' }, context.callSignal);

    // at once: Nova may have no record of it yet
    expect(await migrate.resume?.(migration(id, 'live'), context, before)).to.equal(true);

    expect(await placeOf(cloud, id)).to.equal('ACTIVE on compute-4');
  });

  it('migrates an instance cold and confirms it', async () => {
    const id = await bootServer(cloud, 'cold-ok', 'compute-3');
    const { context } = labAction(cloud);

    expect(await outcome(migrate.execute(migration(id, 'cold'), context))).to.equal('done');

    expect(await placeOf(cloud, id)).to.equal('ACTIVE on compute-4');
  });

  it('takes a cold migration back when it is cancelled', async () => {
    const id = await bootServer(cloud, 'cold-back', 'compute-3');
    const { context, cancel } = labAction(cloud);
    cancel.abort();

    expect(await outcome(migrate.execute(migration(id, 'cold'), context))).to.equal(
      'ActionCancelledError: Cancelled: applier-cold-back was taken back to compute-3.',
    );

    expect(await placeOf(cloud, id)).to.equal('ACTIVE on compute-3');
  });

  it('fails before it starts when the destination is disabled', async () => {
    const id = await bootServer(cloud, 'closed', 'compute-3');
    const { context } = labAction(cloud);
    await setService(cloud, 'compute-4', 'disabled');

    expect(await migrate.precheck(migration(id, 'live'), context)).to.deep.equal({
      outcome: 'fail',
      why: 'The destination host compute-4 is disabled (applier test)',
    });
  });

  it('fails before it starts when the destination does not exist', async () => {
    const id = await bootServer(cloud, 'nowhere', 'compute-3');
    const { context } = labAction(cloud);
    const parameters = { ...migration(id, 'live'), destination_node: 'compute-99' };

    expect(await migrate.precheck(parameters, context)).to.have.property('outcome', 'fail');
    expect(await outcome(migrate.execute(parameters, context))).to.match(
      /Nova refused the live migration of applier-nowhere from compute-3 to compute-99: .*compute-99/,
    );
  });

  it('skips an instance that is deleted before it starts', async () => {
    const id = await bootServer(cloud, 'deleted', 'compute-3');
    const { context } = labAction(cloud);
    await deleteServer(cloud, id);

    expect(await migrate.precheck(migration(id, 'live'), context)).to.deep.equal({
      outcome: 'skip',
      why: `the instance ${id} does not exist any more`,
    });
  });

  it('fails when the instance is deleted while it is moved cold', async () => {
    const id = await bootServer(cloud, 'vanishing', 'compute-3');
    const { context, reports } = labAction(cloud);
    const running = outcome(migrate.execute(migration(id, 'cold'), context));
    await until('it moves', async () => reports.some(message => message.includes('RESIZE')));

    await deleteServer(cloud, id);

    expect(await running).to.match(/applier-vanishing does not exist any more|failed/);
  });

  it('disables a host and enables it again', async () => {
    const { context } = labAction(cloud);
    const type: ActionType<unknown> = changeNovaServiceState;
    const disable = type.parameters.parse({
      resource_id: 'compute-4',
      resource_name: 'compute-4',
      state: 'disabled',
      disabled_reason: 'watcher_disabled',
    });

    expect(await type.precheck(disable, context)).to.deep.equal({ outcome: 'proceed' });
    await type.execute(disable, context);
    expect(await statusOf(cloud, context, 'compute-4')).to.equal('disabled: watcher_disabled');
    expect(await type.precheck(disable, context)).to.have.property('outcome', 'skip');

    await type.revert?.(disable, context);
    expect(await statusOf(cloud, context, 'compute-4')).to.equal('enabled: undefined');
  });
});

function migration(id: string, type: 'live' | 'cold') {
  return {
    migration_type: type,
    resource_id: id,
    source_node: 'compute-3',
    destination_node: 'compute-4',
  } as const;
}

async function statusOf(cloud: Cloud, { callSignal }: LabAction['context'], host: string): Promise<string> {
  const [service] = await cloud.nova.listServices({ binary: 'nova-compute', host }, callSignal);
  return `${service?.status}: ${service?.disabledReason}`;
}

async function deleteServer(cloud: Cloud, id: string): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  await cloud.session.request({ service: 'compute', method: 'DELETE', path: `/servers/${id}`, signal });
  await until('it is gone', async () => (await serverOf(cloud, id)) === undefined);
}
