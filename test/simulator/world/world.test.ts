import { expect } from 'chai';
import { stepOf } from '../../../simulator/world/demand.ts';
import { guestSeries, hostSeries } from '../../../simulator/world/measures.ts';
import { Refusal } from '../../../simulator/world/refusal.ts';
import type { World } from '../../../simulator/world/world.ts';
import { guest, host, MEDIUM, named, START_AT, steady, tinyWorld } from '../tiny-world.ts';

function pass(world: World, seconds: number): void {
  world.advanceTo(world.nowAt + seconds);
}

function statusAt(world: World): string | undefined {
  return world.migrations[0]?.status;
}

function refusalOf(call: () => unknown): string {
  try {
    call();
    return 'done';
  } catch (error) {
    if (error instanceof Refusal) return `${error.code}: ${error.message}`;
    throw error;
  }
}

describe('live migration in the world', () => {
  it('goes through the states of a record and ends on the target', () => {
    const world = tinyWorld();
    const web = named(world, 'web');

    world.liveMigrate(web.id, 'compute-2', 'req-1');
    expect([statusAt(world), web.taskState]).to.deep.equal([undefined, 'migrating']);
    const seen = new Set<string | undefined>();
    for (let n = 0; n < 200; n += 1) {
      pass(world, 0.1);
      seen.add(statusAt(world));
    }

    expect([...seen]).to.deep.equal([
      undefined,
      'accepted',
      'preparing',
      'running',
      'post-migrating',
      'completed',
    ]);
    expect([web.hostName, web.taskState, web.vmState]).to.deep.equal(['compute-2', null, 'active']);
    expect(world.actions[0]?.events.map(event => event.result)).to.deep.equal(['Success', 'Success']);
  });

  it('ends the same however often it is looked at', () => {
    const [one, other] = [tinyWorld(), tinyWorld()];
    for (const world of [one, other]) world.liveMigrate(named(world, 'web').id, 'compute-2', 'req-1');

    for (let n = 0; n < 600; n += 1) pass(one, 0.1);
    pass(other, 60);

    expect(one.migrations[0]?.updatedAt).to.be.closeTo(other.migrations[0]?.updatedAt ?? 0, 1e-3);
    expect(one.migrations[0]?.outcome?.rounds).to.equal(other.migrations[0]?.outcome?.rounds);
  });

  it('is booked on both hosts while it goes on, and on the target alone afterwards', () => {
    const world = tinyWorld();
    const used = () => [...world.hosts.values()].map(each => world.allocations.roomOf(each).MEMORY_MB.used);

    world.liveMigrate(named(world, 'web').id, 'compute-2', 'req-1');
    pass(world, 3);
    expect(used()).to.deep.equal([8192, 8192]);
    pass(world, 60);

    expect(used()).to.deep.equal([0, 8192]);
  });

  it('shares the link with others that leave the same host', () => {
    const seconds = (count: number) => {
      const guests = Array.from({ length: count }, (_, n) =>
        guest(`g${n}`, 'compute-1', { demand: steady(0) }),
      );
      const world = tinyWorld({ guests });
      for (const each of world.guests.values()) world.liveMigrate(each.id, 'compute-2', 'req');
      pass(world, 300);
      return world.migrations.map(record => record.outcome?.seconds ?? NaN);
    };

    expect(seconds(1)[0]).to.be.closeTo(4096 / 1000 + 0.05, 0.01);
    expect(seconds(2)[0]).to.be.closeTo(8192 / 1000 + 0.05, 0.1);
  });

  it('fails without a host that has room, and the guest stays', () => {
    const world = tinyWorld({ hosts: [host('compute-1'), host('compute-2', { memoryMiB: 4096 })] });
    const web = named(world, 'web');

    world.liveMigrate(web.id, 'compute-2', 'req-1');
    pass(world, 10);

    expect(statusAt(world)).to.equal('error');
    expect([web.hostName, web.taskState]).to.deep.equal(['compute-1', null]);
    expect(world.actions[0]?.events[0]?.details).to.match(/No valid host was found/);
    expect(world.allocations.roomOf(world.hosts.get('compute-2')!).MEMORY_MB.used).to.equal(0);
  });

  it('keeps members of an anti-affinity group apart', () => {
    const guests = ['a', 'b'].map((name, n) => guest(name, `compute-${n + 1}`, { antiAffinity: 'apart' }));
    const world = tinyWorld({ guests });

    world.liveMigrate(named(world, 'a').id, 'compute-2', 'req-1');
    pass(world, 30);

    expect(statusAt(world)).to.equal('error');
  });

  it('can be aborted while it runs, and not once it has ended', () => {
    const world = tinyWorld();
    const web = named(world, 'web');
    world.liveMigrate(web.id, 'compute-2', 'req-1');
    pass(world, 3);
    const { id } = world.migrations[0]!;

    world.abort(web.id, id, { mayWait: false });
    pass(world, 2);

    expect([statusAt(world), web.hostName, web.taskState]).to.deep.equal(['cancelled', 'compute-1', null]);
    expect(refusalOf(() => world.abort(web.id, id, { mayWait: true }))).to.match(
      /^conflict: .*invalid state/,
    );
  });

  it('never ends for a guest that dirties faster than the link, until it is forced', () => {
    const busy = guest('web', 'compute-1', {
      demand: steady(100),
      dirtyMiBPerBusyCpu: 400,
      workingSetMiB: 4000,
    });
    const world = tinyWorld({ guests: [busy] });
    const web = named(world, 'web');
    world.liveMigrate(web.id, 'compute-2', 'req-1');
    pass(world, 3600);
    expect(statusAt(world)).to.equal('running');

    world.forceComplete(web.id, world.migrations[0]!.id);
    pass(world, 60);

    expect(statusAt(world)).to.equal('completed');
    expect(world.migrations[0]?.outcome?.downtimeSeconds).to.be.above(0.5);
  });

  it('fails in the share of the cases that was asked for', () => {
    const guests = Array.from({ length: 200 }, (_, n) =>
      guest(`g${n}`, 'compute-1', {
        flavor: { ...MEDIUM, vcpus: 1, memoryMiB: 512, diskGiB: 1 },
        demand: steady(0),
      }),
    );
    const hosts = ['compute-1', 'compute-2'].map(name => host(name, { memoryMiB: 1e6, vcpus: 100 }));
    const world = tinyWorld({ guests, hosts, settings: { migrationFailureShare: 0.3 } });

    for (const each of world.guests.values()) world.liveMigrate(each.id, 'compute-2', 'req');
    pass(world, 7200);

    const failed = world.migrations.filter(record => record.status === 'error').length;
    expect(failed).to.be.within(40, 80);
    expect(world.migrations.every(record => ['error', 'completed'].includes(record.status))).to.equal(true);
  });

  it('refuses in the words of Nova', () => {
    const world = tinyWorld();
    const { id } = named(world, 'web');

    expect(refusalOf(() => world.liveMigrate('nobody', 'compute-2', 'r'))).to.equal(
      'not_found: Instance nobody could not be found.',
    );
    expect(refusalOf(() => world.liveMigrate(id, 'nowhere', 'r'))).to.equal(
      'bad_request: Compute host nowhere could not be found.',
    );
    world.liveMigrate(id, 'compute-2', 'r');
    expect(refusalOf(() => world.liveMigrate(id, 'compute-2', 'r'))).to.equal(
      `conflict: Cannot 'os-migrateLive' instance ${id} while it is in task_state migrating`,
    );
  });
});

describe('cold migration and resize in the world', () => {
  it('waits to be confirmed, and then is on the target alone', () => {
    const world = tinyWorld();
    const web = named(world, 'web');

    world.coldMigrate(web.id, { hostName: 'compute-2' }, 'req-1');
    pass(world, 30);
    expect([web.vmState, web.taskState, web.hostName, statusAt(world)]).to.deep.equal([
      'resized',
      null,
      'compute-2',
      'finished',
    ]);
    world.confirmResize(web.id);
    pass(world, 5);

    expect([web.vmState, statusAt(world)]).to.deep.equal(['active', 'confirmed']);
    expect(world.allocations.roomOf(world.hosts.get('compute-1')!).VCPU.used).to.equal(0);
  });

  it('goes back to its host and size when it is reverted', () => {
    const world = tinyWorld();
    const web = named(world, 'web');

    world.coldMigrate(web.id, { flavor: { ...MEDIUM, name: 'big', vcpus: 8 } }, 'req-1');
    pass(world, 30);
    expect([web.flavor.vcpus, world.migrations[0]?.type]).to.deep.equal([8, 'resize']);
    world.revertResize(web.id);
    pass(world, 5);

    expect([web.flavor.vcpus, web.hostName, statusAt(world)]).to.deep.equal([4, 'compute-1', 'reverted']);
    expect([...world.hosts.values()].map(each => world.allocations.roomOf(each).VCPU.used)).to.deep.equal([
      4, 0,
    ]);
  });
});

describe('hosts and boots in the world', () => {
  it('boots a server where there is room, and forgets one that is removed', () => {
    const world = tinyWorld();

    const booted = world.boot(guest('new', 'wherever'), undefined, 'req-1');
    expect([booted.vmState, booted.taskState]).to.deep.equal(['building', 'spawning']);
    pass(world, 10);
    expect([booted.vmState, booted.hostName]).to.deep.equal(['active', 'compute-2']);
    world.remove(booted.id);

    expect(world.guests.has(booted.id)).to.equal(false);
    expect(world.allocations.roomOf(world.hosts.get('compute-2')!).VCPU.used).to.equal(0);
  });

  it('is told a minute late that a host has died; migrations from it hang, those to it fail', () => {
    const guests = [guest('from', 'compute-1'), guest('to', 'compute-2')];
    const world = tinyWorld({ guests });
    const first = world.hosts.get('compute-1')!;
    world.liveMigrate(named(world, 'from').id, 'compute-2', 'req-1');
    world.liveMigrate(named(world, 'to').id, 'compute-1', 'req-2');
    pass(world, 3);

    world.kill('compute-1');
    pass(world, 30);
    expect(world.isUp(first)).to.equal(true);
    expect(world.migrations.map(({ status }) => status).toSorted()).to.deep.equal(['error', 'running']);
    pass(world, 40);
    expect(world.isUp(first)).to.equal(false);
    world.revive('compute-1');

    expect(world.migrations.map(({ status }) => status)).to.deep.equal(['error', 'error']);
    expect(world.isUp(first)).to.equal(true);
  });
});

describe('what is measured in the world', () => {
  const last = stepOf(START_AT) - 1;

  it('tells a host what its guests get, and no more than it has', () => {
    const greedy = ['a', 'b', 'c', 'd', 'e'].map(name => guest(name, 'compute-1', { demand: steady(100) }));
    const world = tinyWorld({ guests: greedy });

    const load = world.loads.hostAt('compute-1', last)!;

    expect(load.cpuPercent).to.be.closeTo(100, 1e-4);
    expect(load.missingCpus).to.be.closeTo(5 * 4 - 0.98 * 16, 1e-4);
    expect(world.loads.cpusOf(named(world, 'a'), last)).to.be.closeTo((0.98 * 16) / 5, 1e-5);
  });

  it('counts nanoseconds since the process began, and begins again after a migration', () => {
    const world = tinyWorld();
    const web = named(world, 'web');
    world.liveMigrate(web.id, 'compute-2', 'req-1');
    pass(world, 1800);

    const series = guestSeries(world, web, 'cpu', { from: last - 1, to: last + 100 })!;
    const growth = series.values.slice(1).map((value, n) => value - series.values[n]!);

    expect(series.steps).to.deep.equal([
      last - 1,
      last,
      last + 1,
      last + 2,
      last + 3,
      last + 4,
      last + 5,
      last + 6,
    ]);
    expect(growth[0]).to.equal(2 * 300 * 1e9);
    expect(growth[1]).to.be.below(0);
    expect(growth.slice(2).every(value => value === 2 * 300 * 1e9)).to.equal(true);
  });

  it('moves the load from host to host with the guest, and leaves the past as it was', () => {
    const world = tinyWorld();
    const cpu = (name: string, step: number) => world.loads.hostAt(name, step)!.cpuPercent;
    const before = cpu('compute-1', last);
    world.liveMigrate(named(world, 'web').id, 'compute-2', 'req-1');
    pass(world, 1800);

    expect(cpu('compute-1', last)).to.equal(before);
    expect(cpu('compute-1', last + 5)).to.be.closeTo(2, 1e-6);
    expect(cpu('compute-2', last + 5)).to.be.closeTo(2 + 100 * (2 / 16), 1e-6);
  });

  it('stores nothing of a lost guest, little of lossy samples, and late when it is late', () => {
    const span = { from: last - 199, to: last + 1 };
    const stored = (change: Parameters<typeof tinyWorld>[0]) => {
      const world = tinyWorld(change);
      return guestSeries(world, named(world, 'web'), 'memory.usage', span)?.steps.length;
    };
    const silent = tinyWorld();
    named(silent, 'web').metricsLost = true;

    expect(guestSeries(silent, named(silent, 'web'), 'cpu', span)).to.equal(undefined);
    expect(stored({})).to.equal(200);
    expect(stored({ settings: { lostSampleShare: 0.5 } })).to.be.within(70, 130);
    expect(stored({ settings: { metricLagSeconds: 3000 } })).to.equal(190);
  });

  it('has the host in percent and KiB', () => {
    const world = tinyWorld();
    const span = { from: last, to: last + 1 };

    expect(hostSeries(world, 'compute-1', 'compute.node.cpu.percent', span)?.values[0]).to.be.closeTo(
      14.5,
      1e-6,
    );
    expect(hostSeries(world, 'compute-1', 'hardware.memory.used', span)?.values).to.deep.equal([
      (2048 + 4096) * 1024,
    ]);
    expect(hostSeries(world, 'compute-1', 'nothing', span)).to.equal(undefined);
  });
});
