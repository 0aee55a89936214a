import { expect } from 'chai';
import { openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import type { Repositories } from '../../../plugin/lifecycle/repositories.ts';
import { SERVICE_NAMES } from '../../../plugin/replicas/liveness.ts';
import { SignsOfLife } from '../../../plugin/replicas/signs-of-life.ts';

const NAME = SERVICE_NAMES['decision-engine'];

describe('signs of life', () => {
  let repositories: Repositories;
  let now: number;
  let here: SignsOfLife;
  let there: SignsOfLife;

  beforeEach(async () => {
    now = 0;
    repositories = createRepositories(await openDatabase('sqlite://', { now: () => new Date(now) }));
    [here, there] = [of('here'), of('there')];
    await here.give();
    await there.give();
  });
  afterEach(() => repositories.close());

  function of(hostname: string): SignsOfLife {
    const { services } = repositories;
    const settings = { heartbeatSeconds: 10, downSeconds: 90, steadyNow: () => now };
    return new SignsOfLife({ services, names: [NAME], hostname, ...settings });
  }

  async function pass(seconds: number, ...alive: readonly SignsOfLife[]): Promise<void> {
    for (let second = 0; second < seconds; second += 10) {
      now += 10_000;
      for (const replica of alive) await replica.give();
    }
  }

  it('are missed of who is silent for too long', async () => {
    await pass(90, here);
    expect(await here.aliveHosts(NAME)).to.deep.equal(['here', 'there']);

    await pass(10, here);
    expect(await here.aliveHosts(NAME)).to.deep.equal(['here']);
  });

  it('are not missed when nobody could give any, until there was time for it', async () => {
    now += 120_000;
    expect(await here.aliveHosts(NAME)).to.deep.equal(['here', 'there']);

    await here.give();
    expect(await here.aliveHosts(NAME)).to.deep.equal(['here', 'there']);

    await pass(30, here);
    expect(await here.aliveHosts(NAME)).to.deep.equal(['here']);
  });

  it('are missed at once by a replica that has just started', async () => {
    now += 120_000;
    const late = of('late');
    await late.give();

    expect(await late.aliveHosts(NAME)).to.deep.equal(['late']);
  });
});
