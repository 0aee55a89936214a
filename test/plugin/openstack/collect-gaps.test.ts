import { expect } from 'chai';

import { CollectHarness } from './collect-harness.ts';
import type { FakeCloud } from './fake-cloud.ts';
import type { FakeWorld } from './fake-world.ts';
import { failureOf } from './harness.ts';

describe('collect cluster, what is in flight or missing', () => {
  let harness: CollectHarness;
  let fake: FakeCloud;
  let world: FakeWorld;

  beforeEach(async () => {
    harness = await CollectHarness.start();
    fake = harness.cloud;
    ({ world } = harness);
  });

  afterEach(() => harness.stop());

  describe('migrations in flight', () => {
    const migration = {
      id: 1,
      instance_uuid: 's1',
      source_compute: 'alpha',
      dest_compute: 'beta',
      migration_type: 'live-migration',
      status: 'running',
      created_at: '2026-04-30T23:58:00.000000',
      updated_at: '2026-04-30T23:59:00.000000',
    };

    it('are the recent records that have not ended', async () => {
      world.migrations = [
        { ...migration, id: 3, status: 'running' },
        { ...migration, id: 2, instance_uuid: 's2', status: 'completed' },
        { ...migration, id: 1, status: 'preparing' },
      ];

      const model = await harness.collect();

      expect(model.migrations).to.deep.equal([
        {
          instanceId: 's1',
          sourceHostName: 'alpha',
          targetHostName: 'beta',
          type: 'live-migration',
          status: 'running',
        },
      ]);
      expect(fake.to('/compute/v2.1/os-migrations')).to.have.length(1);
    });

    it('are looked up for a server that is busy, or waits to be confirmed, for longer', async () => {
      world.addHost('alpha');
      world.addServer('s1', 'alpha', { 'OS-EXT-STS:vm_state': 'resized' });
      world.addServer('s2', 'alpha', { 'OS-EXT-STS:task_state': 'migrating' });
      world.addServer('s3', 'alpha');
      const old = { ...migration, updated_at: '2026-04-28T00:00:00.000000' };
      world.migrations = [
        { ...old, id: 5, instance_uuid: 's2', status: 'queued', dest_compute: null, updated_at: null },
        { ...old, id: 4, instance_uuid: 's1', status: 'finished', migration_type: 'resize' },
        { ...old, id: 3, instance_uuid: 's3', status: 'running' },
      ];

      const model = await harness.collect();

      expect(model.migrations.map(({ instanceId, status }) => [instanceId, status])).to.have.deep.members([
        ['s1', 'finished'],
        ['s2', 'queued'],
      ]);
    });
  });

  describe('what is missing', () => {
    it('of Neutron or Cinder is a warning', async () => {
      world.addHost('alpha');
      world.addServer('s1', 'alpha');
      fake.endpoints.delete('network');
      fake.on('GET', `${fake.endpoints.get('volumev3')}/volumes/detail`, () => ({ status: 500 }));

      const model = await harness.collect();

      expect(model.instances).to.have.length(1);
      expect(model.warnings).to.deep.equal([
        'the catalogue has no Neutron (network): the ports of the instances are not known',
        'the volumes of the instances are not known: Cinder answered 500 to GET /volumes/detail',
      ]);
    });

    for (const [service, path] of [
      ['Nova', '/compute/v2.1/os-hypervisors/detail'],
      ['Placement', '/placement/allocation_candidates'],
    ] as const) {
      it(`of ${service} is a failure`, async () => {
        world.addHost('alpha');
        fake.on('GET', path, () => ({ status: 503 }));

        expect((await failureOf(harness.collect())).message).to.match(
          new RegExp(`^${service} answered 503 to GET`),
        );
      });
    }

    it('of an older Nova is a warning, and nothing leaves its zone', async () => {
      world.novaMaximum = '2.60';
      world.addHost('alpha');
      world.addHost('beta', { zone: 'other' });
      world.addServer('s1', 'alpha', { pinned_availability_zone: undefined, image: { id: 'i1' } });
      world.images = [{ id: 'i1', name: 'tiny', hw_disk_bus: 'scsi', tags: [] }];

      const model = await harness.collect();

      expect(model.instances[0]).to.deep.include({
        pinnedZone: 'nova',
        imageProperties: { hw_disk_bus: 'scsi' },
      });
      expect(model.warnings).to.deep.equal([
        "Nova 2.60 does not show image properties: the images' present ones are taken",
        'Nova 2.60 does not show pinned zones (that needs 2.96): every instance is taken as pinned to its zone',
      ]);
    });

    it('of a Nova that is too old is one sentence', async () => {
      world.novaMaximum = '2.46';

      const error = await failureOf(harness.collect());

      expect(error).to.have.property('code', 'microversion_unsupported');
      expect(error.message).to.match(/^Nova offers up to 2.46; .* needs 2\.\d+$/);
    });

    it('stops with the caller', async () => {
      const caller = new AbortController();
      world.beforeServers = () => {
        caller.abort(new Error('cancelled'));
        return undefined;
      };

      const error = await failureOf(harness.collect(undefined, caller.signal));

      expect(error.message).to.equal('cancelled');
    });
  });
});
