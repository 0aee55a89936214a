import { expect } from 'chai';
import { migrate } from '../../../plugin/actions/migrate/migrate.ts';
import type { ActionSettings } from '../../../plugin/actions/settings.ts';
import { startHarness } from './action-harness.ts';
import type { ActionHarness } from './action-harness.ts';
import { SERVER_ID } from './fake-nova.ts';
import type { Frame } from './fake-nova.ts';

const LIVE = {
  migration_type: 'live',
  resource_id: SERVER_ID,
  resource_name: 'web-1',
  source_node: 'compute-1',
  destination_node: 'compute-2',
};
const START = 'POST /servers/{id}/action {"os-migrateLive":{"host":"compute-2","block_migration":"auto"}}';
const ABORT = 'DELETE /servers/{id}/migrations/7';
const FORCE = 'POST /servers/{id}/migrations/7/action {"force_complete":null}';

const MIGRATING: Frame = { at: 0, server: { status: 'MIGRATING', task: 'migrating' } };
const RUNNING: Frame[] = [MIGRATING, { at: 2, record: 'preparing' }, { at: 4, record: 'running' }];

/** Copying that makes progress until second 40. */
const COPYING: Frame[] = [...RUNNING, { at: 10, remainingMiB: 128 }, { at: 30, remainingMiB: 8 }];

function arrived(at: number): Frame {
  return { at, record: 'completed', server: { status: 'ACTIVE', task: null, host: 'compute-2' } };
}

function stayed(at: number, record: string): Frame {
  return { at, record, server: { status: 'ACTIVE', task: null, host: 'compute-1' } };
}

describe('live migration', () => {
  let harness: ActionHarness;

  afterEach(() => harness.stop());

  it('follows the record to its end, although the server is on the target before', async () => {
    harness = await startHarness();
    const { nova, clock, reports } = harness;
    nova.frames = [
      MIGRATING,
      { at: 3, record: 'accepted' },
      { at: 5, record: 'preparing' },
      { at: 7, record: 'running' },
      { at: 9, remainingMiB: 128 },
      { at: 15, server: { status: 'ACTIVE', task: null, host: 'compute-2' } },
      { at: 19, record: 'completed' },
    ];
    const beganAt = clock.now();

    expect(await harness.execute(migrate, LIVE)).to.equal('done');

    expect(nova.asked).to.deep.equal([START]);
    expect((clock.now() - beganAt) / 1000).to.equal(20);
    expect(reports).to.include.members([
      'Waiting for Nova to begin the migration of web-1 from compute-1 to compute-2',
      'Migration of web-1 from compute-1 to compute-2 is running',
      '50 %: Migration of web-1 from compute-1 to compute-2 is running, 128 of 256 MiB left to copy',
    ]);
    expect(reports.at(-1)).to.equal('100 %: web-1 is on compute-2 after 20 s');
  });

  it('takes an older record of the same instance for what it is', async () => {
    harness = await startHarness();
    const old = {
      id: 3,
      type: 'live-migration',
      status: 'error',
      createdAt: '2026-01-01T00:00:00',
      target: 'compute-2',
    };
    harness.nova.records = [old];
    harness.nova.frames = [...RUNNING, arrived(10)];

    expect(await harness.execute(migrate, LIVE)).to.equal('done');
  });

  it("lets Nova choose the target when the plan doesn't", async () => {
    harness = await startHarness();
    harness.nova.frames = [
      ...RUNNING,
      { ...arrived(10), server: { status: 'ACTIVE', task: null, host: 'compute-3' } },
    ];

    expect(await harness.execute(migrate, { ...LIVE, destination_node: undefined })).to.equal('done');

    expect(harness.nova.asked).to.deep.equal([START.replace('"compute-2"', 'null')]);
  });

  it('fails when Nova chose and the instance has not left', async () => {
    harness = await startHarness();
    harness.nova.frames = [...RUNNING, stayed(10, 'completed')];

    expect(await harness.execute(migrate, { ...LIVE, destination_node: undefined })).to.equal(
      "ActionFailedError in post_condition: Nova calls the migration of web-1 from compute-1 to a host of Nova's " +
        'choice completed, but the instance is ACTIVE on compute-1',
    );
  });

  it('does not wait for an instance that is broken', async () => {
    harness = await startHarness();
    const { nova, clock } = harness;
    nova.frames = [
      ...RUNNING,
      { at: 10, record: 'completed', server: { status: 'ERROR', task: null, host: 'compute-2' } },
    ];
    const beganAt = clock.now();

    expect(await harness.execute(migrate, LIVE)).to.contain('the instance is ERROR');

    expect(clock.now() - beganAt).to.be.below(15_000);
  });

  it('goes on when the answer to its start is lost but Nova has begun', async () => {
    harness = await startHarness();
    harness.nova.refusals = [{ status: 504, message: 'gateway', done: true }];
    harness.nova.frames = [...RUNNING, arrived(10)];

    expect(await harness.execute(migrate, LIVE)).to.equal('done');

    expect(harness.nova.asked).to.deep.equal([START]);
  });

  it("survives an outage of Nova's API", async () => {
    harness = await startHarness({ pollSeconds: 10 });
    const { nova, clock, reports } = harness;
    nova.frames = [...RUNNING, arrived(10)];
    let away = false;
    clock.after(5, () => (away = true));
    clock.after(600, () => (away = false));
    nova.isAway = () => away;

    expect(await harness.execute(migrate, LIVE)).to.equal('done');

    expect(reports.filter(line => line.startsWith('Waiting for Nova: Nova answered 503')).length).to.be.above(
      1,
    );
  });

  it('is aborted when it is cancelled while it copies', async () => {
    harness = await startHarness();
    const { nova, clock, cancel } = harness;
    nova.frames = [...COPYING, arrived(40)];
    nova.abortFrames = [stayed(3, 'cancelled')];
    clock.after(11, () => cancel.abort());

    expect(await harness.execute(migrate, LIVE)).to.equal(
      'ActionCancelledError: Cancelled: web-1 stays on compute-1.',
    );

    expect(nova.asked).to.deep.equal([START, ABORT]);
  });

  it('is aborted when it is cancelled before Nova has begun, as soon as it can be', async () => {
    harness = await startHarness();
    const { nova, clock, cancel } = harness;
    nova.frames = [MIGRATING, { at: 8, record: 'accepted' }, { at: 16, record: 'running' }, arrived(60)];
    nova.abortFrames = [stayed(3, 'cancelled')];
    clock.after(1, () => cancel.abort());

    expect(await harness.execute(migrate, LIVE)).to.match(/^ActionCancelledError/);

    expect(nova.asked).to.deep.equal([START, ABORT]);
  });

  it('succeeds when it is cancelled too late to be aborted', async () => {
    harness = await startHarness();
    const { nova, clock, cancel } = harness;
    nova.frames = [...RUNNING, { at: 10, record: 'post-migrating' }, arrived(20)];
    clock.after(11, () => cancel.abort());

    expect(await harness.execute(migrate, LIVE)).to.equal('done');
  });

  describe('that makes no progress', () => {
    /** The guest writes faster than it is copied: up and down, but never lower than before. */
    const STUCK: Frame[] = [
      ...RUNNING,
      { at: 6, remainingMiB: 100 },
      { at: 60, remainingMiB: 180 },
      { at: 100, remainingMiB: 101 },
    ];

    it('is aborted after stallSeconds', async () => {
      harness = await startHarness({ stallSeconds: 150 });
      const { nova, clock } = harness;
      nova.frames = [...STUCK, arrived(900)];
      nova.abortFrames = [stayed(3, 'cancelled')];
      const beganAt = clock.now();

      expect(await harness.execute(migrate, LIVE)).to.equal(
        'ActionFailedError in execute: The live migration of web-1 from compute-1 to compute-2 was aborted: ' +
          'it made no progress for 150 s',
      );

      expect(nova.asked).to.deep.equal([START, ABORT]);
      expect((clock.now() - beganAt) / 1000).to.be.within(156, 162);
    });

    it('is waited for when the policy says so', async () => {
      harness = await startHarness({ stallSeconds: 150, onStall: 'wait', pollSeconds: 20 });
      harness.nova.frames = [...STUCK, arrived(900)];

      expect(await harness.execute(migrate, LIVE)).to.equal('done');

      expect(harness.nova.asked).to.deep.equal([START]);
      expect(harness.reports.join('\n')).to.contain('no progress for 300 s');
    });

    it('is completed by force when the policy says so and it is allowed', async () => {
      harness = await startHarness({ onStall: 'force_complete', allowForceComplete: true });
      harness.nova.frames = [...STUCK, arrived(900)];
      harness.nova.forceFrames = [arrived(5)];

      expect(await harness.execute(migrate, LIVE)).to.equal('done');

      expect(harness.nova.asked).to.deep.equal([START, FORCE]);
    });

    it('is never completed by force when that is not allowed', async () => {
      harness = await startHarness({ onStall: 'force_complete', allowForceComplete: false });
      harness.nova.frames = [...STUCK, arrived(900)];
      harness.nova.abortFrames = [stayed(3, 'cancelled')];

      expect(await harness.execute(migrate, LIVE)).to.contain('it made no progress for 150 s');

      expect(harness.nova.asked).to.deep.equal([START, ABORT]);
    });

    it('is not called stuck when the hypervisor tells no counters', async () => {
      harness = await startHarness({ stallSeconds: 150, pollSeconds: 20 });
      harness.nova.frames = [...RUNNING, arrived(900)];

      expect(await harness.execute(migrate, LIVE)).to.equal('done');
    });
  });

  interface Failure {
    readonly name: string;
    readonly frames: Frame[];
    readonly message: string;
    readonly settings?: Partial<ActionSettings>;
    readonly arrange?: (given: ActionHarness) => void;
  }
  const failures: Failure[] = [
    {
      name: "Nova's record ends in error, with what Nova says of it",
      frames: [MIGRATING, { at: 2, record: 'accepted' }, stayed(4, 'error')],
      arrange: ({ nova }) => {
        nova.details = ['Migration pre-check error: CPU has no avx512', 'No valid host was found.'];
      },
      message:
        "execute: Nova's migration 7 of web-1 from compute-1 to compute-2 ended in error: Migration pre-check error: " +
        'CPU has no avx512; No valid host was found.; the instance is ACTIVE on compute-1',
    },
    {
      name: 'Nova refuses it',
      frames: [],
      arrange: ({ nova }) => {
        nova.refusals = [{ status: 409, message: 'Instance is locked' }];
      },
      message:
        'execute: Nova refused the live migration of web-1 from compute-1 to compute-2: Instance is locked',
    },
    {
      name: 'the answer to its start is lost and Nova has not begun',
      frames: [],
      arrange: ({ nova }) => {
        nova.refusals = [{ status: 503, message: 'busy' }];
      },
      message:
        'execute: The live migration of web-1 from compute-1 to compute-2 did not begin: Nova answered 503 to POST ' +
        `/servers/${SERVER_ID}/action: busy`,
    },
    {
      name: 'Nova accepts it and never shows a record',
      frames: [],
      message:
        'execute: Nova accepted the live migration of web-1 from compute-1 to compute-2, but has no record of it after 120 s',
    },
    {
      name: 'the record is completed but the instance is broken',
      frames: [
        ...RUNNING,
        {
          at: 10,
          record: 'completed',
          server: { status: 'ERROR', task: null, host: 'compute-2', fault: 'no disk' },
        },
      ],
      message:
        'post_condition: Nova calls the migration of web-1 from compute-1 to compute-2 completed, but the instance is ' +
        'ERROR on compute-2, fault: no disk',
    },
    {
      name: 'the record is completed but the instance is elsewhere',
      frames: [...RUNNING, stayed(10, 'completed')],
      message:
        'post_condition: Nova calls the migration of web-1 from compute-1 to compute-2 completed, but the instance is ' +
        'ACTIVE on compute-1',
    },
    {
      name: 'the record is completed but the running instance has ended up paused',
      frames: [...RUNNING, { ...arrived(10), server: { status: 'PAUSED', task: null, host: 'compute-2' } }],
      message:
        'post_condition: Nova calls the migration of web-1 from compute-1 to compute-2 completed, but the instance is ' +
        'PAUSED on compute-2',
    },
    {
      name: 'somebody else cancels it',
      frames: [...RUNNING, stayed(10, 'cancelled')],
      message: "execute: Somebody else cancelled Nova's migration 7 of web-1 from compute-1 to compute-2",
    },
    {
      name: 'it takes too long, and is aborted',
      frames: [...RUNNING, ...Array.from({ length: 250 }, (_, i) => ({ at: 10 * i, remainingMiB: 500 - i }))],
      settings: { migrationTimeoutSeconds: 600, pollSeconds: 20 },
      arrange: ({ nova }) => {
        nova.abortFrames = [stayed(3, 'cancelled')];
      },
      message: 'execute: The live migration of web-1 from compute-1 to compute-2 was aborted after 600 s',
    },
    {
      name: 'Nova never ends it although it was aborted',
      frames: COPYING,
      arrange: ({ nova, clock, cancel }) => {
        nova.abortFrames = [];
        clock.after(20, () => cancel.abort());
      },
      message:
        "execute: Nova's migration 7 of web-1 from compute-1 to compute-2 is still running after 140 s though it was " +
        'aborted; it goes on unwatched',
    },
    {
      name: 'the instance is deleted meanwhile',
      frames: RUNNING,
      arrange: ({ nova, clock }) => clock.after(10, () => (nova.server = undefined)),
      message: 'execute: The instance web-1 does not exist any more',
    },
    {
      name: "Nova's API does not come back",
      frames: COPYING,
      settings: { outageSeconds: 60 },
      arrange: ({ nova, clock }) => clock.after(10, () => (nova.isAway = () => true)),
      message:
        'execute: Nova has not answered for 60 s (Nova answered 503 to GET ' +
        `/servers/${SERVER_ID}/migrations: away); whether the migration goes on is not known`,
    },
  ];
  for (const { name, frames, settings, arrange, message } of failures) {
    it(`fails when ${name}`, async () => {
      harness = await startHarness(settings);
      harness.nova.frames = frames;
      arrange?.(harness);

      expect(await harness.execute(migrate, LIVE)).to.equal(`ActionFailedError in ${message}`);
    });
  }
});
