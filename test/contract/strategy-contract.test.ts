import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { GOALS } from '../../goals/goals.ts';
import { ACTION_TYPES } from '../../plugin/actions/action-types.ts';
import { parametersSpec } from '../../plugin/api/parameters.ts';
import { planActions } from '../../plugin/audits/plan-actions.ts';
import type { ProposedAction, Strategy } from '../../strategies/strategy.ts';
import { STRATEGIES } from '../../strategies/strategies.ts';
import { cluster } from '../cluster/tiny-cluster.ts';
import { forecastOf } from '../strategies/forecast-of.ts';
import { randomCloud, STEPS } from './random-cloud.ts';

const SEEDS = Array.from({ length: 60 }, (_, seed) => seed + 1);

/** What a strategy needs to decide when it cannot do without parameters. */
const PARAMETERS: Readonly<Record<string, object>> = {
  actuator: { actions: [{ action_type: 'nop', input_parameters: { message: 'hello' } }] },
};

const isMigration = ({ type }: ProposedAction): boolean => type === 'migrate';

for (const strategy of STRATEGIES as readonly Strategy<unknown>[]) {
  /** It would plan the same on a cloud of which nothing is known. */
  const looksAtNothing =
    strategy.needs(strategy.parameters.parse(PARAMETERS[strategy.name] ?? {})).models?.length === 0;

  describe(`strategy ${strategy.name} keeps the contract`, () => {
    const parameters = strategy.parameters.parse(PARAMETERS[strategy.name] ?? {});
    const itIfItLooks = looksAtNothing ? () => undefined : it;
    const decisions = SEEDS.map(seed => {
      const cloud = randomCloud(seed);
      return { cloud, decision: strategy.decide({ ...cloud, parameters }) };
    });

    it('serves a goal that the service offers, and has defaults for the parameters that may be missing', () => {
      expect(GOALS.map(({ name }) => name)).to.include(strategy.goal);
      expect(strategy.needs(parameters).steps).to.be.greaterThan(0);
    });

    it('acts at all', () => {
      expect(decisions.filter(({ decision }) => decision.actions.length > 0).length).to.be.greaterThan(5);
    });

    it('decides the same twice', () => {
      for (const seed of SEEDS) {
        const again = strategy.decide({ ...randomCloud(seed), parameters });
        expect(again).to.deep.equal(decisions[seed - 1]!.decision);
      }
    });

    it('changes nothing of its input', () => {
      for (const seed of SEEDS.slice(0, 10)) {
        const { hosts, instances, serverGroups } = randomCloud(seed).cluster;
        const used = decisions[seed - 1]!.cloud.cluster;
        expect({
          hosts: used.hosts,
          instances: used.instances,
          serverGroups: used.serverGroups,
        }).to.deep.equal({
          hosts,
          instances,
          serverGroups,
        });
      }
    });

    it('publishes its parameters as JSON schema that is strict at every level (K23)', () => {
      const spec = parametersSpec(strategy) as Schema;

      expect(spec).to.include({ type: 'object' });
      for (const { properties = {}, additionalProperties } of objectsIn(spec)) {
        if (Object.keys(properties).length > 0) expect(additionalProperties).to.equal(false);
        for (const property of Object.values(properties)) {
          expect(property, JSON.stringify(property)).to.have.any.keys('type', 'anyOf', 'enum');
        }
      }
      for (const name of Object.keys(spec.properties ?? {})) {
        const isOptional = !(spec.required ?? []).includes(name);
        const hasDefault = Object.hasOwn((parameters as object) ?? {}, name);
        if (isOptional && hasDefault) expect(spec.properties![name]).to.have.property('default');
      }
    });

    itIfItLooks('has no action for an empty cloud, and says so', () => {
      const decision = strategy.decide({ cluster: cluster({}), forecast: forecastOf(STEPS, {}), parameters });

      expect(decision.actions).to.deep.equal([]);
      expect(decision.explanation.join(' ')).to.match(/no action/i);
    });

    it('asks only for actions that can be planned, each with a reason in numbers', () => {
      for (const { decision } of decisions) {
        const rows = planActions(decision, {
          planUuid: randomUUID(),
          actionTypes: ACTION_TYPES,
          newUuid: randomUUID,
          planner: strategy.planner,
        });
        expect(rows.length).to.equal(decision.actions.length);
        for (const { reason } of decision.actions) expect(reason).to.match(/\d/);
      }
    });

    it('explains each decision', () => {
      for (const { decision } of decisions) expect(decision.explanation).to.not.deep.equal([]);
    });

    itIfItLooks('never touches an excluded, locked or stopped instance', () => {
      for (const { cloud, decision } of decisions) {
        for (const { resourceId } of decision.actions.filter(isMigration)) {
          const touched = cloud.cluster.instanceById.get(resourceId);
          expect(touched).to.include({ excluded: undefined, locked: false, state: 'active' });
        }
      }
    });

    itIfItLooks('never sends anything to a disabled, down or frozen host', () => {
      for (const { cloud, decision } of decisions) {
        for (const { parameters: wire } of decision.actions.filter(isMigration)) {
          const target = cloud.cluster.hostByName.get(String(wire['destination_node']));
          expect(target).to.include({ enabled: true, up: true, frozen: undefined });
        }
      }
    });

    it('gives a figure for each indicator of its goal', () => {
      const names = GOALS.find(({ name }) => name === strategy.goal)!.indicators.map(({ name }) => name);
      for (const { decision } of decisions)
        expect(Object.keys(decision.indicators)).to.include.members(names);
    });
  });
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
  readonly required?: readonly string[];
}

/** The schema and every schema of an object in it. */
function objectsIn(schema: Schema): readonly Schema[] {
  const inner = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])];
  return [...(schema.properties ? [schema] : []), ...inner.flatMap(objectsIn)];
}
