import { expect } from 'chai';
import type { ClusterContents } from '../../cluster/cluster-model.ts';
import { basic } from '../../strategies/basic.ts';
import type { Decision } from '../../strategies/strategy.ts';
import type { Load } from '../cluster/tiny-cluster.ts';
import { cluster, flavor, host, instance } from '../cluster/tiny-cluster.ts';
import { forecastOf } from './forecast-of.ts';

const STEPS = 4;
const four = { flavor: flavor({ vcpus: 4 }) };

interface Cloud {
  readonly contents?: Partial<ClusterContents>;
  /** Busy CPUs, by instance. */
  readonly cpu?: Readonly<Record<string, Load | undefined>>;
  readonly given?: Readonly<Record<string, unknown>>;
}

/** Hosts of 10 CPUs: `busy` with 5 of them in use, `idle` with 1 in two instances, `spare` with none. */
function decide({ contents = {}, cpu = {}, given = {} }: Cloud = {}): Decision {
  const loads: Record<string, Load | undefined> = {
    'busy-1': { mean: [3] },
    'busy-2': { mean: [2] },
    'idle-1': { mean: [0.4] },
    'idle-2': { mean: [0.6] },
    ...cpu,
  };
  const known = Object.entries(loads).flatMap(([id, load]) =>
    load === undefined ? [] : [[id, { cpu: load }]],
  );
  return basic.decide({
    cluster: cluster({
      hosts: [host('busy'), host('idle'), host('spare')],
      instances: ['busy-1', 'busy-2', 'idle-1', 'idle-2'].map(id => instance(id, id.slice(0, 4), four)),
      ...contents,
    }),
    forecast: forecastOf(STEPS, Object.fromEntries(known) as Record<string, { cpu: Load }>),
    parameters: basic.parameters.parse(given),
  });
}

function steps({ actions }: Decision): readonly string[] {
  return actions.map(
    ({ type, resourceId, parameters: { destination_node: target, state } }) =>
      `${type} ${resourceId} ${String(target ?? state)}`,
  );
}

describe('strategy basic', () => {
  it('moves everything from the least busy host to the busiest with room, and disables it then', () => {
    const decision = decide();

    expect(steps(decision)).to.deep.equal([
      'migrate idle-2 busy',
      'migrate idle-1 busy',
      'change_nova_service_state idle disabled',
    ]);
    expect(decision.actions[2]!.after).to.deep.equal(['move-idle-2', 'move-idle-1']);
    expect(decision.actions[2]!.parameters).to.include({ disabled_reason: 'watcher_disabled' });
    expect(decision.indicators).to.deep.equal({
      compute_nodes_count: 3,
      released_compute_nodes_count: 1,
      instance_migrations_count: 2,
    });
  });

  it('says with numbers why', () => {
    const [move] = decide().actions;

    expect(move!.reason).to.equal(
      'idle is at 10 % CPU at most; idle-2 moves to busy, which then reaches 56 %.',
    );
  });

  it('moves nothing to where the CPU would be over 80 % at any step', () => {
    const decision = decide({ cpu: { 'busy-1': { mean: [3, 3, 7, 3] } } });

    expect(steps(decision)).to.deep.equal([]);
    expect(decision.explanation[0]).to.equal('No action: no host can be emptied.');
  });

  it('keeps a host of which one instance cannot move, with all its others, and fills it instead', () => {
    const pinned = instance('idle-1', 'idle', { ...four, locked: true });
    const others = ['busy-1', 'busy-2', 'idle-2'].map(id => instance(id, id.slice(0, 4), four));

    const decision = decide({ contents: { instances: [pinned, ...others] } });

    expect(steps(decision)).to.deep.equal([
      'migrate busy-1 idle',
      'migrate busy-2 idle',
      'change_nova_service_state busy disabled',
    ]);
    expect(decision.rejected.map(({ instanceId }) => instanceId)).to.deep.equal(['idle-1']);
  });

  it('neither empties nor fills a host with an instance of unknown CPU', () => {
    expect(steps(decide({ cpu: { 'busy-2': undefined } }))).to.deep.equal([]);
    expect(steps(decide({ cpu: { 'idle-2': undefined } }))).to.deep.equal([]);
  });

  it('moves nothing to an empty host, where nothing would be won', () => {
    const decision = decide({
      contents: { instances: [instance('idle-1', 'idle', four)] },
      cpu: { 'busy-1': undefined, 'busy-2': undefined, 'idle-2': undefined },
    });

    expect(steps(decision)).to.deep.equal([]);
  });

  it('stops after as many hosts as it may try in vain', () => {
    const hosts = ['a', 'b', 'c'].map(name => host(name));
    const instances = [
      instance('a-1', 'a', { ...four, locked: true }),
      instance('b-1', 'b', four),
      instance('c-1', 'c', four),
    ];
    const cpu = { 'a-1': { mean: [0.1] }, 'b-1': { mean: [1] }, 'c-1': { mean: [2] } };

    const once = decide({ contents: { hosts, instances }, cpu, given: { migration_attempts: 1 } });
    const all = decide({ contents: { hosts, instances }, cpu });

    expect(steps(once)).to.deep.equal([]);
    expect(steps(all)).to.deep.equal(['migrate b-1 c', 'change_nova_service_state b disabled']);
  });
});
