import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Database } from '../../db/connect.ts';
import { createRepositories } from '../../db/repositories.ts';
import type { ActionPlanState } from '../../plugin/lifecycle/action-plan.ts';
import { ClaimLostError } from '../../plugin/lifecycle/plan-claim.ts';
import type { PlanClaim } from '../../plugin/lifecycle/plan-claim.ts';
import type { Repositories } from '../../plugin/lifecycle/repositories.ts';
import { newAction, newAudit, newPlan } from './rows.ts';

/** What every database must do for replicas that share work. `open` as for `describeRepositories`. */
export function describeClaims(open: (now: () => Date) => Promise<Database>): void {
  let repositories: Repositories;
  let now: Date;

  beforeEach(async () => {
    now = new Date('2026-03-01T12:00:00.000Z');
    repositories = createRepositories(await open(() => now));
  });
  afterEach(() => repositories.close());

  async function planIn(state: ActionPlanState, hostname: string | null = null): Promise<string> {
    const { uuid: auditUuid } = await repositories.audits.create(newAudit());
    const plan = newPlan({ auditUuid, state, hostname });
    const action = newAction({ actionPlanUuid: plan.uuid, uuid: plan.uuid });
    return (await repositories.actionPlans.createWithActions(plan, [action])).uuid;
  }

  /** The plan as ONGOING under a new claim. */
  async function begun(hostname: string): Promise<PlanClaim> {
    const claim = { planUuid: await planIn('PENDING'), token: randomUUID() };
    await repositories.planClaims.prepare(claim);
    await repositories.actionPlans.transition(claim.planUuid, 'PENDING', 'ONGOING', { hostname }, undefined, {
      claim,
    });
    return claim;
  }

  async function lost(work: Promise<unknown>): Promise<boolean> {
    try {
      await work;
      return false;
    } catch (error) {
      if (error instanceof ClaimLostError) return true;
      throw error;
    }
  }

  describe('claims of plans (B95)', () => {
    it('let exactly one of many begin a plan', async () => {
      const planUuid = await planIn('PENDING');
      const { planClaims, actionPlans } = repositories;

      const begin = async (hostname: string): Promise<boolean> => {
        const claim = { planUuid, token: randomUUID() };
        await planClaims.prepare(claim);
        const row = actionPlans.transition(planUuid, 'PENDING', 'ONGOING', { hostname }, undefined, {
          claim,
        });
        return (await row.catch(() => undefined)) !== undefined;
      };
      const wins = await Promise.all(['one', 'two', 'three', 'four'].map(begin));

      expect(wins.filter(Boolean)).to.have.length(1);
      expect(await actionPlans.find(planUuid)).to.include({
        hostname: ['one', 'two', 'three', 'four'][wins.indexOf(true)],
      });
    });

    it('are of plans that are to begin', async () => {
      const planUuid = await planIn('RECOMMENDED');

      expect(await repositories.planClaims.prepare({ planUuid, token: randomUUID() })).to.equal(false);
    });

    it('are listed with the signs of life of plans under way', async () => {
      const { planUuid, token } = await begun('one');
      await planIn('PENDING');
      const cancelling = await planIn('CANCELLING');
      await repositories.planClaims.renew([token]);
      await repositories.planClaims.renew([token]);

      const claims = await repositories.planClaims.list();

      expect(claims.map(each => [each.plan.uuid, each.token, each.beats, each.wasHeld])).to.deep.equal([
        [planUuid, token, 2, true],
        [cancelling, null, 0, false],
      ]);
    });

    it('are taken over by exactly one of those who saw the same', async () => {
      const { planUuid, token } = await begun('one');
      now = new Date(now.getTime() + 20_000);
      const seen = { planUuid, token, beats: 0 };

      const takes = await Promise.all(
        ['two', 'three'].map(hostname =>
          repositories.planClaims.takeOver(seen, { token: randomUUID(), hostname }),
        ),
      );

      const [taken, ...others] = takes.filter(take => take !== undefined);
      expect(others).to.deep.equal([]);
      expect(taken).to.include({ previousHost: 'one', silentSeconds: 20 });
      expect(await repositories.actionPlans.find(planUuid)).to.include({ hostname: taken?.plan.hostname });
    });

    it('are not taken over once they have given a sign of life', async () => {
      const { planUuid, token } = await begun('one');
      await repositories.planClaims.renew([token]);

      const taken = await repositories.planClaims.takeOver(
        { planUuid, token, beats: 0 },
        { token: randomUUID(), hostname: 'two' },
      );

      expect(taken).to.equal(undefined);
    });

    it('that are lost are not renewed', async () => {
      const one = await begun('one');
      const other = await begun('one');
      const by = { token: randomUUID(), hostname: 'two' };
      await repositories.planClaims.takeOver({ ...one, beats: 0 }, by);

      const held = await repositories.planClaims.renew([one.token, other.token]);

      expect([...held]).to.deep.equal([other.token]);
    });

    it('that are lost let nothing be written', async () => {
      const claim = await begun('one');
      const { planUuid } = claim;
      await repositories.planClaims.takeOver(
        { ...claim, beats: 0 },
        { token: randomUUID(), hostname: 'two' },
      );
      const { actions, actionPlans, planClaims } = repositories;

      for (const work of [
        () => actions.transition(planUuid, 'PENDING', 'ONGOING', {}, undefined, { claim }),
        () => actions.update(planUuid, { statusMessage: 'late' }, undefined, { claim }),
        () => actionPlans.transition(planUuid, 'ONGOING', 'SUCCEEDED', {}, undefined, { claim }),
        () => planClaims.intend(claim, planUuid, { late: true }),
      ]) {
        expect(await lost(work())).to.equal(true);
      }
      expect(await actions.find(planUuid)).to.include({ state: 'PENDING', statusMessage: null });
      expect(await actionPlans.find(planUuid)).to.include({ state: 'ONGOING' });
      expect(await planClaims.intentOf(planUuid)).to.equal(undefined);
    });

    it('that are let go of can be taken at once, and by nobody who still has an old one', async () => {
      const claim = await begun('one');
      await repositories.planClaims.release({ ...claim, token: randomUUID() });
      expect((await repositories.planClaims.list())[0]?.token).to.equal(claim.token);

      await repositories.planClaims.release(claim);

      expect((await repositories.planClaims.list())[0]?.token).to.equal(null);
    });

    it('keep what is about to be asked of the cloud, as a sign of life', async () => {
      const claim = await begun('one');
      expect(await repositories.planClaims.intentOf(claim.planUuid)).to.equal(undefined);

      await repositories.planClaims.intend(claim, claim.planUuid, { lastMigrationId: 7 });

      expect(await repositories.planClaims.intentOf(claim.planUuid)).to.deep.equal({ lastMigrationId: 7 });
      expect((await repositories.planClaims.list())[0]?.beats).to.equal(1);
    });
  });

  describe('a pause', () => {
    it('lasts from the first who asks for it until somebody resumes', async () => {
      const { control } = repositories;
      expect(await control.pauseNow()).to.equal(undefined);

      await control.pause('network work');
      now = new Date(now.getTime() + 1000);
      const again = await control.pause(null);

      expect(again).to.deep.equal({ since: '2026-03-01T12:00:00.000Z', reason: 'network work' });
      expect(await control.pauseNow()).to.deep.equal(again);
      expect([await control.resume(), await control.resume()]).to.deep.equal([true, false]);
      expect(await control.pauseNow()).to.equal(undefined);
    });
  });
}
