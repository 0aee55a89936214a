import { expect } from 'chai';
import type { Cloud } from '../../../plugin/openstack/cloud.ts';
import { openCloud } from '../../../plugin/openstack/cloud.ts';
import { readCloudConfig } from '../../../plugin/openstack/cloud-config.ts';
import { collectCluster } from '../../../plugin/openstack/collect-cluster.ts';
import { startSimulator } from '../../../simulator/http/simulator.ts';
import type { World } from '../../../simulator/world/world.ts';
import { simulatedCloud } from '../simulated-cloud.ts';
import type { SimulatedCloud } from '../simulated-cloud.ts';
import { guest, host, MEDIUM, named, steady, tinyWorld } from '../tiny-world.ts';

describe('faults of the simulated cloud', () => {
  const signal = new AbortController().signal;
  let simulated: SimulatedCloud;
  let world: World;

  async function open(given = tinyWorld()): Promise<void> {
    world = given;
    simulated = await simulatedCloud(world);
  }
  afterEach(() => simulated.end());

  const servers = (cloud: Cloud = simulated.cloud) => cloud.nova.listServers({}, signal);
  const collected = () =>
    collectCluster(simulated.cloud, { signal, clock: () => new Date(simulated.clock.now()) });
  const sentence = async (call: Promise<unknown>): Promise<string> => {
    try {
      await call;
      return 'done';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  it('fails as often as asked, and then no more', async () => {
    await open();
    simulated.simulator.faults.add({
      kind: 'fail',
      service: 'compute',
      path: '/servers',
      times: 2,
      status: 500,
    });

    expect(await sentence(servers())).to.include('simulated failure');
    expect(await sentence(servers())).to.include('simulated failure');
    expect((await servers()).servers).to.have.lengthOf(1);
    expect(simulated.simulator.faults.list).to.deep.equal([]);
  });

  it('fails the share of the calls that was asked for, the same ones each time', async () => {
    const failures = async () => {
      await open();
      simulated.simulator.faults.add({ kind: 'fail', service: 'compute', method: 'GET', share: 0.3 });
      const outcomes: boolean[] = [];
      for (let n = 0; n < 60; n += 1) outcomes.push((await sentence(servers())) === 'done');
      return outcomes;
    };

    const first = await failures();
    await simulated.end();
    const second = await failures();

    expect(first.filter(good => !good).length).to.be.within(8, 30);
    expect(second).to.deep.equal(first);
  });

  it('answers a conflict, and leaves other services alone', async () => {
    await open();
    simulated.simulator.faults.add({
      kind: 'fail',
      service: 'compute',
      method: 'POST',
      status: 409,
      message: 'busy',
    });
    const { id } = named(world, 'web');

    const said = await sentence(
      simulated.cloud.nova.liveMigrate({ serverId: id, host: 'compute-2' }, signal),
    );

    expect(said).to.include('busy');
    expect(world.migrations).to.deep.equal([]);
    expect((await servers()).servers).to.have.lengthOf(1);
  });

  it('drops a connection, or never answers', async () => {
    await open();
    const config = readCloudConfig({ env: simulated.simulator.environment, homeDir: '/', cwd: '/' });
    const impatient = openCloud(config, { attempts: 1, timeoutMilliseconds: 100 });
    await servers(impatient);

    simulated.simulator.faults.add({ kind: 'drop', path: '/servers', times: 1 });
    expect(await sentence(servers(impatient))).to.match(/cannot be reached .*(hang up|ECONNRESET|aborted)/);
    simulated.simulator.faults.add({ kind: 'hang', path: '/servers', times: 1 });
    expect(await sentence(servers(impatient))).to.include('no answer within 0.1 s');
    expect(await sentence(servers(impatient))).to.equal('done');
    impatient.close();
  });

  it('is slow, and answers all the same', async () => {
    await open();
    simulated.simulator.faults.add({ kind: 'slow', path: '/servers', seconds: 0.01, times: 1 });

    expect((await servers()).servers).to.have.lengthOf(1);
    expect(simulated.simulator.faults.list).to.deep.equal([]);
  });

  it('lets tokens expire in its own time; clients log in again', async () => {
    await open();
    await servers();

    await simulated.clock.sleep(2 * 86_400_000);
    const again = await servers();
    simulated.simulator.tokens.revokeAll();
    await servers();

    expect(again.servers).to.have.lengthOf(1);
    expect(simulated.cloud.session.requestCounts.get('identity')).to.equal(3);
  });

  it('refuses a wrong password', async () => {
    await open();
    const env = { ...simulated.simulator.environment, OS_PASSWORD: 'wrong' };
    const stranger = openCloud(readCloudConfig({ env, homeDir: '/', cwd: '/' }), { attempts: 1 });

    expect(await sentence(servers(stranger))).to.match(/refused the credentials of user admin/);
    stranger.close();
  });

  it('tells only the ids of servers in a cell that is down: what was known of them is frozen', async () => {
    await open(tinyWorld({ guests: [guest('web', 'compute-1'), guest('far', 'compute-2')] }));
    const before = await collected();

    world.suffer({ kind: 'cell_down', at: 0, name: 'compute-2' });
    const list = await servers();
    const after = await collectCluster(simulated.cloud, {
      signal,
      clock: () => new Date(simulated.clock.now()),
      previous: before,
    });

    expect(list.unknown.map(({ id }) => id)).to.deep.equal([named(world, 'far').id]);
    expect(list.servers.map(({ name }) => name)).to.deep.equal(['web']);
    expect(after.hostByName.get('compute-2')?.frozen).to.equal('its cell does not answer');
    expect(after.instanceById.get(named(world, 'far').id)?.state).to.equal('unknown');
  });

  it('calls a dead host down after a minute', async () => {
    await open();
    world.kill('compute-2');
    const before = await collected();
    await simulated.clock.sleep(61_000);

    const after = await collected();

    expect(before.hostByName.get('compute-2')?.up).to.equal(true);
    expect(after.hostByName.get('compute-2')?.up).to.equal(false);
  });

  it('gives more servers than fit on a page, each once, and full hosts too', async () => {
    const flavor = { ...MEDIUM, vcpus: 1, memoryMiB: 64, diskGiB: 0 };
    const guests = Array.from({ length: 2100 }, (_, n) =>
      guest(`g${n}`, n < 1023 ? 'compute-1' : 'compute-2', { flavor, demand: steady(1), volumeGiB: 1 }),
    );
    const hosts = [host('compute-1', { memoryMiB: 512 + 1023 * 64 }), host('compute-2', { memoryMiB: 1e6 })];
    await open(tinyWorld({ guests, hosts }));

    const cluster = await collected();

    expect(cluster.warnings).to.deep.equal([]);
    expect(cluster.instances).to.have.lengthOf(2100);
    expect(
      cluster.instances.every(({ ports, volumes }) => ports.length === 1 && volumes[0]?.sizeGiB === 1),
    ).to.equal(true);
    expect(cluster.hostByName.get('compute-1')?.inventories.get('MEMORY_MB')?.used).to.equal(1023 * 64);
    expect(cluster.hostByName.get('compute-1')?.frozen).to.equal(undefined);
  });

  it('takes faults by request, and forgets them again', async () => {
    await open();
    const ask = async (method: string, path: string, body?: unknown) => {
      const response = await fetch(`${simulated.simulator.url}/simulator/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return response.status;
    };

    expect(await ask('POST', 'faults', { kind: 'fail', service: 'compute', status: 503 })).to.equal(204);
    expect(await sentence(servers())).to.include('simulated failure');
    expect(await ask('DELETE', 'faults')).to.equal(204);
    expect(await sentence(servers())).to.equal('done');
    expect(await ask('POST', 'faults', { kind: 'host_dies', name: 'compute-2' })).to.equal(204);
    expect(world.hosts.get('compute-2')?.alive).to.equal(false);
    expect(await ask('POST', 'faults', { kind: 'host_dies', name: 'nowhere' })).to.equal(404);
    expect(await ask('POST', 'faults', { kind: 'earthquake' })).to.equal(400);
    expect(await ask('DELETE', 'tokens')).to.equal(204);
    expect(await sentence(servers())).to.equal('done');
    expect(simulated.cloud.session.requestCounts.get('identity')).to.equal(2);
  });

  it('says in one sentence that its port is taken', async () => {
    await open();
    const port = Number(new URL(simulated.simulator.url).port);

    const said = await sentence(startSimulator({ world, now: () => 0, port }));

    expect(said).to.equal(`The simulator cannot listen on 127.0.0.1:${port}: something else listens there.`);
  });

  it('knows services beside its own once they are registered', async () => {
    await open();
    simulated.simulator.register('infra-optim', 'http://127.0.0.1:9');

    expect(await simulated.cloud.session.endpoint('infra-optim', signal)).to.equal('http://127.0.0.1:9');
  });
});
