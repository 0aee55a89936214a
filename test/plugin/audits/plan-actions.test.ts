import { expect } from 'chai';
import fc from 'fast-check';
import { ACTION_TYPES } from '../../../plugin/actions/action-types.ts';
import {
  ImpossibleOrderError,
  InvalidActionError,
  planActions,
} from '../../../plugin/audits/plan-actions.ts';
import type { Decision, ProposedAction } from '../../../strategies/strategy.ts';

describe('planning the actions of a decision', () => {
  it('turns proposed actions into rows in the wire form of their type', () => {
    const rows = plan([
      move('m1', instance(1), 'compute-1', 'compute-2', { reason: 'compute-1 reaches 91 % CPU' }),
      action('n1', 'nop', '', { message: 'hello' }),
    ]);

    expect(rows).to.deep.equal([
      {
        uuid: 'uuid-1',
        actionPlanUuid: 'plan-1',
        actionType: 'migrate',
        inputParameters: {
          resource_id: instance(1),
          migration_type: 'live',
          source_node: 'compute-1',
          destination_node: 'compute-2',
        },
        state: 'PENDING',
        parents: [],
        reason: 'compute-1 reaches 91 % CPU',
        statusMessage: null,
      },
      {
        uuid: 'uuid-2',
        actionPlanUuid: 'plan-1',
        actionType: 'nop',
        inputParameters: { message: 'hello' },
        state: 'PENDING',
        parents: [],
        reason: '',
        statusMessage: null,
      },
    ]);
  });

  const orders: { name: string; actions: ProposedAction[]; parents: Record<string, string[]> }[] = [
    {
      name: 'keeps what the strategy asked for, whatever the order of the list',
      actions: [sleep('a', { after: ['b'] }), sleep('b')],
      parents: { a: ['b'], b: [] },
    },
    {
      name: 'lets independent migrations run side by side',
      actions: [
        move('a', instance(1), 'compute-1', 'compute-3'),
        move('b', instance(2), 'compute-1', 'compute-3'),
      ],
      parents: { a: [], b: [] },
    },
    {
      name: 'puts a migration to a host after the earlier ones that leave it',
      actions: [
        move('a', instance(1), 'compute-1', 'compute-2'),
        move('b', instance(2), 'compute-3', 'compute-1'),
        move('c', instance(3), 'compute-1', 'compute-4'),
      ],
      parents: { a: [], b: ['a'], c: [] },
    },
    {
      name: 'puts the two halves of an exchange one after the other',
      actions: [
        move('a', instance(1), 'compute-1', 'compute-2'),
        move('b', instance(2), 'compute-2', 'compute-1'),
      ],
      parents: { a: [], b: ['a'] },
    },
    {
      name: 'chains the actions on one instance',
      actions: [
        move('a', instance(1), 'compute-1', 'compute-2'),
        move('b', instance(1), 'compute-2', 'compute-3'),
      ],
      parents: { a: [], b: ['a'] },
    },
    {
      name: 'disables a host before it is emptied and enables it afterwards',
      actions: [
        service('off', 'compute-1', 'disabled'),
        move('a', instance(1), 'compute-1', 'compute-2'),
        move('elsewhere', instance(2), 'compute-3', 'compute-4'),
        service('on', 'compute-1', 'enabled'),
      ],
      parents: { off: [], a: ['off'], elsewhere: [], on: ['off', 'a'] },
    },
    {
      name: 'enables a host before something moves to it',
      actions: [service('on', 'compute-2', 'enabled'), move('a', instance(1), 'compute-1', 'compute-2')],
      parents: { on: [], a: ['on'] },
    },
    {
      name: "puts a migration whose target Nova chooses after every earlier change of a host's state",
      actions: [
        service('off', 'compute-4', 'disabled'),
        move('a', instance(1), 'compute-1', undefined),
        service('on', 'compute-3', 'enabled'),
      ],
      parents: { off: [], a: ['off'], on: ['a'] },
    },
  ];
  for (const { name, actions, parents } of orders) {
    it(name, () => {
      const rows = plan(actions);

      const idByUuid = new Map(rows.map(row => [row.uuid, row.reason]));
      const actual = Object.fromEntries(
        rows.map(row => [row.reason, row.parents.map(uuid => idByUuid.get(uuid))]),
      );
      expect(actual).to.deep.equal(parents);
    });
  }

  const refusals: { name: string; actions: ProposedAction[]; error: new () => Error; message: string }[] = [
    {
      name: 'an action type that is unknown',
      actions: [action('a', 'teleport', instance(1), {})],
      error: InvalidActionError,
      message: 'The action a is of the unknown type teleport',
    },
    {
      name: 'parameters that the type does not take',
      actions: [action('a', 'sleep', '', { duration: 1, colour: 'red' })],
      error: InvalidActionError,
      message: 'The parameters of the action a do not fit sleep: ✖ Unrecognized key: "colour"',
    },
    {
      name: 'an order that is a circle',
      actions: [sleep('a', { after: ['b'] }), sleep('b', { after: ['a'] }), sleep('c')],
      error: ImpossibleOrderError,
      message: 'These actions wait for each other: a, b',
    },
    {
      name: 'an action after one that does not exist',
      actions: [sleep('a', { after: ['ghost'] })],
      error: ImpossibleOrderError,
      message: 'The action a is to come after ghost, which is not in the plan',
    },
    {
      name: 'two actions with one id',
      actions: [sleep('a'), sleep('a')],
      error: ImpossibleOrderError,
      message: 'Two proposed actions have the id a',
    },
  ];
  for (const { name, actions, error, message } of refusals) {
    it(`refuses ${name}`, () => {
      expect(() => plan(actions)).to.throw(error, message);
    });
  }

  it('plans nothing for a decision without actions', () => {
    expect(plan([])).to.deep.equal([]);
  });

  it('gives every decision a graph without circles that holds each action once and keeps the order', () => {
    fc.assert(
      fc.property(decisions, actions => {
        const rows = plan(actions);

        expect(rows.map(row => row.reason)).to.have.members(actions.map(({ id }) => id));
        const position = new Map(rows.map((row, index) => [row.uuid, index]));
        const rowById = new Map(rows.map(row => [row.reason, row]));
        for (const row of rows) {
          const own = position.get(row.uuid) ?? -1;
          for (const parent of row.parents) expect(position.get(parent)).to.be.within(0, own - 1);
        }
        for (const { id, after } of actions) {
          const wanted = after.map(other => rowById.get(other)?.uuid);
          expect(rowById.get(id)?.parents).to.include.members(wanted);
        }
      }),
    );
  });
});

/** Actions of all types over few hosts and instances, so that they touch each other; `after` names any earlier id. */
const decisions: fc.Arbitrary<ProposedAction[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('move', 'scheduled', 'service', 'sleep'),
      instance: fc.integer({ min: 1, max: 4 }),
      source: fc.integer({ min: 1, max: 4 }),
      target: fc.integer({ min: 1, max: 4 }),
      afterSeeds: fc.array(fc.nat(), { maxLength: 3 }),
      key: fc.nat(),
    }),
    { maxLength: 12 },
  )
  .map(drafts => {
    const actions = drafts.map(({ kind, instance: number, source, target, afterSeeds }, index) => {
      const id = `a${index}`;
      const after = index === 0 ? [] : [...new Set(afterSeeds.map(seed => `a${seed % index}`))];
      const from = `compute-${source}`;
      if (kind === 'sleep') return sleep(id, { after });
      if (kind === 'service') return service(id, from, target > 2 ? 'enabled' : 'disabled', { after });
      return move(id, instance(number), from, kind === 'move' ? `compute-${target}` : undefined, { after });
    });
    // The list may come in any order.
    return actions
      .map((proposed, index) => ({ proposed, key: drafts[index]?.key ?? 0 }))
      .toSorted((one, other) => one.key - other.key)
      .map(({ proposed }) => proposed);
  });

function plan(actions: readonly ProposedAction[]): ReturnType<typeof planActions> {
  let count = 0;
  const decision: Decision = { actions, indicators: {}, explanation: [], rejected: [], examined: 0 };
  const newUuid = (): string => `uuid-${(count += 1)}`;
  return planActions(decision, { planUuid: 'plan-1', actionTypes: ACTION_TYPES, newUuid });
}

type Extra = Partial<Pick<ProposedAction, 'after' | 'reason'>>;

/** Its reason is its id unless told otherwise, so that rows can be told apart. */
function action(
  id: string,
  type: string,
  resourceId: string,
  parameters: ProposedAction['parameters'],
  extra: Extra = {},
): ProposedAction {
  const reason = type === 'nop' ? '' : id;
  return { id, type, resourceId, parameters, reason, benefit: 1, cost: 0, after: [], ...extra };
}

function sleep(id: string, extra: Extra = {}): ProposedAction {
  return action(id, 'sleep', '', { duration: 1 }, extra);
}

function move(
  id: string,
  instanceId: string,
  source: string,
  target: string | undefined,
  extra: Extra = {},
): ProposedAction {
  const destination = target === undefined ? {} : { destination_node: target };
  return action(
    id,
    'migrate',
    instanceId,
    { migration_type: 'live', source_node: source, ...destination },
    extra,
  );
}

function service(id: string, host: string, state: string, extra: Extra = {}): ProposedAction {
  return action(id, 'change_nova_service_state', host, { state, resource_name: host }, extra);
}

function instance(number: number): string {
  return `00000000-0000-4000-8000-00000000000${number}`;
}
