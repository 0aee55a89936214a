import { expect } from 'chai';
import type { Audit } from '../../../plugin/lifecycle/audit.ts';
import type { New } from '../../../plugin/lifecycle/repositories.ts';
import { Replicas } from './replicas.ts';

const hourly: Partial<New<Audit>> = { auditType: 'CONTINUOUS', interval: '3600' };

describe('continuous audits', () => {
  let replicas: Replicas;

  beforeEach(async () => {
    replicas = await Replicas.open();
  });
  afterEach(() => replicas.close());

  /** The audit after so many seconds with one replica. */
  async function after(seconds: number, audit: Partial<New<Audit>>): Promise<Audit> {
    const { uuid } = await replicas.create(audit);
    await replicas.start('here');
    await replicas.pass(seconds);
    return replicas.audit(uuid);
  }

  const instant = (time: string): string => `2026-03-01T${time}.000Z`;

  it('run at once, then every so many seconds, and stay ONGOING (B43)', async () => {
    const audit = await after(2.5 * 3600, hourly);

    expect(audit).to.include({ state: 'ONGOING', nextRunAt: instant('15:00:00'), runUuid: null });
    const plans = await replicas.plans(audit.uuid);
    expect(plans.map(plan => plan.createdAt)).to.deep.equal([
      instant('12:00:00'),
      instant('13:00:00'),
      instant('14:00:00'),
    ]);
  });

  it('run when cron says, in UTC (B44)', async () => {
    const audit = await after(3600, { ...hourly, interval: '*/20 * * * *' });

    expect(audit).to.include({ state: 'ONGOING', nextRunAt: instant('13:20:00') });
    const plans = await replicas.plans(audit.uuid);
    expect(plans.map(plan => plan.createdAt.slice(11, 16))).to.deep.equal(['12:20', '12:40', '13:00']);
  });

  it('tell when they will run and who has run them (B51)', async () => {
    const before = await after(0, { ...hourly, interval: '30 12 * * *' });
    await replicas.pass(1800);

    expect(before).to.include({ nextRunAt: instant('12:30:00'), hostname: null, state: 'PENDING' });
    expect(await replicas.audit(before.uuid)).to.include({
      nextRunAt: '2026-03-02T12:30:00.000Z',
      hostname: 'here',
      state: 'ONGOING',
    });
  });

  it('cancel their earlier plan that nobody has started (B49)', async () => {
    const audit = await after(3600, hourly);

    const plans = await replicas.plans(audit.uuid);
    expect(plans.map(({ state }) => state)).to.deep.equal(['CANCELLED', 'RECOMMENDED']);
    expect(plans[0]!.statusMessage).to.equal('A newer plan of the same audit took its place.');
    const actions = await replicas.repositories.actions.list({ where: { actionPlanUuid: plans[0]!.uuid } });
    expect(actions.map(({ state }) => state)).to.deep.equal(['CANCELLED']);
  });

  it('leave no old plans behind that could not begin yet, as during a pause', async () => {
    const { uuid } = await replicas.create({ auditType: 'CONTINUOUS', interval: '3600', autoTrigger: true });
    await replicas.start('here');

    await replicas.pass(2 * 3600);

    const plans = await replicas.plans(uuid);
    expect(plans.map(({ state }) => state)).to.deep.equal(['CANCELLED', 'CANCELLED', 'PENDING']);
    expect(plans[0]!.statusMessage).to.equal('A newer plan of the same audit took its place.');
  });

  it('start their plans when they are to (K27)', async () => {
    const audit = await after(3600, { ...hourly, autoTrigger: true });

    const plans = await replicas.plans(audit.uuid);
    expect(plans.map(({ state }) => state)).to.deep.equal(['CANCELLED', 'PENDING']);
    expect(replicas.launched).to.deep.equal(plans.map(({ uuid }) => uuid));
  });

  describe('with a window (B45)', () => {
    it('begin when it opens', async () => {
      const audit = await after(7200, { ...hourly, startAt: instant('13:30:00') });

      expect(audit).to.include({ nextRunAt: instant('14:30:00') });
      expect(await replicas.plans(audit.uuid)).to.have.length(1);
    });

    it('succeed when it ends', async () => {
      const audit = await after(4 * 3600, { ...hourly, endAt: instant('13:30:00') });

      expect(audit).to.include({ state: 'SUCCEEDED', nextRunAt: null });
      expect(await replicas.plans(audit.uuid)).to.have.length(2);
    });

    it('succeed without a run when it has ended already', async () => {
      const audit = await after(0, { ...hourly, endAt: instant('11:00:00') });

      expect(audit).to.include({ state: 'SUCCEEDED' });
      expect(await replicas.plans(audit.uuid)).to.deep.equal([]);
    });
  });

  describe('keep their phase (B43)', () => {
    it('across a restart', async () => {
      const audit = await after(1800, hourly);
      replicas.kill('here');
      await replicas.pass(600);
      await replicas.start('here');
      await replicas.pass(1800);

      const plans = await replicas.plans(audit.uuid);
      expect(plans.map(plan => plan.createdAt)).to.deep.equal([instant('12:00:00'), instant('13:00:00')]);
    });

    it('and leave out what came while nobody was there', async () => {
      const audit = await after(1800, hourly);
      replicas.kill('here');
      await replicas.pass(3600 * 3);
      await replicas.start('here');

      expect(await replicas.audit(audit.uuid)).to.include({ nextRunAt: instant('16:00:00') });
      expect(await replicas.plans(audit.uuid)).to.have.length(1);
    });

    it('when a run takes longer than the interval', async () => {
      const ends: (() => void)[] = [];
      replicas.gather = () => new Promise<void>(resolve => ends.push(resolve));
      const { uuid } = await replicas.create(hourly);
      const runner = await replicas.start('here');
      await until(() => ends.length === 1);
      await replicas.clock.pass(5400, () => runner.recover());
      replicas.gather = () => Promise.resolve();
      ends[0]!();
      await replicas.settled();

      expect(await replicas.audit(uuid)).to.include({ nextRunAt: instant('14:00:00') });
      expect(await replicas.plans(uuid)).to.have.length(1);
    });
  });

  describe('after an error (B53)', () => {
    const failing = (why: string) => () => Promise.reject(new Error(why));

    it('say why, stay ONGOING and are tried again before their next regular run', async () => {
      replicas.gather = failing('Nova does not answer.');
      const audit = await after(0, hourly);

      expect(audit).to.include({ state: 'ONGOING', failures: 1, nextRunAt: instant('12:00:30') });
      expect(audit.statusMessage).to.equal(
        'The last run failed: Nova does not answer. It is tried again at 2026-03-01T12:00:30.000Z.',
      );
    });

    it('wait twice as long each time', async () => {
      replicas.gather = failing('No.');
      const audit = await after(100, { ...hourly, interval: '86400' });
      const waits = [Date.parse(audit.nextRunAt!) - Date.parse(instant('12:01:30'))];
      for (let n = 0; n < 8; n += 1) {
        const from = Date.parse((await replicas.audit(audit.uuid)).nextRunAt!);
        await replicas.pass((from - replicas.clock.now()) / 1000);
        await replicas.settled();
        waits.push(Date.parse((await replicas.audit(audit.uuid)).nextRunAt!) - from);
      }

      expect(waits.map(wait => wait / 1000)).to.deep.equal([
        120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600,
      ]);
      expect((await replicas.audit(audit.uuid)).statusMessage).to.match(
        /^The last run failed \(\d+ times in a row\)/,
      );
    });

    it('of a short interval leave out no more than ten runs', async () => {
      replicas.gather = failing('No.');
      const audit = await after(600, { ...hourly, interval: '10' });

      const wait = Date.parse(audit.nextRunAt!) - replicas.clock.now();
      expect(wait).to.be.at.most(100_000);
      expect(audit.failures).to.be.within(5, 12);
    });

    it('go on as before, in the old phase', async () => {
      replicas.gather = failing('No.');
      const { uuid } = await after(10, hourly);
      replicas.gather = () => Promise.resolve();
      await replicas.pass(3600);

      expect(await replicas.audit(uuid)).to.include({
        failures: 0,
        nextRunAt: instant('14:00:00'),
        statusMessage: 'A greeting is in order.',
      });
      const plans = await replicas.plans(uuid);
      expect(plans.map(plan => plan.createdAt)).to.deep.equal([instant('12:00:30'), instant('13:00:00')]);
    });

    it('fail for good only when their interval is none', async () => {
      const audit = await after(0, { ...hourly, interval: 'whenever' });

      expect(audit).to.include({ state: 'FAILED' });
      expect(audit.statusMessage).to.match(/^Expected an interval or cron syntax but received whenever/);
    });
  });

  describe('beside a plan under way (B50)', () => {
    it('skip the run, keep their state and say so', async () => {
      const plan = await replicas.planUnderWay();
      const pending = await after(0, hourly);
      await replicas.repositories.actionPlans.transition(plan, 'ONGOING', 'SUCCEEDED');
      await replicas.pass(3600);

      expect(pending).to.include({
        state: 'PENDING',
        nextRunAt: instant('13:00:00'),
        statusMessage: `The last run was skipped: The action plan ${plan} is under way.`,
      });
      expect(await replicas.audit(pending.uuid)).to.include({ state: 'ONGOING' });
    });

    it('run when they are forced to (K26)', async () => {
      await replicas.planUnderWay();
      const audit = await after(0, { ...hourly, force: true });

      expect(audit).to.include({ state: 'ONGOING' });
      expect(await replicas.plans(audit.uuid)).to.have.length(1);
    });
  });

  describe('that are suspended (B47)', () => {
    it('do not run, and break off', async () => {
      const { uuid } = await replicas.create(hourly);
      let begun = 0;
      replicas.gather = (_, signal) => {
        begun += 1;
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      };
      const runner = await replicas.start('here');
      await until(() => begun === 1);
      await replicas.repositories.audits.transition(uuid, 'ONGOING', 'SUSPENDED', { nextRunAt: null });
      runner.cancel(uuid);
      await replicas.pass(7200);

      expect(await replicas.audit(uuid)).to.include({ state: 'SUSPENDED', runUuid: null });
      expect(await replicas.plans(uuid)).to.deep.equal([]);
      expect(begun).to.equal(1);
    });

    it('break off at the next look when another replica was told', async () => {
      const { uuid } = await replicas.create(hourly);
      let isBrokenOff = false;
      replicas.gather = (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            isBrokenOff = true;
            reject(signal.reason as Error);
          });
        });
      const runner = await replicas.start('here');
      await until(async () => (await replicas.audit(uuid)).runUuid !== null);
      await runner.recover();
      const before = isBrokenOff;
      await replicas.repositories.audits.transition(uuid, 'ONGOING', 'SUSPENDED');
      await runner.recover();
      await replicas.settled();

      expect([before, isBrokenOff]).to.deep.equal([false, true]);
      expect(await replicas.audit(uuid)).to.include({ state: 'SUSPENDED', runUuid: null });
    });

    it('store no plan when another replica was told', async () => {
      const { uuid } = await replicas.create(hourly);
      replicas.gather = () => replicas.repositories.audits.transition(uuid, 'ONGOING', 'SUSPENDED');
      await replicas.start('here');
      await replicas.settled();

      expect(await replicas.audit(uuid)).to.include({ state: 'SUSPENDED', runUuid: null });
      expect(await replicas.plans(uuid)).to.deep.equal([]);
    });
  });

  it('are due still when the service stops in the middle', async () => {
    const { uuid } = await replicas.create(hourly);
    replicas.gather = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const runner = await replicas.start('here');
    await until(async () => (await replicas.audit(uuid)).runUuid !== null);
    await runner.stop();
    const stopped = await replicas.audit(uuid);
    replicas.gather = () => Promise.resolve();
    await replicas.start('there');
    await replicas.settled();

    expect(stopped).to.include({ state: 'PENDING', runUuid: null, nextRunAt: instant('12:00:00') });
    expect(await replicas.plans(uuid)).to.have.length(1);
  });

  describe('of a replica that is gone (B109)', () => {
    /** Killed in the middle of the run. */
    async function killed(audit: Partial<New<Audit>>): Promise<string> {
      const { uuid } = await replicas.create(audit);
      replicas.gather = () => new Promise(() => undefined);
      await replicas.start('here');
      await until(async () => (await replicas.audit(uuid)).runUuid !== null);
      replicas.kill('here');
      replicas.gather = () => Promise.resolve();
      return uuid;
    }

    it('are taken over, and the run is done again', async () => {
      const uuid = await killed(hourly);
      await replicas.start('there');
      await replicas.settled();

      expect(await replicas.audit(uuid)).to.include({ state: 'ONGOING', hostname: 'there', runUuid: null });
      expect(await replicas.plans(uuid)).to.have.length(1);
    });

    it('are left to it as long as it is alive', async () => {
      const uuid = await killed(hourly);
      replicas.alive.add('here');
      await replicas.start('there');
      await replicas.settled();

      expect(await replicas.audit(uuid)).to.include({ hostname: 'here' });
      expect(await replicas.plans(uuid)).to.deep.equal([]);
    });

    it('are taken over by its next start, too', async () => {
      const uuid = await killed(hourly);
      await replicas.start('here');
      await replicas.settled();

      expect(await replicas.plans(uuid)).to.have.length(1);
    });

    it('are cancelled with a sentence when they are ONESHOT (B52)', async () => {
      const uuid = await killed({ auditType: 'ONESHOT' });
      await replicas.start('there');

      expect(await replicas.audit(uuid)).to.include({
        state: 'CANCELLED',
        statusMessage: 'The service on here was interrupted while this audit was running.',
      });
    });

    it('can be triggered again when they are of the type EVENT', async () => {
      const uuid = await killed({ auditType: 'EVENT', nextRunAt: '2026-03-01T12:00:00.000Z' });
      await replicas.start('there');

      expect(await replicas.audit(uuid)).to.include({
        state: 'PENDING',
        nextRunAt: null,
        statusMessage:
          'The service on here was interrupted while this audit was running. It can be triggered again.',
      });
    });
  });
});

describe('event audits (B46)', () => {
  let replicas: Replicas;
  beforeEach(async () => {
    replicas = await Replicas.open();
    await replicas.start('here');
  });
  afterEach(() => replicas.close());

  /** As the webhook does it. */
  async function trigger(uuid: string): Promise<Audit> {
    const nextRunAt = new Date(replicas.clock.now()).toISOString();
    await replicas.repositories.audits.update(uuid, { nextRunAt });
    await replicas.look();
    return replicas.audit(uuid);
  }

  it('run once for each event', async () => {
    const { uuid } = await replicas.create({ auditType: 'EVENT', interval: '60' });
    await replicas.look();
    await replicas.pass(3600);
    const waiting = await replicas.audit(uuid);

    const once = await trigger(uuid);
    await replicas.pass(3600);
    const twice = await trigger(uuid);

    expect(waiting).to.include({ state: 'PENDING' });
    for (const audit of [once, twice]) expect(audit).to.include({ state: 'SUCCEEDED', nextRunAt: null });
    const plans = await replicas.plans(uuid);
    // as in Watcher, an earlier plan stays
    expect(plans.map(({ state }) => state)).to.deep.equal(['RECOMMENDED', 'RECOMMENDED']);
  });

  for (const state of ['PENDING', 'SUCCEEDED'] as const) {
    it(`that are ${state} stay so when a plan is under way (B50)`, async () => {
      const { uuid } = await replicas.create({ auditType: 'EVENT', state });
      const plan = await replicas.planUnderWay();

      const audit = await trigger(uuid);

      expect(audit).to.include({ state, nextRunAt: null, runUuid: null });
      expect(audit.statusMessage).to.equal(`Skipped: The action plan ${plan} is under way.`);
    });
  }

  it('fail with a sentence', async () => {
    const { uuid } = await replicas.create({ auditType: 'EVENT' });
    replicas.gather = () => Promise.reject(new Error('Nova does not answer.'));

    expect(await trigger(uuid)).to.include({ state: 'FAILED', statusMessage: 'Nova does not answer.' });
  });
});

/** Turns of the event loop, a bounded number. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 2000; n += 1) {
    if (await isSo()) return;
    await new Promise(resolve => {
      setImmediate(resolve);
    });
  }
  throw new Error('it never came');
}
