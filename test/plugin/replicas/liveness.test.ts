import { expect } from 'chai';
import { openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import type { Repositories } from '../../../plugin/lifecycle/repositories.ts';
import { aliveHosts } from '../../../plugin/replicas/liveness.ts';

describe('alive hosts', () => {
  let now: number;
  let repositories: Repositories;

  beforeEach(async () => {
    now = Date.parse('2026-03-01T12:00:00Z');
    repositories = createRepositories(await openDatabase('sqlite://', { now: () => new Date(now) }));
  });
  afterEach(() => repositories.close());

  it('are those whose part of the service was heard of within the down time (B109)', async () => {
    const { services } = repositories;
    await services.heartbeat('watcher-decision-engine', 'dead');
    now += 1;
    await services.heartbeat('watcher-decision-engine', 'two');
    await services.heartbeat('watcher-decision-engine', 'one');
    await services.heartbeat('watcher-applier', 'three');
    now += 90_000;

    expect(await aliveHosts(services, 'watcher-decision-engine', 90)).to.deep.equal(['one', 'two']);
  });
});
