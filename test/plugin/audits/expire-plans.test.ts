import { expect } from 'chai';
import { openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import { expirePlans } from '../../../plugin/audits/expire-plans.ts';
import type { ActionPlanState } from '../../../plugin/lifecycle/action-plan.ts';
import type { Repositories } from '../../../plugin/lifecycle/repositories.ts';
import { newAudit, newPlan } from '../../db/rows.ts';

const CREATED = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;

describe('expiry of recommended plans', () => {
  let repositories: Repositories;

  beforeEach(async () => {
    repositories = createRepositories(await openDatabase('sqlite://', { now: () => new Date(CREATED) }));
  });

  afterEach(() => repositories.close());

  async function plan(state: ActionPlanState): Promise<string> {
    const { uuid: auditUuid } = await repositories.audits.create(newAudit({ state: 'SUCCEEDED' }));
    const { uuid } = await repositories.actionPlans.createWithActions(newPlan({ auditUuid, state }), []);
    return uuid;
  }

  it('supersedes the old ones, with a reason (B54)', async () => {
    const uuid = await plan('RECOMMENDED');

    expect(await expirePlans(repositories, { hours: 24, now: CREATED + 23 * HOUR })).to.equal(0);
    expect(await expirePlans(repositories, { hours: 24, now: CREATED + 24 * HOUR })).to.equal(1);
    const now = await repositories.actionPlans.find(uuid);
    expect(now?.state).to.equal('SUPERSEDED');
    expect(now?.statusMessage).to.equal('Not started within 24 h: its forecast no longer holds.');
  });

  it('leaves plans that are begun or over, and all when it is switched off', async () => {
    for (const state of ['PENDING', 'ONGOING', 'SUCCEEDED'] as const) await plan(state);
    expect(await expirePlans(repositories, { hours: 1, now: CREATED + 99 * HOUR })).to.equal(0);

    await plan('RECOMMENDED');
    expect(await expirePlans(repositories, { hours: 0, now: CREATED + 99 * HOUR })).to.equal(0);
  });
});
