import { expect } from 'chai';
import { resize } from '../../../plugin/actions/resize/resize.ts';
import type { Intent } from '../../../plugin/actions/resize/resizing.ts';
import { outcome, startHarness } from './action-harness.ts';
import type { ActionHarness } from './action-harness.ts';
import { SERVER_ID } from './fake-nova.ts';
import type { Frame } from './fake-nova.ts';

const LARGE = { resource_id: SERVER_ID, flavor: 'large' };
const START = 'POST /servers/{id}/action {"resize":{"flavorRef":"f2"}}';
const CONFIRM = 'POST /servers/{id}/action {"confirmResize":null}';
const REVERT = 'POST /servers/{id}/action {"revertResize":null}';

const RESIZING: Frame[] = [
  { at: 0, server: { status: 'RESIZE', task: 'resize_prep' }, record: 'pre-migrating' },
  { at: 4, server: { task: 'resize_finish', host: 'compute-2' }, record: 'post-migrating' },
];
const RESIZED: Frame[] = [
  ...RESIZING,
  { at: 8, server: { status: 'VERIFY_RESIZE', task: null, flavor: 'large' }, record: 'finished' },
];
const CONFIRMED: Frame[] = [{ at: 3, server: { status: 'ACTIVE' }, record: 'confirmed' }];
const REVERTED: Frame[] = [
  { at: 0, server: { status: 'REVERT_RESIZE', task: 'resize_reverting' } },
  { at: 5, server: { status: 'ACTIVE', task: null, flavor: 'micro' }, record: 'reverted' },
];
const FAILED: Frame[] = [
  ...RESIZING,
  { at: 8, server: { status: 'ACTIVE', task: null, host: 'compute-1' }, record: 'error' },
];

describe('resize (B83)', () => {
  let harness: ActionHarness;

  beforeEach(async () => {
    harness = await startHarness();
  });

  afterEach(() => harness.stop());

  it('waits until the instance has its flavor, and confirms it', async () => {
    Object.assign(harness.nova, { frames: RESIZED, confirmFrames: CONFIRMED });

    expect(await harness.execute(resize, LARGE)).to.equal('done');

    expect(harness.nova.asked).to.deep.equal([START, CONFIRM]);
    expect(harness.reports[0]).to.equal(
      'Resize of web-1 from micro to large: RESIZE (resize_prep) on compute-1',
    );
    expect(harness.reports.at(-1)).to.equal('100 %: web-1 is large after 12 s');
  });

  it('takes a flavor by its id', async () => {
    Object.assign(harness.nova, { frames: RESIZED, confirmFrames: CONFIRMED });

    expect(await harness.execute(resize, { ...LARGE, flavor: 'f2' })).to.equal('done');
  });

  it('needs no confirmation in a cloud that confirms by itself, and leaves an instance shut off', async () => {
    Object.assign(harness.nova.server!, { status: 'SHUTOFF' });
    harness.nova.frames = [
      ...RESIZING,
      { at: 8, server: { status: 'SHUTOFF', task: null, flavor: 'large' }, record: 'confirmed' },
    ];

    expect(await harness.execute(resize, LARGE)).to.equal('done');
    expect(harness.nova.asked).to.deep.equal([START]);
  });

  it('goes on when the answer to its request was lost', async () => {
    Object.assign(harness.nova, { frames: RESIZED, confirmFrames: CONFIRMED });
    harness.nova.refusals = [{ status: 503, message: 'busy', done: true }];

    expect(await harness.execute(resize, LARGE)).to.equal('done');
    expect(harness.nova.asked).to.deep.equal([START, CONFIRM]);
  });

  it('sends a confirmation again whose answer was lost', async () => {
    Object.assign(harness.nova, { frames: RESIZED, confirmFrames: CONFIRMED });
    harness.nova.refusals = [
      { status: 202, message: '', done: true },
      { status: 503, message: 'busy' },
    ];

    expect(await harness.execute(resize, LARGE)).to.equal('done');
    expect(harness.nova.asked).to.deep.equal([START, CONFIRM, CONFIRM]);
  });

  it('takes the instance back when it is cancelled', async () => {
    Object.assign(harness.nova, { frames: RESIZED, revertFrames: REVERTED });
    harness.cancel.abort();

    expect(await harness.execute(resize, LARGE)).to.equal(
      'ActionCancelledError: Cancelled: web-1 is micro again.',
    );
    expect(harness.nova.asked).to.deep.equal([START, REVERT]);
  });

  it('takes the instance back when Nova refuses to confirm', async () => {
    Object.assign(harness.nova, { frames: RESIZED, revertFrames: REVERTED });
    harness.nova.refusals = [
      { status: 202, message: '', done: true },
      { status: 409, message: 'not now' },
    ];

    expect(await harness.execute(resize, LARGE)).to.match(
      /^ActionFailedError in post_condition: The resize of web-1 from micro to large was not confirmed \(.*not now.*\); web-1 is micro again$/,
    );
  });

  for (const [what, arrange, ended] of [
    [
      'Nova refuses it',
      ({ nova }: ActionHarness) => (nova.refusals = [{ status: 403, message: 'Quota exceeded' }]),
      /: Nova refused the resize of web-1 from micro to large: Quota exceeded$/,
    ],
    [
      'Nova gives up, with what it noted',
      ({ nova }: ActionHarness) => Object.assign(nova, { frames: FAILED, details: ['No valid host'] }),
      /: Nova's resize of web-1 from micro to large failed: No valid host; the instance is ACTIVE on compute-1$/,
    ],
    [
      'the instance ends in error',
      ({ nova }: ActionHarness) =>
        (nova.frames = [{ at: 0, server: { status: 'ERROR', fault: 'disk is full' }, record: 'error' }]),
      /the instance is ERROR on compute-1, fault: disk is full$/,
    ],
    [
      'the answer was lost and nothing begins',
      ({ nova }: ActionHarness) => (nova.refusals = [{ status: 503, message: 'busy' }]),
      /: The resize of web-1 from micro to large did not begin: .*busy/,
    ],
    [
      'it never ends',
      ({ nova }: ActionHarness) => (nova.frames = RESIZING),
      /has not ended after 36\d\d s: the instance is RESIZE \(resize_finish\) on compute-2; it goes on unwatched$/,
    ],
    [
      'the instance vanishes',
      ({ nova }: ActionHarness) => (nova.server = undefined),
      /does not exist any more$/,
    ],
    [
      'the flavor vanishes',
      ({ nova }: ActionHarness) => (nova.flavors = []),
      /^ActionFailedError in execute: The flavor large does not exist$/,
    ],
  ] as const) {
    it(`fails with a sentence when ${what}`, async () => {
      arrange(harness);

      expect(await harness.execute(resize, LARGE)).to.match(ended);
    });
  }

  for (const [what, arrange, check] of [
    ['all is well', () => undefined, { outcome: 'proceed' }],
    [
      'the instance is gone',
      ({ nova }: ActionHarness) => (nova.server = undefined),
      { outcome: 'skip', why: `the instance ${SERVER_ID} does not exist any more` },
    ],
    [
      'the instance has the flavor already',
      ({ nova }: ActionHarness) => Object.assign(nova.server!, { flavor: 'large' }),
      { outcome: 'skip', why: 'the instance web-1 is of the flavor large already' },
    ],
    [
      'the flavor does not exist',
      ({ nova }: ActionHarness) => (nova.flavors = []),
      { outcome: 'fail', why: 'The flavor large does not exist' },
    ],
    [
      'the instance is paused',
      ({ nova }: ActionHarness) => Object.assign(nova.server!, { status: 'PAUSED' }),
      { outcome: 'fail', why: 'The instance web-1 is PAUSED; a resize needs ACTIVE or SHUTOFF' },
    ],
    [
      'the instance is locked',
      ({ nova }: ActionHarness) => Object.assign(nova.server!, { locked: true }),
      { outcome: 'fail', why: 'The instance web-1 is locked' },
    ],
    [
      'Nova is busy with it',
      ({ nova }: ActionHarness) => Object.assign(nova.server!, { task: 'rebooting' }),
      { outcome: 'fail', why: 'Nova is busy with the instance web-1: rebooting' },
    ],
  ] as const) {
    it(`is prechecked as ${check.outcome} when ${what}`, async () => {
      arrange(harness);

      expect(await harness.precheck(resize, LARGE)).to.deep.equal(check);
    });
  }

  describe('after an interruption', () => {
    const INTENT: Intent = {
      name: 'web-1',
      flavorName: 'large',
      oldFlavorName: 'micro',
      lastMigrationId: 6,
      lastRequestId: 'req-live-migration',
      status: 'ACTIVE',
    };
    const resume = (intent: unknown = INTENT) =>
      outcome(
        resize.resume!(LARGE, harness.context, intent).then(known => {
          throw new Error(`known: ${known}`);
        }),
      );

    it('follows what is under way, and confirms it', async () => {
      harness.nova.confirmFrames = CONFIRMED;
      harness.nova.begin('resize', 'compute-2', RESIZED);

      expect(await resume()).to.equal('Error: known: true');
      expect(harness.nova.asked).to.deep.equal([CONFIRM]);
    });

    it('knows that it is done', async () => {
      Object.assign(harness.nova.server!, { flavor: 'large' });

      expect(await resume()).to.equal('Error: known: true');
      expect(harness.nova.asked).to.deep.equal([]);
    });

    it('knows that it failed', async () => {
      harness.nova.begin('resize', 'compute-2', FAILED);

      expect(await resume()).to.match(/Nova's resize of web-1 from micro to large failed/);
    });

    it('waits for a request that may be on its way, before it says that nothing has begun', async () => {
      const since = harness.clock.now();

      expect(await resume()).to.equal('Error: known: false');
      expect(harness.clock.now() - since).to.be.at.least(30_000);
    });

    it('knows at once that nothing was asked when nothing was kept', async () => {
      expect(await resume(null)).to.equal('Error: known: false');
    });

    it('keeps what it needs before it asks', async () => {
      const kept: object[] = [];
      Object.assign(harness.nova, { frames: RESIZED, confirmFrames: CONFIRMED });
      const intend = async (intent: object) => {
        expect(harness.nova.asked).to.deep.equal([]);
        kept.push(intent);
      };
      await resize.execute(LARGE, { ...harness.context, intend });

      expect(kept).to.deep.equal([{ ...INTENT, lastMigrationId: 0 }]);
    });
  });
});
