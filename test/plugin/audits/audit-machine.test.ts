import { expect } from 'chai';
import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AUDIT_TRANSITIONS, SERVICE_TRANSITIONS } from '../../../plugin/lifecycle/audit.ts';
import type { AuditState } from '../../../plugin/lifecycle/audit.ts';
import type { ApiUnderTest } from '../api/harness.ts';
import { startApi } from '../api/harness.ts';
import { GREET, QUIET, Replicas } from './replicas.ts';

interface Change {
  readonly old_state: AuditState;
  readonly new_state: AuditState;
  readonly old_run: string | null;
  readonly new_run: string | null;
  /** The tick that a run was begun for. */
  readonly tick: string | null;
  /** Who held the run before. */
  readonly holder: string | null;
  readonly at: string;
}

/** Lets the database itself write down what becomes of audits. */
async function record({ database: { knex } }: Replicas): Promise<() => Promise<Change[]>> {
  await knex.raw('CREATE TABLE changes (uuid, old_state, new_state, old_run, new_run, tick, holder, at)');
  await knex.raw(
    `CREATE TRIGGER changed AFTER UPDATE ON audits BEGIN
       INSERT INTO changes VALUES (NEW.uuid, OLD.state, NEW.state, OLD.run_uuid, NEW.run_uuid, OLD.next_run_at, OLD.hostname, NEW.updated_at);
     END`,
  );
  return () => knex<Change>('changes').select();
}

/** Runs that were taken from a replica that was alive. */
function stolen(
  log: readonly Change[],
  deaths: readonly { readonly host: string; readonly after: number }[],
): Change[] {
  return log.filter(({ old_run: run, new_run, holder }, index) => {
    if (run === null || new_run === null || run === new_run) return false;
    const begun = log.findIndex(change => change.new_run === run);
    return !deaths.some(({ host, after }) => host === holder && after > begun && after <= index);
  });
}

/** Resolves when nobody has anything to do before time passes. */
async function quiet({ database: { knex } }: Replicas): Promise<void> {
  const pool = knex.client.pool as { numUsed(): number; numPendingAcquires(): number };
  for (let turns = 0; turns < 6; turns += 1) {
    await nextTurn();
    if (pool.numUsed() > 0 || pool.numPendingAcquires() > 0) turns = 0;
  }
}

const NOON = Date.parse('2026-03-01T12:00:00Z');
const HOSTS = ['one', 'two', 'three'];
const host = fc.constantFrom(...HOSTS);

describe('the machine of audits', () => {
  let opened: Replicas | undefined;
  let serving: ApiUnderTest | undefined;
  // Also after a failure: what is open would keep the process alive.
  const closeAll = async (): Promise<void> => {
    await serving?.stop();
    for (const name of HOSTS) opened?.kill(name);
    await opened?.close();
    serving = undefined;
    opened = undefined;
  };
  afterEach(closeAll);

  describe('with several replicas, some of which die', () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('pass' as const),
          seconds: fc.integer({ min: 1, max: 400 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('kill' as const), host }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('start' as const), host }) },
    );
    const setting = fc.record({
      interval: fc.integer({ min: 20, max: 200 }),
      /** What the runs take, in turn. */
      seconds: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 5 }),
      steps: fc.array(step, { maxLength: 14 }),
    });

    it('no tick is lost and none is done twice (B43) (B109)', async () => {
      await fc.assert(
        fc.asyncProperty(setting, async ({ interval, seconds, steps }) => {
          await closeAll();
          const replicas = (opened = await Replicas.open());
          const changes = await record(replicas);
          let runs = 0;
          replicas.gather = (_, signal) =>
            replicas.clock.sleep((seconds[runs++ % seconds.length] ?? 0) * 1000, signal);
          const { actionPlans } = replicas.repositories;
          const createForRun = actionPlans.createForRun.bind(actionPlans);
          const planned: string[] = [];
          const deaths: { host: string; after: number }[] = [];
          actionPlans.createForRun = async (plan, actions, run) => {
            const created = await createForRun(plan, actions, run);
            if (created !== undefined) planned.push(run.runUuid);
            return created;
          };
          const pass = async (time: number): Promise<void> => {
            await replicas.clock.pass(time, () => quiet(replicas));
            await quiet(replicas);
          };
          const { uuid } = await replicas.create({ auditType: 'CONTINUOUS', interval: String(interval) });
          await replicas.start('one');
          await replicas.start('two');

          for (const one of steps) {
            if (one.kind === 'pass') await pass(one.seconds);
            else if (one.kind === 'start' && !replicas.alive.has(one.host)) await replicas.start(one.host);
            else if (one.kind === 'kill' && replicas.alive.size > 1) {
              replicas.kill(one.host);
              deaths.push({ host: one.host, after: (await changes()).length });
              replicas.lookInPassing();
              await quiet(replicas);
            }
          }
          await pass(1000);

          const log = await changes();
          expect(stolen(log, deaths)).to.deep.equal([]);
          const begun = log.filter(({ old_run, new_run }) => new_run !== null && new_run !== old_run);
          const done = planned.map(run => {
            const { tick } = begun.find(({ new_run }) => new_run === run)!;
            return Date.parse(tick!);
          });
          const anchor = Date.parse((await replicas.audit(uuid)).anchorAt!);
          const times = `${done.map(at => (at - anchor) / 1000).join(' ')} of ${interval}`;
          expect(new Set(done).size, `twice: ${times}`).to.equal(done.length);
          for (const [index, tick] of done.entries()) {
            expect((tick - anchor) % (interval * 1000), `off phase: ${times}`).to.equal(0);
            if (index === 0) continue;
            // every tick left out fell into the run of the one before
            const ended = log.find(
              ({ old_run, new_run }) => old_run === planned[index - 1] && new_run === null,
            )!;
            const next =
              anchor +
              (Math.floor((Date.parse(ended.at) - anchor) / (interval * 1000)) + 1) * interval * 1000;
            expect(tick, `lost: ${times}`).to.equal(next);
          }
          const last = done.at(-1)!;
          expect(replicas.clock.now() - last, `stopped: ${times}`).to.be.below((interval + 121) * 1000);
          await closeAll();
        }),
        { numRuns: 25 },
      );
    }).timeout(60_000);
  });

  describe('whatever is asked of it', () => {
    const states = [
      'PENDING',
      'ONGOING',
      'SUCCEEDED',
      'FAILED',
      'CANCELLED',
      'SUSPENDED',
      'DELETED',
      'zork',
      null,
    ];
    const instant = fc
      .integer({ min: -7200, max: 14_400 })
      .map(after => new Date(NOON + after * 1000).toISOString());
    const patch = fc
      .record({
        op: fc.constantFrom('add', 'replace', 'remove'),
        field: fc.oneof(
          {
            weight: 3,
            arbitrary: fc.record({ path: fc.constant('/state'), value: fc.constantFrom(...states) }),
          },
          fc.record({
            path: fc.constant('/interval'),
            value: fc.constantFrom('60', '3600', '*/7 * * * *', '0', 'x', null),
          }),
          fc.record({
            path: fc.constant('/audit_type'),
            value: fc.constantFrom('ONESHOT', 'CONTINUOUS', 'EVENT', 'x'),
          }),
          fc.record({
            path: fc.constantFrom('/start_time', '/end_time', '/next_run_time'),
            value: fc.oneof(instant, fc.constantFrom(null, 'x')),
          }),
          fc.record({
            path: fc.constantFrom('/force', '/auto_trigger'),
            value: fc.constantFrom(true, false, null),
          }),
        ),
      })
      .map(({ op, field }) => ({ kind: 'patch' as const, operation: { op, ...field } }));
    const step = fc.oneof(
      { weight: 5, arbitrary: patch },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('pass' as const),
          seconds: fc.integer({ min: 1, max: 5000 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('webhook' as const) }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constantFrom('break', 'mend', 'apply', 'kill', 'delete') }),
      },
    );
    const setting = fc.record({
      audit: fc.constantFrom(
        { auditType: 'CONTINUOUS', interval: '600' } as const,
        { auditType: 'CONTINUOUS', interval: '*/10 * * * *' } as const,
        { auditType: 'EVENT' } as const,
        { auditType: 'ONESHOT' } as const,
      ),
      steps: fc.array(step, { maxLength: 20 }),
    });

    it('an audit goes from state to state by the tables, and is never stuck', async () => {
      await fc.assert(
        fc.asyncProperty(setting, async ({ audit, steps }) => {
          await closeAll();
          const replicas = (opened = await Replicas.open());
          const changes = await record(replicas);
          const { uuid } = await replicas.create(audit);
          let runner = await replicas.start('one');
          const api = (serving = await startApi({
            repositories: replicas.repositories,
            goals: [QUIET],
            strategies: [GREET],
            clock: replicas.clock,
            audits: { trigger: () => runner.trigger(), cancel: id => runner.cancel(id) },
          }));
          let plan: string | undefined;
          const { actionPlans } = replicas.repositories;

          for (const one of steps) {
            if (one.kind === 'pass' && 'seconds' in one) await replicas.pass(one.seconds);
            else if (one.kind === 'patch' && 'operation' in one)
              await ask(api, 'PATCH', `audits/${uuid}`, [one.operation]);
            else if (one.kind === 'webhook') await ask(api, 'POST', `webhooks/${uuid}`, {});
            else if (one.kind === 'delete') await ask(api, 'DELETE', `audits/${uuid}`);
            else if (one.kind === 'break') replicas.gather = () => Promise.reject(new Error('Broken.'));
            else if (one.kind === 'mend') replicas.gather = () => Promise.resolve();
            else if (one.kind === 'apply') plan = await replicas.planUnderWay();
            else if (one.kind === 'kill') {
              replicas.kill('one');
              runner = await replicas.start('one');
            }
            await replicas.settled();
          }
          replicas.gather = () => Promise.resolve();
          if (plan !== undefined) await actionPlans.transition(plan, 'ONGOING', 'SUCCEEDED');
          await replicas.pass(8000);

          for (const { old_state: from, new_state: to } of await changes()) {
            const legal: readonly AuditState[] = [
              from,
              ...AUDIT_TRANSITIONS[from],
              ...SERVICE_TRANSITIONS[from],
            ];
            expect(legal, from).to.include(to);
          }
          const last = await replicas.repositories.audits.find(uuid);
          expect(last?.runUuid ?? null).to.equal(null);
          if (last?.state === 'ONGOING' || last?.state === 'PENDING') {
            if (last.auditType === 'CONTINUOUS') {
              expect(last.nextRunAt ?? last.endAt, JSON.stringify(last)).to.be.a('string');
              expect(Date.parse(last.nextRunAt ?? last.endAt!)).to.be.at.least(replicas.clock.now());
            } else expect([last.auditType, last.state]).to.deep.equal(['EVENT', 'PENDING']);
          }
          await closeAll();
        }),
        { numRuns: 40 },
      );
    }).timeout(60_000);
  });
});

/** Whatever is asked, it is answered. */
async function ask(api: ApiUnderTest, method: string, path: string, body?: unknown): Promise<void> {
  const { status, text } = await api.call(method, `/v1/${path}`, { body });
  expect(status, text).to.be.below(500);
}
