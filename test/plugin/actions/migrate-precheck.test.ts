import { expect } from 'chai';
import { migrate } from '../../../plugin/actions/migrate/migrate.ts';
import type { Precheck } from '../../../plugin/actions/action-type.ts';
import { startHarness } from './action-harness.ts';
import type { ActionHarness } from './action-harness.ts';
import { SERVER_ID } from './fake-nova.ts';
import type { FakeNova } from './fake-nova.ts';

const LIVE = {
  migration_type: 'live',
  resource_id: SERVER_ID,
  source_node: 'compute-1',
  destination_node: 'compute-2',
};
const COLD = { ...LIVE, migration_type: 'cold' };

interface Case {
  readonly name: string;
  readonly parameters?: Record<string, unknown>;
  readonly arrange: (nova: FakeNova) => void;
  readonly expected: Precheck;
}

function fail(why: string): Precheck {
  return { outcome: 'fail', why };
}

function skip(why: string): Precheck {
  return { outcome: 'skip', why };
}

const PROCEED: Precheck = { outcome: 'proceed' };

const CASES: Case[] = [
  { name: 'proceeds when all is as planned', arrange: () => {}, expected: PROCEED },
  {
    name: 'proceeds without a destination',
    parameters: { ...LIVE, destination_node: undefined },
    arrange: () => {},
    expected: PROCEED,
  },
  {
    name: 'proceeds with a paused instance',
    arrange: nova => Object.assign(nova.server ?? {}, { status: 'PAUSED' }),
    expected: PROCEED,
  },
  {
    name: 'proceeds with the cold migration of an instance that is shut off',
    parameters: COLD,
    arrange: nova => Object.assign(nova.server ?? {}, { status: 'SHUTOFF' }),
    expected: PROCEED,
  },
  {
    name: 'proceeds when older migrations have ended',
    arrange: nova => (nova.records = [record('completed'), record('error', 4), record('confirmed', 3)]),
    expected: PROCEED,
  },
  {
    name: 'skips an instance that is gone',
    arrange: nova => (nova.server = undefined),
    expected: skip(`the instance ${SERVER_ID} does not exist any more`),
  },
  {
    name: 'skips an instance that has left the source host',
    arrange: nova => Object.assign(nova.server ?? {}, { host: 'compute-3' }),
    expected: skip('the instance web-1 is on compute-3 and not on compute-1 any more'),
  },
  {
    name: 'fails for an instance that is shut off',
    arrange: nova => Object.assign(nova.server ?? {}, { status: 'SHUTOFF' }),
    expected: fail('The instance web-1 is SHUTOFF; a live migration needs ACTIVE or PAUSED'),
  },
  {
    name: 'fails for the cold migration of a paused instance',
    parameters: COLD,
    arrange: nova => Object.assign(nova.server ?? {}, { status: 'PAUSED' }),
    expected: fail('The instance web-1 is PAUSED; a cold migration needs ACTIVE or SHUTOFF'),
  },
  {
    name: 'fails for a locked instance',
    arrange: nova => Object.assign(nova.server ?? {}, { locked: true }),
    expected: fail('The instance web-1 is locked'),
  },
  {
    name: 'fails while Nova does something else with the instance',
    arrange: nova => Object.assign(nova.server ?? {}, { task: 'image_snapshot' }),
    expected: fail('Nova is busy with the instance web-1: image_snapshot'),
  },
  {
    name: 'fails while a migration of the instance is in flight',
    arrange: nova => (nova.records = [record('queued'), record('completed', 4)]),
    expected: fail("Nova's migration 5 of the instance web-1 to compute-3 has not ended: it is queued"),
  },
  {
    name: 'fails for a destination that does not exist',
    parameters: { ...LIVE, destination_node: 'compute-9' },
    arrange: () => {},
    expected: fail('The destination host compute-9 does not exist: it has no nova-compute service'),
  },
  {
    name: 'fails for a destination that is disabled',
    arrange: nova =>
      Object.assign(nova.services[1] ?? {}, { status: 'disabled', disabledReason: 'new disks' }),
    expected: fail('The destination host compute-2 is disabled (new disks)'),
  },
  {
    name: 'fails for a destination that is down',
    arrange: nova => Object.assign(nova.services[1] ?? {}, { state: 'down' }),
    expected: fail('The destination host compute-2 is down'),
  },
  {
    name: 'fails for a source that is down, where Nova would accept the migration and never begin it',
    arrange: nova => Object.assign(nova.services[0] ?? {}, { state: 'down' }),
    expected: fail('The source host compute-1 is down'),
  },
  {
    name: 'proceeds from a source that is disabled, as an emptied host is',
    arrange: nova => Object.assign(nova.services[0] ?? {}, { status: 'disabled' }),
    expected: PROCEED,
  },
  {
    name: 'fails for a destination that is the source',
    parameters: { ...LIVE, destination_node: 'compute-1' },
    arrange: () => {},
    expected: fail('The destination host compute-1 is the source host'),
  },
];

describe('the check before a migration', () => {
  let harness: ActionHarness;

  afterEach(() => harness.stop());

  for (const { name, parameters = LIVE, arrange, expected } of CASES) {
    it(name, async () => {
      harness = await startHarness();
      arrange(harness.nova);

      expect(await harness.precheck(migrate, parameters)).to.deep.equal(expected);

      expect(harness.nova.asked).to.deep.equal([]);
    });
  }
});

function record(status: string, id = 5): FakeNova['records'][number] {
  return { id, type: 'live-migration', status, createdAt: '2026-01-01T00:00:00', target: 'compute-3' };
}
