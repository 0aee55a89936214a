import { expect } from 'chai';
import { systemClock } from '../../plugin/actions/clock.ts';
import { TakeoverLab } from './takeover-lab.ts';
import { until } from './lab.ts';

/** Needs the lab up (`devstack/lab/up`): three processes of the service on its MariaDB, and servers of their own. */
describe('replicas on a real OpenStack', () => {
  let lab: TakeoverLab;

  before(async () => {
    lab = await TakeoverLab.open('test');
    for (const hostname of ['one', 'two', 'three']) await lab.start(hostname);
  });

  after(() => lab.close());

  it('take over the plan of one that was killed, and do nothing twice (B95, B109)', async () => {
    const first = await lab.boot('first', 'compute-1', 12);
    const second = await lab.boot('second', 'compute-2', 4);
    const uuid = await lab.plan([
      { name: 'a', serverId: first },
      { name: 'b', serverId: second },
      { name: 'c', serverId: second, after: ['a', 'b'] },
    ]);
    await until('it copies', () => isCopying(uuid));
    const killed = (await lab.planRow(uuid)).hostname ?? '';

    await lab.end(killed, 'SIGKILL');
    const plan = await until('the plan ends', async () => {
      const row = await lab.planRow(uuid);
      return row.state !== 'ONGOING' && row;
    });

    expect(plan).to.include({ state: 'SUCCEEDED' });
    expect(plan.hostname).to.not.equal(killed);
    expect(plan.statusMessage).to.equal(
      `The service on ${killed} was interrupted while the plan was under way; ${plan.hostname} took it over.`,
    );
    expect((await lab.actions(uuid)).map(({ state }) => state)).to.deep.equal(Array(3).fill('SUCCEEDED'));
    const records = await Promise.all([first, second].map(id => lab.migrations(id)));
    expect(records.map(each => each.map(({ status }) => status))).to.deep.equal([
      ['completed'],
      ['completed', 'completed'],
    ]);
    await lab.start(killed);
  });

  it('hand over the plan of one that is stopped within seconds', async () => {
    const server = await lab.boot('handed', 'compute-3', 15);
    const uuid = await lab.plan([{ name: 'a', serverId: server }]);
    await until('it copies', () => isCopying(uuid));
    const stopped = (await lab.planRow(uuid)).hostname ?? '';

    await lab.end(stopped, 'SIGTERM');
    await until('another has it', async () => (await lab.planRow(uuid)).hostname !== stopped, 5);

    await until('the plan ends', async () => (await lab.planRow(uuid)).state === 'SUCCEEDED');
    expect(await lab.migrations(server)).to.have.length(1);
    await lab.start(stopped);
  });

  it('let one that only stood still for a while notice that it lost the plan', async () => {
    const first = await lab.boot('still', 'compute-3', 25);
    const second = await lab.boot('next', 'compute-4', 2);
    const uuid = await lab.plan([
      { name: 'a', serverId: first },
      { name: 'b', serverId: second, after: ['a'] },
    ]);
    await until('it copies', () => isCopying(uuid));
    const frozen = (await lab.planRow(uuid)).hostname ?? '';

    lab.replicas.get(frozen)?.signal('SIGSTOP');
    await until('another has it', async () => (await lab.planRow(uuid)).hostname !== frozen);
    lab.replicas.get(frozen)?.signal('SIGCONT');

    await until('it notices', async () => lab.replicas.get(frozen)?.output().includes('is left for later'));
    await until('the plan ends', async () => (await lab.planRow(uuid)).state === 'SUCCEEDED');
    expect(await lab.migrations(first)).to.have.length(1);
    expect(await lab.migrations(second)).to.have.length(1);
  });

  it('begin nothing while all is paused, and go on afterwards', async () => {
    const server = await lab.boot('paused', 'compute-1', 1);
    await lab.repositories.control.pause('network work');
    const uuid = await lab.plan([{ name: 'a', serverId: server }]);

    const message = await until('the plan says why it waits', async () => {
      const { statusMessage } = await lab.planRow(uuid);
      return statusMessage ?? false;
    });
    await systemClock.sleep(2000);

    expect(message).to.match(
      /^Paused since \S+Z \(network work\): no new action begins until "auspex resume"\.$/,
    );
    expect(await lab.planRow(uuid)).to.include({ state: 'PENDING' });
    expect(await lab.migrations(server)).to.deep.equal([]);

    await lab.repositories.control.resume();
    await until('the plan ends', async () => (await lab.planRow(uuid)).state === 'SUCCEEDED');
    expect(await lab.migrations(server)).to.have.length(1);
  });

  async function isCopying(planUuid: string): Promise<boolean> {
    return (await lab.actions(planUuid)).some(({ statusMessage }) => statusMessage?.includes('left to copy'));
  }
});
