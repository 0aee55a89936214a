import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Database } from '../../db/connect.ts';
import { DuplicateNameError, UnknownMarkerError } from '../../db/errors.ts';
import { createRepositories } from '../../db/repositories.ts';
import type { Repositories } from '../../plugin/lifecycle/repositories.ts';
import { newAction, newAudit, newPlan, newTemplate } from './rows.ts';

/** What every database must do. `open` gives a new one, without rows, whose clock is `now`. */
export function describeRepositories(open: (now: () => Date) => Promise<Database>): void {
  let repositories: Repositories;
  let now: Date;

  beforeEach(async () => {
    now = new Date('2026-03-01T12:00:00.000Z');
    repositories = createRepositories(await open(() => now));
  });
  afterEach(() => repositories.close());

  const tick = () => {
    now = new Date(now.getTime() + 1000);
  };

  describe('rows', () => {
    it('gives back what was created, with its id and the time', async () => {
      const audit = newAudit({ parameters: { a: [1, { ü: null }] }, autoTrigger: true, scope: [{ b: 2 }] });

      const created = await repositories.audits.create(audit);

      expect(created).to.deep.equal({
        ...audit,
        id: created.id,
        createdAt: '2026-03-01T12:00:00.000Z',
        updatedAt: null,
        deletedAt: null,
      });
      expect(created.id).to.be.greaterThan(0);
      expect(await repositories.audits.find(audit.uuid)).to.deep.equal(created);
    });

    it('keeps text of any script and any length', async () => {
      const description = `“ ' \\ % _ 🐦 ${'x'.repeat(20_000)}`;
      const { uuid } = await repositories.auditTemplates.create(
        newTemplate({ name: 'Größe 大', description }),
      );

      const found = await repositories.auditTemplates.find(uuid);

      expect(found).to.include({ name: 'Größe 大', description });
    });

    it('knows nothing of a row that is not there', async () => {
      expect(await repositories.audits.find(randomUUID())).to.equal(undefined);
      expect(await repositories.audits.update(randomUUID(), { statusMessage: 'x' })).to.equal(undefined);
      expect(await repositories.audits.softDelete(randomUUID())).to.equal(false);
    });

    it('changes what it is told to and nothing else', async () => {
      const audit = await repositories.audits.create(newAudit({ force: true }));
      tick();

      const changed = await repositories.audits.update(audit.uuid, { force: false, hostname: 'one' });

      expect(changed).to.deep.equal({
        ...audit,
        force: false,
        hostname: 'one',
        updatedAt: '2026-03-01T12:00:01.000Z',
      });
      expect(await repositories.audits.find(audit.uuid)).to.deep.equal(changed);
    });

    it('gives the row also when an update changes nothing', async () => {
      const audit = await repositories.audits.create(newAudit());

      const once = await repositories.audits.update(audit.uuid, { hostname: 'one' });
      const twice = await repositories.audits.update(audit.uuid, { hostname: 'one' });

      expect(twice).to.deep.equal(once);
    });
  });

  describe('what was seen', () => {
    it('decides whether a row is changed', async () => {
      const { uuid } = await repositories.audits.create(newAudit({ state: 'ONGOING', runUuid: 'one' }));
      const { audits } = repositories;

      const stale = await audits.transition(uuid, 'ONGOING', 'SUCCEEDED', {}, { runUuid: 'two' });
      const none = await audits.update(uuid, { hostname: 'x' }, { runUuid: null });
      const both = await audits.update(uuid, { hostname: 'y' }, { runUuid: 'one', nextRunAt: null });
      const right = await audits.transition(
        uuid,
        'ONGOING',
        'SUCCEEDED',
        { runUuid: null },
        { runUuid: 'one' },
      );

      expect([stale, none]).to.deep.equal([undefined, undefined]);
      expect(both).to.include({ hostname: 'y' });
      expect(right).to.include({ state: 'SUCCEEDED', runUuid: null });
    });

    it('lets exactly one of many begin a run', async () => {
      const { uuid } = await repositories.audits.create(newAudit({ state: 'ONGOING', nextRunAt: 'then' }));

      const begun = await Promise.all(
        ['a', 'b', 'c', 'd'].map(runUuid =>
          repositories.audits.transition(
            uuid,
            'ONGOING',
            'ONGOING',
            { runUuid },
            { runUuid: null, nextRunAt: 'then' },
          ),
        ),
      );

      expect(begun.filter(row => row !== undefined)).to.have.length(1);
    });
  });

  describe('the plan of a run', () => {
    async function ongoing(): Promise<{ auditUuid: string; earlier: string }> {
      const { uuid } = await repositories.audits.create(newAudit({ state: 'ONGOING', runUuid: 'mine' }));
      const plan = newPlan({ auditUuid: uuid });
      await repositories.actionPlans.createWithActions(plan, [newAction({ actionPlanUuid: plan.uuid })]);
      return { auditUuid: uuid, earlier: plan.uuid };
    }

    it('is stored and takes the place of the recommended ones of its audit (B49)', async () => {
      const { auditUuid, earlier } = await ongoing();
      const started = newPlan({ auditUuid, state: 'ONGOING' });
      await repositories.actionPlans.createWithActions(started, []);
      const plan = newPlan({ auditUuid });

      const stored = await repositories.actionPlans.createForRun(
        plan,
        [newAction({ actionPlanUuid: plan.uuid })],
        {
          runUuid: 'mine',
          replaces: 'A newer one came.',
        },
      );

      expect(stored).to.include({ uuid: plan.uuid, state: 'RECOMMENDED' });
      const cancelled = { state: 'CANCELLED', statusMessage: 'A newer one came.' };
      expect(await repositories.actionPlans.find(earlier)).to.include(cancelled);
      expect((await repositories.actions.list({ where: { actionPlanUuid: earlier } }))[0]).to.include(
        cancelled,
      );
      expect(await repositories.actionPlans.find(started.uuid)).to.include({ state: 'ONGOING' });
    });

    it('is not stored, and replaces nothing, once the run is not that of the audit any more', async () => {
      const { auditUuid, earlier } = await ongoing();
      const plans = repositories.actionPlans;
      const other = { runUuid: 'another', replaces: 'x' };
      const mine = { runUuid: 'mine', replaces: 'x' };

      const foreign = await plans.createForRun(newPlan({ auditUuid }), [], other);
      await repositories.audits.transition(auditUuid, 'ONGOING', 'CANCELLED');
      const cancelled = await plans.createForRun(newPlan({ auditUuid }), [], mine);

      expect([foreign, cancelled]).to.deep.equal([undefined, undefined]);
      expect(await plans.list({ where: { auditUuid } })).to.have.length(1);
      expect(await plans.find(earlier)).to.include({ state: 'RECOMMENDED' });
    });
  });

  describe('names', () => {
    it('refuses a second live row with the same name, whatever its case', async () => {
      await repositories.audits.create(newAudit({ name: 'Überlast' }));

      const error = await failure(repositories.audits.create(newAudit({ name: 'überLAST' })));

      expect(error).to.be.instanceOf(DuplicateNameError);
      expect(error.message).to.equal('An audit with UUID or name überLAST already exists');
    });

    it('refuses to rename a row to a taken name', async () => {
      await repositories.auditTemplates.create(newTemplate({ name: 'one' }));
      const { uuid } = await repositories.auditTemplates.create(newTemplate({ name: 'two' }));

      const error = await failure(repositories.auditTemplates.update(uuid, { name: 'ONE' }));

      expect(error).to.be.instanceOf(DuplicateNameError);
      expect(error.message).to.equal('An audit_template with UUID or name ONE already exists');
      expect(await repositories.auditTemplates.find(uuid)).to.include({ name: 'two' });
    });

    it('lets exactly one of two have a name that both want at once', async () => {
      const ends = await Promise.allSettled([
        repositories.audits.create(newAudit({ name: 'same' })),
        repositories.audits.create(newAudit({ name: 'same' })),
      ]);

      expect(ends.map(end => end.status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
    });

    it('frees a name by deletion, any number of times', async () => {
      for (let round = 0; round < 3; round += 1) {
        const { uuid } = await repositories.auditTemplates.create(newTemplate({ name: 'again' }));
        expect(await repositories.auditTemplates.softDelete(uuid)).to.equal(true);
      }
      const last = await repositories.auditTemplates.create(newTemplate({ name: 'again' }));

      expect(await repositories.auditTemplates.findByIdentifier('again')).to.deep.equal(last);
    });

    it('finds a row by UUID, by name without its case, and by id', async () => {
      const audit = await repositories.audits.create(newAudit({ name: 'Morning Round' }));
      const byNumber = await repositories.audits.create(newAudit({ name: '123456' }));
      const findByIdentifier = (identifier: string) => repositories.audits.findByIdentifier(identifier);

      expect(await findByIdentifier(audit.uuid)).to.deep.equal(audit);
      expect(await findByIdentifier(audit.uuid.toUpperCase())).to.deep.equal(audit);
      expect(await findByIdentifier('morning round')).to.deep.equal(audit);
      expect(await findByIdentifier(String(audit.id))).to.deep.equal(audit);
      expect(await findByIdentifier('123456')).to.deep.equal(byNumber);
      expect(await findByIdentifier('morning')).to.equal(undefined);
      expect(await findByIdentifier('99999999999999999999')).to.equal(undefined);
    });
  });

  it('counts live rows by type and state', async () => {
    const audits = [
      newAudit({ state: 'FAILED' }),
      newAudit({ state: 'PENDING' }),
      newAudit({ state: 'FAILED' }),
    ];
    for (const audit of audits) await repositories.audits.create(audit);
    const gone = await repositories.audits.create(newAudit({ state: 'FAILED' }));
    await repositories.audits.softDelete(gone.uuid);
    const plan = newPlan({ auditUuid: audits[0]!.uuid, state: 'RECOMMENDED' });
    const action = newAction({ actionPlanUuid: plan.uuid, state: 'PENDING' });
    await repositories.actionPlans.createWithActions(plan, [action]);

    const counts = await repositories.recordCounts.byState();

    const { auditType: type } = audits[0]!;
    expect(counts.audits).to.have.deep.members([
      { type, state: 'FAILED', count: 2 },
      { type, state: 'PENDING', count: 1 },
    ]);
    expect(counts.actionPlans).to.deep.equal([{ type: '', state: 'RECOMMENDED', count: 1 }]);
    expect(counts.actions).to.deep.equal([{ type: action.actionType, state: 'PENDING', count: 1 }]);
  });

  describe('deletion', () => {
    it('hides the row unless asked for', async () => {
      const { uuid } = await repositories.auditTemplates.create(newTemplate({ name: 'gone' }));
      tick();

      expect(await repositories.auditTemplates.softDelete(uuid)).to.equal(true);

      expect(await repositories.auditTemplates.find(uuid)).to.equal(undefined);
      expect(await repositories.auditTemplates.findByIdentifier('gone')).to.equal(undefined);
      expect(await repositories.auditTemplates.list()).to.deep.equal([]);
      expect(await repositories.auditTemplates.find(uuid, { includeDeleted: true })).to.include({
        deletedAt: '2026-03-01T12:00:01.000Z',
      });
      expect(await repositories.auditTemplates.list({ includeDeleted: true })).to.have.length(1);
    });

    it('happens once', async () => {
      const { uuid } = await repositories.audits.create(newAudit());

      expect(await repositories.audits.softDelete(uuid)).to.equal(true);
      expect(await repositories.audits.softDelete(uuid)).to.equal(false);
      expect(await repositories.audits.update(uuid, { statusMessage: 'x' })).to.equal(undefined);
      expect(await repositories.audits.transition(uuid, 'DELETED', 'PENDING')).to.equal(undefined);
      expect(await repositories.audits.find(uuid, { includeDeleted: true })).to.include({
        state: 'DELETED',
        statusMessage: null,
      });
    });

    it('spares a row whose state is none of those asked for', async () => {
      const { uuid } = await repositories.audits.create(newAudit({ state: 'PENDING' }));

      expect(await repositories.audits.softDelete(uuid, ['SUCCEEDED', 'FAILED'])).to.equal(false);
      expect(await repositories.audits.find(uuid)).to.include({ state: 'PENDING', deletedAt: null });

      expect(await repositories.audits.softDelete(uuid, ['SUCCEEDED', 'PENDING'])).to.equal(true);
      const deleted = await repositories.audits.find(uuid, { includeDeleted: true });
      expect(deleted).to.include({ state: 'DELETED' });
    });

    it('of a plan deletes its actions and no others', async () => {
      const { uuid: auditUuid } = await repositories.audits.create(newAudit());
      const plan = newPlan({ auditUuid, state: 'FAILED' });
      const other = newPlan({ auditUuid });
      await repositories.actionPlans.createWithActions(plan, [newAction({ actionPlanUuid: plan.uuid })]);
      await repositories.actionPlans.createWithActions(other, [newAction({ actionPlanUuid: other.uuid })]);

      expect(await repositories.actionPlans.softDelete(plan.uuid, ['PENDING'])).to.equal(false);
      expect(await repositories.actions.list()).to.have.length(2);

      expect(await repositories.actionPlans.softDelete(plan.uuid, ['FAILED'])).to.equal(true);
      const left = await repositories.actions.list();
      expect(left.map(action => action.actionPlanUuid)).to.deep.equal([other.uuid]);
      const [deleted] = await repositories.actions.list({
        where: { actionPlanUuid: plan.uuid },
        includeDeleted: true,
      });
      expect(deleted).to.include({ state: 'DELETED', deletedAt: now.toISOString() });
    });

    it('of an audit spares its plans', async () => {
      const { uuid: auditUuid } = await repositories.audits.create(newAudit());
      const plan = await repositories.actionPlans.create(newPlan({ auditUuid }));

      await repositories.audits.softDelete(auditUuid);

      expect(await repositories.actionPlans.list({ where: { auditUuid } })).to.deep.equal([plan]);
    });
  });

  describe('transition', () => {
    it('changes the state and other fields at once', async () => {
      const { uuid } = await repositories.audits.create(newAudit({ state: 'PENDING' }));
      tick();

      const changed = await repositories.audits.transition(uuid, 'PENDING', 'ONGOING', { hostname: 'one' });

      expect(changed).to.include({
        state: 'ONGOING',
        hostname: 'one',
        updatedAt: '2026-03-01T12:00:01.000Z',
      });
      expect(await repositories.audits.find(uuid)).to.deep.equal(changed);
    });

    it('leaves a row alone whose state is another', async () => {
      const audit = await repositories.audits.create(newAudit({ state: 'SUCCEEDED' }));

      const changed = await repositories.audits.transition(audit.uuid, ['PENDING', 'ONGOING'], 'CANCELLED');

      expect(changed).to.equal(undefined);
      expect(await repositories.audits.find(audit.uuid)).to.deep.equal(audit);
    });

    it('takes any of several states', async () => {
      const { uuid } = await repositories.audits.create(newAudit({ state: 'ONGOING' }));

      const changed = await repositories.audits.transition(uuid, ['PENDING', 'ONGOING'], 'CANCELLED');

      expect(changed).to.include({ state: 'CANCELLED' });
    });

    it('lets exactly one of many win', async () => {
      const { uuid } = await repositories.audits.create(newAudit({ state: 'PENDING' }));
      const hosts = ['one', 'two', 'three', 'four', 'five', 'six'];

      const claims = await Promise.all(
        hosts.map(hostname => repositories.audits.transition(uuid, 'PENDING', 'ONGOING', { hostname })),
      );

      const winners = hosts.filter((_, index) => claims[index] !== undefined);
      expect(winners).to.have.length(1);
      expect(await repositories.audits.find(uuid)).to.include({ state: 'ONGOING', hostname: winners[0] });
    });

    it('and deletion exclude each other', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { uuid: auditUuid } = await repositories.audits.create(newAudit());
        const { uuid } = await repositories.actionPlans.create(newPlan({ auditUuid, state: 'RECOMMENDED' }));

        const [started, deleted] = await Promise.all([
          repositories.actionPlans.transition(uuid, 'RECOMMENDED', 'PENDING'),
          repositories.actionPlans.softDelete(uuid, ['RECOMMENDED']),
        ]);

        expect(started !== undefined).to.not.equal(deleted);
      }
    });
  });

  describe('plans', () => {
    it('are stored with all their actions, in order', async () => {
      const { uuid: auditUuid } = await repositories.audits.create(newAudit());
      const plan = newPlan({
        auditUuid,
        globalEfficacy: [{ name: 'x', description: 'X', unit: '%', value: 12.5 }],
      });
      const actions = Array.from({ length: 1200 }, (_, index) =>
        newAction({ actionPlanUuid: plan.uuid, reason: `number ${index}`, parents: [randomUUID()] }),
      );

      const created = await repositories.actionPlans.createWithActions(plan, actions);

      expect(created).to.deep.include(plan);
      const stored = await repositories.actions.list({ where: { actionPlanUuid: plan.uuid } });
      expect(stored.map(action => action.reason)).to.deep.equal(actions.map(action => action.reason));
      expect(stored[7]).to.deep.include(actions[7]);
    });

    it('are not stored when one of their actions cannot be', async () => {
      const { uuid: auditUuid } = await repositories.audits.create(newAudit());
      const plan = newPlan({ auditUuid });
      const action = newAction({ actionPlanUuid: plan.uuid });

      const error = await failure(repositories.actionPlans.createWithActions(plan, [action, action]));

      expect(error).to.be.instanceOf(Error);
      expect(await repositories.actionPlans.list()).to.deep.equal([]);
      expect(await repositories.actions.list()).to.deep.equal([]);
    });

    it('belong to an audit that exists', async () => {
      const error = await failure(repositories.actionPlans.create(newPlan({ auditUuid: randomUUID() })));

      expect(error.message).to.match(/foreign key/i);
    });
  });

  describe('lists', () => {
    /** Names in the order of ids; hostname has equal values and nulls. */
    const hosts: Readonly<Record<string, string | null>> = {
      b: 'h1',
      d: null,
      a: 'h2',
      e: 'h1',
      c: null,
      f: 'h2',
    };

    const createAudits = async () => {
      for (const [name, hostname] of Object.entries(hosts)) {
        await repositories.audits.create(
          newAudit({ name, hostname, state: name < 'd' ? 'PENDING' : 'FAILED' }),
        );
      }
    };

    for (const [sortKey, sortDirection, expected] of [
      [undefined, undefined, 'bdaecf'],
      ['id', 'desc', 'fceadb'],
      ['name', 'asc', 'abcdef'],
      ['name', 'desc', 'fedcba'],
      ['hostname', 'asc', 'dcbeaf'],
      ['hostname', 'desc', 'faebcd'],
    ] as const) {
      it(`in pages of any size, by ${sortKey ?? 'nothing'} ${sortDirection ?? ''}`, async () => {
        await createAudits();
        const order = {
          ...(sortKey === undefined ? {} : { sortKey }),
          ...(sortDirection === undefined ? {} : { sortDirection }),
        };

        for (const limit of [1, 2, 4, 100]) {
          let names = '';
          let marker: string | undefined;
          for (;;) {
            const page = await repositories.audits.list({
              ...order,
              limit,
              ...(marker === undefined ? {} : { marker }),
            });
            expect(page.length).to.be.at.most(limit);
            if (page.length === 0) break;
            names += page.map(audit => audit.name).join('');
            marker = page.at(-1)!.uuid;
          }
          expect(names).to.equal(expected);
        }
      });
    }

    it('by equality, by one of several values, by null and by truth', async () => {
      await createAudits();
      await repositories.audits.create(newAudit({ name: 'g', autoTrigger: true, hostname: 'h3' }));
      const namesOf = async (where: object) =>
        (await repositories.audits.list({ where })).map(audit => audit.name).join('');

      expect(await namesOf({ hostname: 'h1' })).to.equal('be');
      expect(await namesOf({ hostname: 'h1', state: 'PENDING' })).to.equal('b');
      expect(await namesOf({ hostname: ['h1', 'h3'] })).to.equal('beg');
      expect(await namesOf({ hostname: [] })).to.equal('');
      expect(await namesOf({ hostname: null })).to.equal('dc');
      expect(await namesOf({ hostname: undefined, autoTrigger: true })).to.equal('g');
    });

    it('not after a row that does not exist or is deleted', async () => {
      await createAudits();
      const [first] = await repositories.audits.list({ limit: 1 });
      await repositories.audits.softDelete(first!.uuid);
      const marker = randomUUID();

      const unknown = await failure(repositories.audits.list({ marker }));
      const deleted = await failure(repositories.audits.list({ marker: first!.uuid }));

      expect(unknown).to.be.instanceOf(UnknownMarkerError);
      expect(unknown.message).to.contain(marker);
      expect(deleted).to.be.instanceOf(UnknownMarkerError);
      expect(await repositories.audits.list({ marker: first!.uuid, includeDeleted: true })).to.have.length(5);
    });
  });

  describe('catalogue', () => {
    it('keeps the UUID of a name for ever', async () => {
      const before = await repositories.catalogue.sync('goal', ['one', 'two']);
      const after = await repositories.catalogue.sync('goal', ['two', 'three']);

      expect([...before.keys()]).to.deep.equal(['one', 'two']);
      expect([...after.keys()]).to.deep.equal(['one', 'two', 'three']);
      expect(after.get('two')).to.deep.equal(before.get('two'));
      expect(new Set([...after.values()].map(entry => entry.uuid)).size).to.equal(3);
    });

    it('tells goals from strategies of the same name', async () => {
      const goals = await repositories.catalogue.sync('goal', ['same']);
      const strategies = await repositories.catalogue.sync('strategy', ['same']);

      expect(goals.get('same')?.uuid).to.not.equal(strategies.get('same')?.uuid);
    });

    it('gives replicas that start at once the same UUIDs', async () => {
      const [one, other] = await Promise.all([
        repositories.catalogue.sync('goal', ['a', 'b', 'c']),
        repositories.catalogue.sync('goal', ['c', 'b', 'a']),
      ]);

      expect(one.get('b')).to.deep.equal(other.get('b'));
      expect(one.size).to.equal(3);
    });
  });

  describe('services', () => {
    it('are rows by name and host, seen at their last heartbeat', async () => {
      await repositories.services.heartbeat('auspex-api', 'one');
      await repositories.services.heartbeat('auspex-api', 'two');
      tick();
      await repositories.services.heartbeat('auspex-api', 'one');

      const services = await repositories.services.list();

      expect(services.map(({ name, host, lastSeenAt }) => ({ name, host, lastSeenAt }))).to.deep.equal([
        { name: 'auspex-api', host: 'one', lastSeenAt: '2026-03-01T12:00:01.000Z' },
        { name: 'auspex-api', host: 'two', lastSeenAt: '2026-03-01T12:00:00.000Z' },
      ]);
    });

    it('tell for how long nothing was heard of them (B109)', async () => {
      await repositories.services.heartbeat('watcher-applier', 'one');
      tick();
      await repositories.services.heartbeat('watcher-applier', 'two');
      tick();
      tick();

      const services = await repositories.services.list();

      expect(services.map(({ host, silentSeconds }) => [host, silentSeconds])).to.deep.equal([
        ['one', 3],
        ['two', 2],
      ]);
    });
  });
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
