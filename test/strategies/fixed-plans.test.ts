import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { ACTION_TYPES } from '../../plugin/actions/action-types.ts';
import { InvalidActionError, planActions } from '../../plugin/audits/plan-actions.ts';
import { actuator } from '../../strategies/actuator.ts';
import { dummyWithResize } from '../../strategies/dummy-with-resize.ts';
import { dummyWithScorer } from '../../strategies/dummy-with-scorer.ts';
import { dummy } from '../../strategies/dummy.ts';
import type { Decision, Strategy } from '../../strategies/strategy.ts';
import { cluster } from '../cluster/tiny-cluster.ts';
import { forecastOf } from './forecast-of.ts';

const FIRST = 'b199db0c-1408-4d52-b5a5-5ca14de0ff36';
const SECOND = '8db1b3c1-7938-4c34-8c03-6de14b874f8f';
const MOVE = { source_node: 'compute2', destination_node: 'compute3', migration_type: 'live' };

/** What a real Watcher plans for the same audits: type, parameters, positions of the parents. */
describe('plans of strategies that look at nothing are those of Watcher', () => {
  it('dummy (B66)', () => {
    expect(planOf(dummy, { para1: 2.5, para2: 'salve' })).to.deep.equal([
      ['nop', { message: 'hello World' }, []],
      ['nop', { message: 'salve' }, [0]],
      ['sleep', { duration: 2.5 }, [1]],
    ]);
    expect(dummy.parameters.parse({})).to.deep.equal({ para1: 3.2, para2: 'hello' });
  });

  it('dummy_with_scorer (B66)', () => {
    const plan = planOf(dummyWithScorer, {});

    expect(plan.map(([type, , parents]) => [type, parents])).to.deep.equal([
      ['nop', []],
      ['nop', [0]],
      ['nop', [1]],
      ['sleep', [2]],
    ]);
    const [hello, workload, average, pause] = plan.map(([, parameters]) => parameters);
    expect(hello).to.deep.equal({ message: 'Hello from Dummy Strategy with Scorer!' });
    expect(workload!['message']).to.match(
      /^Detected Workload: (idle|cpu-intensive|memory-intensive|disk-intensive)$/,
    );
    expect(average!['message']).to.match(/^AVG Scorer result: \d{1,3}\.\d{1,2}$/);
    expect(pause).to.deep.equal({ duration: 5 });
  });

  it('dummy_with_scorer, whose figures differ from audit to audit and are the same for the same audit', () => {
    const messages = (takenAt: string) => JSON.stringify(planOf(dummyWithScorer, {}, takenAt));
    const seen = Array.from({ length: 20 }, (_, n) => messages(`2026-01-01T00:00:00.${100 + n}Z`));

    expect(new Set(seen).size).to.be.greaterThan(15);
    expect(messages('2026-01-01T00:00:00.100Z')).to.equal(seen[0]);
    expect(new Set(seen.map(text => /Workload: ([a-z-]+)/.exec(text)![1])).size).to.be.greaterThan(1);
  });

  it('dummy_with_resize (B66)', () => {
    expect(planOf(dummyWithResize, {})).to.deep.equal([
      ['nop', { message: 'hello World' }, []],
      ['nop', { message: 'Welcome' }, [0]],
      ['sleep', { duration: 5 }, [1]],
      ['migrate', { ...MOVE, resource_id: FIRST }, [2]],
      ['migrate', { ...MOVE, resource_id: SECOND }, [2]],
      ['resize', { flavor: 'x2', resource_id: SECOND }, [3, 4]],
    ]);
  });

  it('actuator: kind by kind, and what is there twice only once (B67, B91)', () => {
    const live = { migration_type: 'live', source_node: 'x' };
    const plan = planOf(actuator, {
      actions: [
        { action_type: 'sleep', input_parameters: { duration: 1 } },
        { action_type: 'nop', input_parameters: { message: 'a' } },
        { action_type: 'migrate', resource_id: FIRST, input_parameters: live },
        { action_type: 'nop', resource_id: '', input_parameters: { message: 'b' } },
        {
          action_type: 'change_nova_service_state',
          resource_id: 'compute-9',
          input_parameters: { state: 'enabled' },
        },
        { action_type: 'migrate', resource_id: FIRST, input_parameters: live },
        { action_type: 'migrate', input_parameters: { ...live, resource_id: SECOND } },
      ],
    });

    expect(plan).to.deep.equal([
      ['nop', { message: 'a' }, []],
      ['nop', { message: 'b' }, [0]],
      ['change_nova_service_state', { state: 'enabled', resource_id: 'compute-9' }, [1]],
      ['sleep', { duration: 1 }, [2]],
      ['migrate', { ...live, resource_id: FIRST }, [3]],
      ['migrate', { ...live, resource_id: SECOND }, [3]],
    ]);
  });

  it('actuator plans nothing of an empty list, and says so', () => {
    const decision = decide(actuator, { actions: [] });

    expect(decision.actions).to.deep.equal([]);
    expect(decision.explanation).to.deep.equal(["No action: there is none among the audit's parameters."]);
  });

  for (const [what, action, problem] of [
    [
      'of an unknown type',
      { action_type: 'teleport', input_parameters: {} },
      'The action action-1 is of the unknown type teleport',
    ],
    [
      'that does not fit its type',
      { action_type: 'sleep', input_parameters: { a: 1 } },
      'The parameters of the action action-1 do not fit sleep: ',
    ],
    [
      'with a resource that is no text',
      { action_type: 'migrate', input_parameters: { resource_id: 5, migration_type: 'live' } },
      'The parameters of the action action-1 do not fit migrate: ',
    ],
  ] as const) {
    it(`actuator plans no action ${what} (B67)`, () => {
      expect(() => planOf(actuator, { actions: [action] })).to.throw(InvalidActionError, problem);
    });
  }
});

type Row = readonly [type: string, parameters: Readonly<Record<string, unknown>>, parents: readonly number[]];

function planOf(strategy: Strategy<unknown>, given: object, takenAt?: string): readonly Row[] {
  const rows = planActions(decide(strategy, given, takenAt), {
    planUuid: randomUUID(),
    actionTypes: ACTION_TYPES,
    newUuid: randomUUID,
    planner: strategy.planner,
  });
  return rows.map(({ actionType, inputParameters, parents }) => [
    actionType,
    inputParameters,
    parents.map(uuid => rows.findIndex(row => row.uuid === uuid)).toSorted((a, b) => a - b),
  ]);
}

function decide(strategy: Strategy<unknown>, given: object, takenAt = '2026-01-01T00:00:00.000Z'): Decision {
  const parameters = strategy.parameters.parse(given);
  expect(strategy.needs(parameters)).to.deep.include({ models: [], metrics: [] });
  return strategy.decide({ cluster: cluster({ takenAt }), forecast: forecastOf(1, {}), parameters });
}
