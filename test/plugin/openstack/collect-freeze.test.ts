import { expect } from 'chai';

import type { ClusterModel } from '../../../cluster/cluster-model.ts';
import { CollectHarness } from './collect-harness.ts';
import type { FakeCloud } from './fake-cloud.ts';
import type { FakeWorld } from './fake-world.ts';
import { failureOf } from './harness.ts';

function frozenOf(model: ClusterModel): Record<string, string | undefined> {
  return Object.fromEntries(model.hosts.map(host => [host.name, host.frozen]));
}

describe('collect cluster, when the view is incomplete', () => {
  let harness: CollectHarness;
  let fake: FakeCloud;
  let world: FakeWorld;

  beforeEach(async () => {
    harness = await CollectHarness.start();
    fake = harness.cloud;
    ({ world } = harness);
  });

  afterEach(() => harness.stop());

  describe('a cell that is down', () => {
    it('freezes its hosts, and keeps them and their instances as they were', async () => {
      const alpha = world.addHost('alpha');
      world.addHost('beta');
      world.addServer('s1', 'alpha', { 'OS-EXT-STS:task_state': 'migrating' });
      world.addServer('s2', 'beta');
      const previous = await harness.collect();
      alpha.cellIsDown = true;

      const model = await harness.collect(previous);

      expect(frozenOf(model)).to.deep.equal({ alpha: 'its cell does not answer', beta: undefined });
      expect(model.hostByName.get('alpha')).to.deep.include({ up: false, id: 'provider-alpha' });
      expect(model.instanceById.get('s1')).to.deep.include({
        state: 'unknown',
        taskState: undefined,
        hostId: 'provider-alpha',
      });
      expect(model.instanceById.get('s2')).to.deep.include({ state: 'active' });
      expect(model.warnings).to.deep.equal([
        'a cell does not answer: 1 hosts (alpha) and 1 servers are frozen',
      ]);
    });

    it('keeps nothing that was never seen', async () => {
      world.addHost('alpha', { cellIsDown: true });
      world.addHost('beta');
      world.addServer('s1', 'alpha');

      const model = await harness.collect();

      expect(frozenOf(model)).to.deep.equal({ beta: undefined });
      expect(model.instances).to.deep.equal([]);
      expect(model.warnings).to.deep.equal([
        'a cell does not answer: 1 hosts (alpha) and 1 servers are frozen',
      ]);
    });

    it('is noticed when it goes down between two pages, which Nova does not tell', async () => {
      const alpha = world.addHost('alpha');
      world.addHost('beta');
      world.addServer('s1', 'beta');
      world.addServer('s2', 'alpha');
      const previous = await harness.collect();
      world.pageSize = 1;
      world.beforeServers = ({ query }) => {
        if (query.has('marker')) alpha.cellIsDown = true;
        return undefined;
      };

      const model = await harness.collect(previous);

      expect(frozenOf(model)).to.deep.equal({ alpha: 'its cell does not answer', beta: undefined });
      expect(model.instanceById.get('s2')).to.deep.include({ state: 'unknown', hostId: 'provider-alpha' });
    });

    it('freezes all when its servers are known but not its hosts', async () => {
      world.addHost('alpha');
      world.addHost('beta');
      world.beforeServers = () => ({
        body: { servers: [{ id: 's9', status: 'UNKNOWN', tenant_id: 'p', created: 'x' }] },
      });

      const model = await harness.collect();

      const why = '1 servers are in a cell that does not answer, and which hosts are in it is not known';
      expect(frozenOf(model)).to.deep.equal({ alpha: why, beta: why });
      expect(model.warnings).to.deep.equal([`nothing can be planned: ${why}`]);
    });
  });

  describe('a list of servers that breaks', () => {
    it('is read host by host, and freezes the host where that fails', async () => {
      world.addHost('alpha');
      world.addHost('beta');
      world.addServer('s1', 'alpha');
      world.addServer('s2', 'beta');
      world.beforeServers = ({ query }) =>
        query.get('host') === 'beta'
          ? undefined
          : { status: 500, body: { computeFault: { message: 'odd record' } } };

      const model = await harness.collect();

      const why = 'its servers could not be read: Nova answered 500 to GET /servers/detail: odd record';
      expect(frozenOf(model)).to.deep.equal({ alpha: why, beta: undefined });
      expect(model.instances.map(instance => instance.id)).to.deep.equal(['s2']);
      expect(model.warnings).to.deep.equal([
        'the servers were read host by host, without those that are on no host: ' +
          'Nova answered 500 to GET /servers/detail: odd record',
        `host alpha is frozen: ${why}`,
      ]);
    });

    it('fails when no host can be read', async () => {
      world.addHost('alpha');
      world.beforeServers = () => ({ status: 500 });

      expect((await failureOf(harness.collect())).message).to.equal(
        'Nova answered 500 to GET /servers/detail',
      );
    });

    it('freezes the host of an entry that is not understood', async () => {
      world.addHost('alpha');
      world.addHost('beta');
      world.addServer('s1', 'alpha', { flavor: 'none' });
      world.addServer('s2', 'alpha');

      const model = await harness.collect();

      expect(frozenOf(model)['alpha']).to.match(/^server s1 is not understood \(flavor: /);
      expect(frozenOf(model)['beta']).to.equal(undefined);
      expect(model.instances.map(instance => instance.id)).to.deep.equal(['s2']);
    });
  });

  it('freezes a host that Placement does not know', async () => {
    const alpha = world.addHost('alpha', { isInSummary: false });
    for (const what of ['inventories', 'usages', 'traits']) {
      fake.on('GET', `/placement/resource_providers/${alpha.id}/${what}`, () => ({ status: 404 }));
    }

    const model = await harness.collect();

    expect(frozenOf(model)).to.deep.equal({ alpha: 'Placement has no inventory of it' });
    expect(model.warnings).to.deep.equal(['host alpha is frozen: Placement has no inventory of it']);
  });

  describe('hosts that vanish', () => {
    beforeEach(() => {
      for (let i = 0; i < 20; i += 1) world.addHost(`host-${i}`);
    });

    it('freeze everything when they are more than a tenth', async () => {
      const previous = await harness.collect();
      for (const name of ['host-1', 'host-2', 'host-3']) world.removeHost(name);

      const model = await harness.collect(previous);

      const why = '3 of 20 hosts have vanished since 2026-05-01T00:00:00.000Z';
      expect(new Set(Object.values(frozenOf(model)))).to.deep.equal(new Set([why]));
      expect(model.warnings).to.deep.equal([
        'hosts that were there before have vanished: host-1, host-2, host-3',
        `nothing can be planned: ${why}`,
      ]);
    });

    it('are named when they are a tenth', async () => {
      const previous = await harness.collect();
      for (const name of ['host-1', 'host-2']) world.removeHost(name);

      const model = await harness.collect(previous);

      expect(new Set(Object.values(frozenOf(model)))).to.deep.equal(new Set([undefined]));
      expect(model.warnings).to.deep.equal(['hosts that were there before have vanished: host-1, host-2']);
    });

    it('are not those of a cell that is down', async () => {
      const previous = await harness.collect();
      for (const host of world.hosts.slice(0, 5)) host.cellIsDown = true;

      const model = await harness.collect(previous);

      expect(model.hosts.filter(host => host.frozen !== undefined)).to.have.length(5);
      expect(model.hosts).to.have.length(20);
    });
  });
});
