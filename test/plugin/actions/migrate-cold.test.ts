import { expect } from 'chai';
import { migrate } from '../../../plugin/actions/migrate/migrate.ts';
import { startHarness } from './action-harness.ts';
import type { ActionHarness } from './action-harness.ts';
import { SERVER_ID } from './fake-nova.ts';
import type { Frame } from './fake-nova.ts';

const COLD = {
  migration_type: 'cold',
  resource_id: SERVER_ID,
  resource_name: 'web-1',
  source_node: 'compute-1',
  destination_node: 'compute-2',
};
const START = 'POST /servers/{id}/action {"migrate":{"host":"compute-2"}}';
const CONFIRM = 'POST /servers/{id}/action {"confirmResize":null}';
const REVERT = 'POST /servers/{id}/action {"revertResize":null}';

/** Nova does the next thing that it is asked for. */
const DONE = { status: 202, message: '', done: true };

const MOVING: Frame[] = [
  { at: 0, server: { status: 'RESIZE', task: 'resize_prep' }, record: 'pre-migrating' },
  { at: 4, server: { task: 'resize_migrating' }, record: 'migrating' },
  { at: 8, server: { task: 'resize_finish', host: 'compute-2' }, record: 'post-migrating' },
];
const MOVED: Frame[] = [
  ...MOVING,
  { at: 12, server: { status: 'VERIFY_RESIZE', task: null }, record: 'finished' },
];
const CONFIRMED: Frame[] = [{ at: 3, server: { status: 'ACTIVE' }, record: 'confirmed' }];
const REVERTED: Frame[] = [
  { at: 0, server: { status: 'REVERT_RESIZE', task: 'resize_reverting' } },
  { at: 5, server: { status: 'ACTIVE', task: null, host: 'compute-1' }, record: 'reverted' },
];

describe('cold migration', () => {
  let harness: ActionHarness;

  afterEach(() => harness.stop());

  it('waits until the instance has moved, confirms it and sees it arrive', async () => {
    harness = await startHarness();
    harness.nova.frames = MOVED;
    harness.nova.confirmFrames = CONFIRMED;

    expect(await harness.execute(migrate, COLD)).to.equal('done');

    expect(harness.nova.asked).to.deep.equal([START, CONFIRM]);
    expect(harness.reports).to.include(
      'Cold migration of web-1 from compute-1 to compute-2: RESIZE (resize_prep) on compute-1',
    );
    expect(harness.reports.at(-1)).to.equal('100 %: web-1 is on compute-2 after 16 s');
  });

  it('leaves an instance shut off that was shut off', async () => {
    harness = await startHarness();
    Object.assign(harness.nova.server ?? {}, { status: 'SHUTOFF' });
    harness.nova.frames = MOVED;
    harness.nova.confirmFrames = [{ at: 1, server: { status: 'SHUTOFF' }, record: 'confirmed' }];

    expect(await harness.execute(migrate, COLD)).to.equal('done');
  });

  it('needs no confirmation in a cloud that confirms by itself', async () => {
    harness = await startHarness();
    harness.nova.frames = [
      ...MOVING,
      { at: 11, server: { status: 'ACTIVE', task: null }, record: 'confirmed' },
    ];

    expect(await harness.execute(migrate, COLD)).to.equal('done');

    expect(harness.nova.asked).to.deep.equal([START]);
  });

  it('sends a confirmation again whose answer was lost', async () => {
    harness = await startHarness();
    harness.nova.frames = MOVED;
    harness.nova.refusals = [DONE, { status: 503, message: 'busy' }];
    harness.nova.confirmFrames = CONFIRMED;

    expect(await harness.execute(migrate, COLD)).to.equal('done');

    expect(harness.nova.asked).to.deep.equal([START, CONFIRM, CONFIRM]);
  });

  it('is taken back when it is cancelled', async () => {
    harness = await startHarness();
    harness.nova.frames = MOVED;
    harness.nova.revertFrames = REVERTED;
    harness.clock.after(5, () => harness.cancel.abort());

    expect(await harness.execute(migrate, COLD)).to.equal(
      'ActionCancelledError: Cancelled: web-1 was taken back to compute-1.',
    );

    expect(harness.nova.asked).to.deep.equal([START, REVERT]);
  });

  interface Failure {
    readonly name: string;
    readonly frames: Frame[];
    readonly message: string;
    readonly arrange?: (given: ActionHarness) => void;
    readonly asked: string[];
  }
  const failures: Failure[] = [
    {
      name: 'Nova breaks it off, with what Nova says of it',
      frames: [...MOVING.slice(0, 2), { at: 6, server: { status: 'ACTIVE', task: null }, record: 'error' }],
      arrange: ({ nova }) => {
        nova.details = ['Resize error: no space'];
      },
      message:
        "Nova's cold migration of web-1 from compute-1 to compute-2 failed: Resize error: no space; the instance is " +
        'ACTIVE on compute-1',
      asked: [START],
    },
    {
      name: 'it breaks the instance',
      frames: [
        ...MOVING,
        { at: 9, server: { status: 'ERROR', task: null, fault: 'disk is lost' }, record: 'error' },
      ],
      message:
        "Nova's cold migration of web-1 from compute-1 to compute-2 failed: the instance is ERROR on compute-2, " +
        'fault: disk is lost',
      asked: [START],
    },
    {
      name: 'Nova refuses it',
      frames: [],
      arrange: ({ nova }) => {
        nova.refusals = [{ status: 400, message: 'No valid host was found' }];
      },
      message:
        'Nova refused the cold migration of web-1 from compute-1 to compute-2: No valid host was found',
      asked: [START],
    },
    {
      name: 'the answer to its start is lost and Nova has not begun',
      frames: [],
      arrange: ({ nova }) => {
        nova.refusals = [{ status: 503, message: 'busy' }];
      },
      message:
        'The cold migration of web-1 from compute-1 to compute-2 did not begin: Nova answered 503 to POST ' +
        `/servers/${SERVER_ID}/action: busy`,
      asked: [START],
    },
    {
      name: 'it cannot be confirmed, and is taken back',
      frames: MOVED,
      arrange: ({ nova }) => {
        nova.refusals = [DONE, { status: 409, message: 'cannot confirm' }];
        nova.revertFrames = REVERTED;
      },
      message:
        'The cold migration of web-1 from compute-1 to compute-2 was not confirmed (Nova answered 409 to POST ' +
        `/servers/${SERVER_ID}/action: cannot confirm); web-1 was taken back to compute-1`,
      asked: [START, CONFIRM, REVERT],
    },
    {
      name: 'Nova never carries the confirmation out, and it is taken back',
      frames: MOVED,
      arrange: ({ nova }) => {
        nova.revertFrames = REVERTED;
      },
      message:
        'The cold migration of web-1 from compute-1 to compute-2 was not confirmed (Nova has not done it after ' +
        '120 s); web-1 was taken back to compute-1',
      asked: [START, CONFIRM, REVERT],
    },
    {
      name: 'it can neither be confirmed nor taken back',
      frames: MOVED,
      arrange: ({ nova }) => {
        nova.refusals = [DONE, { status: 409, message: 'no' }, { status: 409, message: 'never' }];
      },
      message:
        'The cold migration of web-1 from compute-1 to compute-2 was not confirmed (Nova answered 409 to POST ' +
        `/servers/${SERVER_ID}/action: no); Nova did not take it back to compute-1: Nova answered 409 to POST ` +
        `/servers/${SERVER_ID}/action: never`,
      asked: [START, CONFIRM, REVERT],
    },
    {
      name: 'Nova has moved it elsewhere, and it is taken back',
      frames: [...MOVED, { at: 12, server: { host: 'compute-3' } }],
      arrange: ({ nova }) => {
        nova.revertFrames = REVERTED;
      },
      message: 'Nova moved web-1 to compute-3 and not to compute-2; web-1 was taken back to compute-1',
      asked: [START, REVERT],
    },
    {
      name: 'the instance is deleted meanwhile',
      frames: MOVING,
      arrange: ({ nova, clock }) => clock.after(10, () => (nova.server = undefined)),
      message: 'The instance web-1 does not exist any more',
      asked: [START],
    },
    {
      name: 'it never ends',
      frames: MOVING,
      message:
        'The cold migration of web-1 from compute-1 to compute-2 has not ended after 200 s: the instance is RESIZE ' +
        '(resize_finish) on compute-2; it goes on unwatched',
      asked: [START],
    },
  ];
  for (const { name, frames, arrange, message, asked } of failures) {
    it(`fails when ${name}`, async () => {
      harness = await startHarness({ migrationTimeoutSeconds: 200 });
      harness.nova.frames = frames;
      arrange?.(harness);

      expect(await harness.execute(migrate, COLD)).to.equal(`ActionFailedError in execute: ${message}`);

      expect(harness.nova.asked).to.deep.equal(asked);
    });
  }
});
