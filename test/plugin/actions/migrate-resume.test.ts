import { expect } from 'chai';
import { migrate } from '../../../plugin/actions/migrate/migrate.ts';
import type { MigrateParameters } from '../../../plugin/actions/migrate/parameters.ts';
import type { Before } from '../../../plugin/actions/migrate/before.ts';
import { outcome, startHarness } from './action-harness.ts';
import type { ActionHarness } from './action-harness.ts';
import { SERVER_ID } from './fake-nova.ts';
import type { Frame } from './fake-nova.ts';

const LIVE: MigrateParameters = {
  migration_type: 'live',
  resource_id: SERVER_ID,
  resource_name: 'web-1',
  source_node: 'compute-1',
  destination_node: 'compute-2',
};
const COLD: MigrateParameters = { ...LIVE, migration_type: 'cold' };
/** As it was kept before Nova was asked. */
const BEFORE: Before = { lastMigrationId: 6, lastRequestId: 'req-live-migration', status: 'ACTIVE' };
const THERE = { status: 'ACTIVE', task: null, host: 'compute-2' };
const RUNNING: Frame[] = [{ at: 0, server: { status: 'MIGRATING', task: 'migrating' }, record: 'running' }];
const WAITING: Frame[] = [{ at: 0, server: { ...THERE, status: 'VERIFY_RESIZE' }, record: 'finished' }];

interface Case {
  readonly name: string;
  readonly parameters: MigrateParameters;
  readonly arrange: (given: ActionHarness) => void;
  /** `known: true` and the like, or the error. */
  readonly expected: string;
  readonly asked?: string[];
  /** Default: `BEFORE`. */
  readonly intent?: unknown;
}

const CASES: Case[] = [
  {
    name: 'follows a live migration that is still under way',
    parameters: LIVE,
    arrange: ({ nova }) =>
      nova.begin('live-migration', 'compute-2', [...RUNNING, { at: 30, record: 'completed', server: THERE }]),
    expected: 'known: true',
  },
  {
    name: 'aborts it when the plan is being cancelled',
    parameters: LIVE,
    arrange: ({ nova, cancel }) => {
      nova.begin('live-migration', 'compute-2', [...RUNNING, { at: 30, record: 'completed', server: THERE }]);
      nova.abortFrames = [{ at: 1, record: 'cancelled', server: { ...THERE, host: 'compute-1' } }];
      cancel.abort();
    },
    expected: 'ActionCancelledError: Cancelled: web-1 stays on compute-1.',
    asked: ['DELETE /servers/{id}/migrations/7'],
  },
  {
    name: 'knows a live migration that completed meanwhile',
    parameters: LIVE,
    arrange: ({ nova }) =>
      nova.begin('live-migration', 'compute-2', [{ at: 0, record: 'completed', server: THERE }]),
    expected: 'known: true',
  },
  {
    name: 'knows a live migration that failed meanwhile',
    parameters: LIVE,
    arrange: ({ nova }) => nova.begin('live-migration', 'compute-2', [{ at: 0, record: 'error' }]),
    expected:
      "ActionFailedError in execute: Nova's migration 7 of web-1 from compute-1 to compute-2 ended in error: the " +
      'instance is ACTIVE on compute-1',
  },
  {
    name: 'does not know one that was never begun',
    parameters: LIVE,
    arrange: () => {},
    expected: 'known: false',
  },
  {
    name: 'does not take a record from before the plan for its own',
    parameters: LIVE,
    arrange: ({ nova }) => {
      const createdAt = '2026-01-01T00:00:00';
      nova.records = [{ id: 6, type: 'live-migration', status: 'error', createdAt, target: 'compute-2' }];
    },
    expected: 'known: false',
  },
  {
    name: 'does not take the record of a cold migration for its own',
    parameters: LIVE,
    arrange: ({ nova }) => nova.begin('migration', 'compute-2', [{ at: 0, record: 'error' }]),
    expected: 'known: false',
  },
  {
    name: 'asks nothing of Nova when nothing was about to be asked of it',
    parameters: LIVE,
    arrange: ({ nova }) => {
      nova.begin('live-migration', 'compute-2', [{ at: 0, record: 'error' }]);
      nova.isAway = () => true;
    },
    intent: undefined,
    expected: 'known: false',
  },
  {
    name: 'waits for the record of a live migration that Nova has only noted yet',
    parameters: LIVE,
    arrange: ({ nova, clock }) => {
      nova.requests.unshift({ request_id: 'req-new', action: 'live-migration' });
      clock.after(100, () =>
        nova.begin('live-migration', 'compute-2', [{ at: 0, record: 'completed', server: THERE }]),
      );
    },
    expected: 'known: true',
  },
  {
    name: 'waits for a request that was still on its way',
    parameters: LIVE,
    arrange: ({ nova, clock }) => {
      clock.after(25, () => nova.requests.unshift({ request_id: 'req-new', action: 'live-migration' }));
      clock.after(60, () =>
        nova.begin('live-migration', 'compute-2', [{ at: 0, record: 'completed', server: THERE }]),
      );
    },
    expected: 'known: true',
  },
  {
    name: 'fails one that Nova has taken and never made a record of',
    parameters: LIVE,
    arrange: ({ nova }) => nova.requests.unshift({ request_id: 'req-new', action: 'live-migration' }),
    expected:
      'ActionFailedError in execute: Nova accepted the live migration of web-1 from compute-1 to compute-2, but has no ' +
      'record of it after 120 s',
  },
  {
    name: 'is content when the instance is where it was to go',
    parameters: LIVE,
    arrange: ({ nova }) => Object.assign(nova.server ?? {}, THERE),
    expected: 'known: true',
  },
  {
    name: 'fails when the instance is gone',
    parameters: LIVE,
    arrange: ({ nova }) => (nova.server = undefined),
    expected: 'ActionFailedError in execute: The instance web-1 does not exist any more',
  },
  {
    name: 'confirms a cold migration that waits for it',
    parameters: COLD,
    arrange: ({ nova }) => {
      nova.begin('migration', 'compute-2', WAITING);
      nova.confirmFrames = [{ at: 1, server: THERE, record: 'confirmed' }];
    },
    expected: 'known: true',
    asked: ['POST /servers/{id}/action {"confirmResize":null}'],
  },
  {
    name: 'knows a cold migration that failed meanwhile',
    parameters: COLD,
    arrange: ({ nova }) => nova.begin('migration', 'compute-2', [{ at: 0, record: 'error' }]),
    expected:
      "ActionFailedError in execute: Nova's cold migration of web-1 from compute-1 to compute-2 failed: the instance " +
      'is ACTIVE on compute-1',
  },
  {
    name: 'does not know a cold migration that was never begun',
    parameters: COLD,
    arrange: () => {},
    expected: 'known: false',
  },
];

describe('a migration after an interruption of the service', () => {
  let harness: ActionHarness;

  afterEach(() => harness.stop());

  for (const given of CASES) {
    const { name, parameters, arrange, expected, asked = [] } = given;
    it(name, async () => {
      harness = await startHarness();
      arrange(harness);
      let known: boolean | undefined;

      const ended = await outcome(
        migrate
          .resume?.(parameters, harness.context, 'intent' in given ? given.intent : BEFORE)
          .then(answer => {
            known = answer;
          }) ?? Promise.resolve(),
      );

      expect(ended === 'done' ? `known: ${known}` : ended).to.equal(expected);
      expect(harness.nova.asked).to.deep.equal(asked);
    });
  }
});

describe('reverting a migration', () => {
  let harness: ActionHarness;

  afterEach(() => harness.stop());

  it('moves the instance back from where it is', async () => {
    harness = await startHarness();
    const { nova, context } = harness;
    Object.assign(nova.server ?? {}, THERE);
    nova.frames = [...RUNNING, { at: 10, record: 'completed', server: { ...THERE, host: 'compute-1' } }];

    expect(await outcome(migrate.revert?.(LIVE, context) ?? Promise.reject(new Error('none')))).to.equal(
      'done',
    );

    expect(nova.asked).to.deep.equal([
      'POST /servers/{id}/action {"os-migrateLive":{"host":"compute-1","block_migration":"auto"}}',
    ]);
  });

  it('does nothing when the instance is on its source host', async () => {
    harness = await startHarness();

    expect(
      await outcome(migrate.revert?.(LIVE, harness.context) ?? Promise.reject(new Error('none'))),
    ).to.equal('done');

    expect(harness.nova.asked).to.deep.equal([]);
  });

  it('fails when the way back is closed', async () => {
    harness = await startHarness();
    Object.assign(harness.nova.server ?? {}, THERE);
    Object.assign(harness.nova.services[0] ?? {}, { state: 'down' });

    expect(
      await outcome(migrate.revert?.(LIVE, harness.context) ?? Promise.reject(new Error('none'))),
    ).to.equal('ActionFailedError in execute: The destination host compute-1 is down');
  });
});
