import { expect } from 'chai';
import * as fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import type { Database } from '../../db/connect.ts';
import type { PurgedTable, PurgeOptions } from '../../db/purge.ts';
import { findPurgeable, purge, PURGED_TABLES } from '../../db/purge.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const DAY_MS = 86_400_000;
const GOALS = ['cool', 'calm'];

/** Undefined: live. */
type DeletedDaysAgo = number | undefined;

interface AuditTree {
  readonly goal: string;
  readonly deleted: DeletedDaysAgo;
  readonly plans: readonly {
    readonly deleted: DeletedDaysAgo;
    readonly actions: readonly DeletedDaysAgo[];
  }[];
}

const deletedArbitrary = fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined, freq: 3 });
const treeArbitrary: fc.Arbitrary<AuditTree> = fc.record({
  goal: fc.constantFrom(...GOALS),
  deleted: deletedArbitrary,
  plans: fc.array(
    fc.record({ deleted: deletedArbitrary, actions: fc.array(deletedArbitrary, { maxLength: 3 }) }),
    { maxLength: 3 },
  ),
});
const templateArbitrary = fc.record({ goal: fc.constantFrom(...GOALS), deleted: deletedArbitrary });

/** What every database must do when it is purged. `open` gives a new one, without rows. */
export function describePurge(open: (now: () => Date) => Promise<Database>, numRuns: number): void {
  let database: Database;
  beforeEach(async () => {
    database = await open(() => new Date(NOW));
  });
  afterEach(() => database.knex.destroy());

  const options = (days: number, more: Partial<PurgeOptions> = {}): PurgeOptions => ({
    deletedBefore: new Date(NOW - days * DAY_MS),
    ...more,
  });

  it('removes what was deleted long enough ago with what belongs to it, and nothing that lives (110)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(treeArbitrary, { maxLength: 6 }),
        fc.array(templateArbitrary, { maxLength: 3 }),
        fc.integer({ min: 0, max: 9 }),
        fc.option(fc.constantFrom(...GOALS), { nil: undefined }),
        async (trees, templates, days, goalName) => {
          await empty(database);
          const uuids = await store(database, trees, templates);

          const found = await findPurgeable(database, options(days, { goalName }));
          const purged = await purge(database, options(days, { goalName }));

          const stays = expectedToStay(uuids, trees, templates, days, goalName);
          expect(await allUuids(database)).to.deep.equal(stays.toSorted());
          expect(purged).to.deep.equal(found);
          expect(rowsOf(purged)).to.equal(uuids.all.length - stays.length);
          expect(rowsOf(await findPurgeable(database, options(days, { goalName })))).to.equal(0);
        },
      ),
      { numRuns },
    );
  }).timeout(60_000);

  it('keeps to its limit, never leaves an orphan, and comes to the same end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(treeArbitrary, { maxLength: 5 }),
        fc.integer({ min: 1, max: 5 }),
        async (trees, limit) => {
          await empty(database);
          const uuids = await store(database, trees, []);
          for (;;) {
            const before = await allUuids(database);
            const purged = rowsOf(await purge(database, options(3, { limit })));

            const after = await allUuids(database);
            expect(before.length - after.length)
              .to.equal(purged)
              .and.to.be.at.most(limit);
            expect(await orphans(database)).to.equal(0);
            if (purged === 0) break;
          }
          const stays = expectedToStay(uuids, trees, [], 3, undefined);
          expect(await allUuids(database)).to.deep.equal(stays.toSorted());
        },
      ),
      { numRuns: Math.ceil(numRuns / 2) },
    );
  }).timeout(60_000);

  it('removes many rows in small steps, and stops between two of them when it is told to', async () => {
    const actions = Array.from({ length: 1200 }, () => 5);
    await store(database, [{ goal: 'cool', deleted: 5, plans: [{ deleted: 5, actions }] }], []);
    const stopped = new AbortController();
    let steps = 0;
    database.knex.on('query', ({ sql }: { sql: string }) => {
      if (/^delete/i.test(sql) && ++steps === 2) stopped.abort();
    });

    const error: unknown = await purge(database, options(1, { signal: stopped.signal })).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.have.property('name', 'AbortError');
    expect(await allUuids(database)).to.have.length(202);

    expect(rowsOf(await purge(database, options(1)))).to.equal(202);
  });

  it('leaves alone what comes to life or is added while it works', async () => {
    const uuids = await store(
      database,
      [{ goal: 'cool', deleted: 5, plans: [{ deleted: 5, actions: [5] }] }],
      [{ goal: 'cool', deleted: 5 }],
    );
    let isDone = false;
    database.knex.on('query-response', (_rows: unknown, { sql }: { sql: string }) => {
      if (isDone || !/^delete from .actions/i.test(sql)) return;
      isDone = true;
      void database.knex('actions').insert(row({ action_plan_uuid: uuids.all[1]!, action_type: 'nop', input_parameters: '{}', state: 'PENDING', parents: '[]' })); // prettier-ignore
    });

    const purged = await purge(database, options(1));

    expect(isDone).to.equal(true);
    expect(await orphans(database)).to.equal(0);
    expect(purged.find(({ table }) => table === 'audit_templates')).to.deep.include({ rows: 1 });
  });

  it('removes goals and strategies that have vanished once nothing refers to them', async () => {
    const day = (daysAgo: number) => new Date(NOW - daysAgo * DAY_MS).toISOString();
    const entry = (kind: string, name: string, deleted_at: string | null) => ({ uuid: randomUUID(), kind, name, created_at: day(9), deleted_at }); // prettier-ignore
    await database
      .knex('catalogue')
      .insert([
        entry('goal', 'cool', day(5)),
        entry('goal', 'calm', day(5)),
        entry('goal', 'new', null),
        entry('strategy', 'fresh', day(0.5)),
        entry('strategy', 'old', day(5)),
      ]);
    await store(database, [{ goal: 'cool', deleted: undefined, plans: [] }, { goal: 'calm', deleted: 4, plans: [] }], []); // prettier-ignore
    const names = async () =>
      (await database.knex('catalogue').orderBy('id')).map(({ name }: { name: string }) => name);

    const found = await findPurgeable(database, options(1));
    const purged = await purge(database, options(1));

    expect(purged).to.deep.equal(found);
    expect(purged.at(-1)).to.deep.equal({ table: 'catalogue', rows: 2, kept: 1 });
    expect(await names()).to.deep.equal(['cool', 'new', 'fresh']);
  });

  it('knows every table whose rows can be deleted softly', async () => {
    const found: string[] = [];
    const isMysql = database.knex.client.dialect === 'mysql';
    const tables = await database.knex.raw(
      isMysql ? 'SHOW TABLES' : "SELECT name FROM sqlite_master WHERE type = 'table'",
    );
    for (const each of (isMysql ? tables[0] : tables) as object[]) {
      const table = String(Object.values(each)[0]);
      if (await database.knex.schema.hasColumn(table, 'deleted_at')) found.push(table);
    }

    expect(found.toSorted()).to.deep.equal([...PURGED_TABLES].toSorted());
  });
}

/** The same by thinking: UUIDs of all rows that must be there afterwards. */
function expectedToStay(
  uuids: StoredUuids,
  trees: readonly AuditTree[],
  templates: readonly { readonly goal: string; readonly deleted: DeletedDaysAgo }[],
  days: number,
  goalName: string | undefined,
): readonly string[] {
  const isOld = (deleted: DeletedDaysAgo) => deleted !== undefined && deleted >= days;
  const stays: string[] = [];
  trees.forEach((tree, at) => {
    const ids = uuids.trees[at]!;
    const isMeant = goalName === undefined || tree.goal === goalName;
    let hasLivePlan = false;
    tree.plans.forEach((plan, planAt) => {
      const hasLiveAction = plan.actions.includes(undefined);
      hasLivePlan ||= plan.deleted === undefined || hasLiveAction;
      const planIsDue = plan.deleted !== undefined && (isOld(plan.deleted) || isOld(tree.deleted));
      plan.actions.forEach((action, actionAt) => {
        const isDue = action !== undefined && (isOld(action) || planIsDue);
        if (!isDue || !isMeant) stays.push(ids.plans[planAt]!.actions[actionAt]!);
      });
      if (!planIsDue || hasLiveAction || !isMeant) stays.push(ids.plans[planAt]!.uuid);
    });
    if (!isOld(tree.deleted) || hasLivePlan || !isMeant) stays.push(ids.uuid);
  });
  templates.forEach(({ goal, deleted }, at) => {
    const isMeant = goalName === undefined || goal === goalName;
    if (!isOld(deleted) || !isMeant) stays.push(uuids.templates[at]!);
  });
  return stays;
}

interface StoredUuids {
  readonly all: readonly string[];
  readonly trees: readonly {
    readonly uuid: string;
    readonly plans: readonly { readonly uuid: string; readonly actions: readonly string[] }[];
  }[];
  readonly templates: readonly string[];
}

function row(columns: Readonly<Record<string, unknown>>, deleted?: DeletedDaysAgo) {
  return {
    uuid: randomUUID(),
    created_at: '2026-01-01T00:00:00.000Z',
    deleted: 0,
    deleted_at: null,
    ...(deleted === undefined
      ? {}
      : {
          deleted_at: new Date(NOW - deleted * DAY_MS).toISOString(),
          deleted: Math.ceil(Math.random() * 4e9),
        }),
    ...columns,
  };
}

async function store(
  { knex }: Database,
  trees: readonly AuditTree[],
  templates: readonly { readonly goal: string; readonly deleted: DeletedDaysAgo }[],
): Promise<StoredUuids> {
  const all: string[] = [];
  const insert = async (
    table: string,
    columns: Readonly<Record<string, unknown>>,
    deleted: DeletedDaysAgo,
  ) => {
    const inserted = row(columns, deleted);
    await knex(table).insert(inserted);
    all.push(inserted.uuid);
    return inserted.uuid;
  };
  const named = (goal: string) => ({ name: 'x', name_key: randomUUID(), goal_name: goal, scope: '[]' });
  const storedTrees: StoredUuids['trees'][number][] = [];
  for (const { goal, deleted, plans } of trees) {
    const uuid = await insert('audits', { ...named(goal), audit_type: 'ONESHOT', state: 'x', parameters: '{}', auto_trigger: 0, force: 0 }, deleted); // prettier-ignore
    const storedPlans: { uuid: string; actions: string[] }[] = [];
    for (const plan of plans) {
      const planUuid = await insert('action_plans', { audit_uuid: uuid, strategy_name: 's', state: 'x', efficacy_indicators: '[]', global_efficacy: '[]' }, plan.deleted); // prettier-ignore
      const actions = plan.actions.map(each => row({ action_plan_uuid: planUuid, action_type: 'nop', input_parameters: '{}', state: 'x', parents: '[]' }, each)); // prettier-ignore
      for (let at = 0; at < actions.length; at += 400)
        await knex('actions').insert(actions.slice(at, at + 400));
      all.push(...actions.map(each => each.uuid));
      storedPlans.push({ uuid: planUuid, actions: actions.map(each => each.uuid) });
    }
    storedTrees.push({ uuid, plans: storedPlans });
  }
  const storedTemplates: string[] = [];
  for (const { goal, deleted } of templates) {
    storedTemplates.push(await insert('audit_templates', { ...named(goal), default_parameters: '{}' }, deleted)); // prettier-ignore
  }
  return { all, trees: storedTrees, templates: storedTemplates };
}

const TABLES = ['actions', 'action_plans', 'audits', 'audit_templates'];

async function empty({ knex }: Database): Promise<void> {
  for (const table of TABLES) await knex(table).delete();
}

async function allUuids({ knex }: Database): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of TABLES) found.push(...(await knex(table).pluck('uuid')));
  return found.toSorted();
}

/** Rows whose parent is not there at all. */
async function orphans({ knex }: Database): Promise<number> {
  const plans = await knex('action_plans').whereNotIn('audit_uuid', knex('audits').select('uuid'));
  const actions = await knex('actions').whereNotIn('action_plan_uuid', knex('action_plans').select('uuid'));
  return plans.length + actions.length;
}

function rowsOf(tables: readonly PurgedTable[]): number {
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}
