import { expect } from 'chai';
import type { Database } from '../../db/connect.ts';
import { createRepositories } from '../../db/repositories.ts';
import type { Offer, SyncReport } from '../../db/sync-catalogue.ts';
import { syncCatalogue } from '../../db/sync-catalogue.ts';
import type { Repositories } from '../../plugin/lifecycle/repositories.ts';
import { newAudit, newPlan, newTemplate } from './rows.ts';

/** What every database must do when the offer changes. `open` gives a new one, without rows. */
export function describeSync(open: (now: () => Date) => Promise<Database>): void {
  let database: Database;
  let repositories: Repositories;
  beforeEach(async () => {
    database = await open(() => new Date('2026-03-01T12:00:00.000Z'));
    repositories = createRepositories(database);
  });
  afterEach(() => repositories.close());

  const offer = (goal: string, strategy: string): Offer => ({
    goal: goal.split(' '),
    strategy: strategy.split(' '),
  });
  const changesOf = ({ entries }: SyncReport) =>
    entries.map(({ kind, name, change }) => `${kind} ${name} ${change}`);

  it('adds what is new and marks what has vanished; it keeps its UUID and may come back (111)', async () => {
    const first = await syncCatalogue(database, offer('cool calm', 'fan'));
    const uuid = (await repositories.catalogue.sync('goal', [])).get('calm')?.uuid;
    const second = await syncCatalogue(database, offer('cool', 'fan sleep'));
    const third = await syncCatalogue(database, offer('cool', 'fan sleep'));
    const fourth = await syncCatalogue(database, offer('cool calm', 'fan sleep'));

    expect(changesOf(first)).to.deep.equal(['goal cool new', 'goal calm new', 'strategy fan new']);
    expect(changesOf(second)).to.deep.equal([
      'goal cool unchanged',
      'goal calm vanished',
      'strategy fan unchanged',
      'strategy sleep new',
    ]);
    expect(changesOf(third)[1]).to.equal('goal calm gone');
    expect(changesOf(fourth)[1]).to.equal('goal calm back');
    expect((await repositories.catalogue.sync('goal', [])).get('calm')?.uuid).to.equal(uuid);
    expect(await database.knex('catalogue').whereNotNull('deleted_at')).to.deep.equal([]);
  });

  it('has what vanished back, too, when a service that offers it starts', async () => {
    await syncCatalogue(database, offer('cool calm', 'fan'));
    await syncCatalogue(database, offer('cool', 'fan'));

    await repositories.catalogue.sync('goal', ['cool', 'calm']);

    expect(await database.knex('catalogue').whereNotNull('deleted_at')).to.deep.equal([]);
  });

  it('cancels what waits for something that is no longer on offer, and nothing else', async () => {
    const audit = (name: string, changes: Parameters<typeof newAudit>[0] = {}) =>
      repositories.audits.create(
        newAudit({ name, goalName: 'cool', strategyName: 'fan', state: 'PENDING', ...changes }),
      );
    await audit('fine');
    await audit('any strategy', { strategyName: null });
    await audit('of a goal that is gone', { goalName: 'calm' });
    await audit('under way', { strategyName: 'sleep', state: 'ONGOING' });
    await audit('over', { goalName: 'calm', state: 'SUCCEEDED' });
    await audit('suspended', { goalName: 'calm', state: 'SUSPENDED' });
    const { uuid: auditUuid } = await audit('deleted', { goalName: 'calm' });
    const plan = (strategyName: string, state: 'RECOMMENDED' | 'PENDING' | 'ONGOING' | 'SUCCEEDED') =>
      repositories.actionPlans.create(newPlan({ auditUuid, strategyName, state }));
    await plan('fan', 'RECOMMENDED');
    const waiting = [await plan('sleep', 'RECOMMENDED'), await plan('sleep', 'PENDING')];
    await plan('sleep', 'ONGOING');
    await plan('sleep', 'SUCCEEDED');
    await repositories.audits.softDelete(auditUuid);
    await repositories.auditTemplates.create(newTemplate({ goalName: 'calm' }));

    const rehearsed = await syncCatalogue(database, offer('cool', 'fan'), { isRehearsal: true });
    const untouched = await repositories.audits.list({ where: { state: 'CANCELLED' } });
    const report = await syncCatalogue(database, offer('cool', 'fan'));

    expect(rehearsed).to.deep.equal(report);
    expect(untouched).to.deep.equal([]);
    expect(report.cancelledAudits).to.deep.equal(['of a goal that is gone', 'under way']);
    expect(report.cancelledPlans).to.deep.equal(waiting.map(({ uuid }) => uuid));
    const cancelled = [
      ...(await repositories.audits.list({ where: { state: 'CANCELLED' } })),
      ...(await repositories.actionPlans.list({ where: { state: 'CANCELLED' } })),
    ];
    expect(cancelled).to.have.length(4);
    for (const { statusMessage } of cancelled) {
      expect(statusMessage).to.equal('Cancelled, because its goal or strategy is no longer on offer.');
    }
    expect(await repositories.auditTemplates.list()).to.have.length(1);
  });

  it('leaves alone the kinds that it is not told of', async () => {
    await repositories.catalogue.sync('goal', ['cool']);
    await database.knex('catalogue').update({ kind: 'scoring_engine' });

    const { entries } = await syncCatalogue(database, offer('cool', 'fan'));

    expect(entries.map(({ kind }) => kind)).to.deep.equal(['goal', 'strategy']);
  });
}
