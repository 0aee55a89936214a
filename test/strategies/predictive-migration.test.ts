import { expect } from 'chai';
import type { ClusterContents } from '../../cluster/cluster-model.ts';
import { predictiveMigration as goal } from '../../goals/predictive-migration.ts';
import { parameters } from '../../strategies/predictive-migration/parameters.ts';
import { predictiveMigration } from '../../strategies/predictive-migration/predictive-migration.ts';
import type { Decision } from '../../strategies/strategy.ts';
import type { Load } from '../cluster/tiny-cluster.ts';
import { cluster, flavor, host, instance, inventory } from '../cluster/tiny-cluster.ts';
import { forecastOf } from './forecast-of.ts';

const STEPS = 12;
const four = { flavor: flavor({ vcpus: 4 }) };
/** Four instances on `hot`, 10 CPUs: 6 busy now, 9.6 an hour later. */
const RISING: Load = {
  mean: Array.from({ length: STEPS }, (_, step) => 1.5 + (0.9 * step) / (STEPS - 1)),
  deviation: 0.1,
};
const QUIET: Load = { mean: [1], deviation: 0.1 };
const memory: Load = { mean: [2000], deviation: 50 };

interface Cloud {
  readonly contents?: Partial<ClusterContents>;
  readonly cpu?: Readonly<Record<string, Load | undefined>>;
  readonly given?: Readonly<Record<string, unknown>>;
}

function decide({ contents = {}, cpu = {}, given = {} }: Cloud = {}): Decision {
  const hot = ['hot-1', 'hot-2', 'hot-3', 'hot-4'];
  const model = cluster({
    hosts: [host('hot'), host('cool'), host('warm')],
    instances: [
      ...hot.map(id => instance(id, 'hot', four)),
      instance('cool-1', 'cool', four),
      instance('warm-1', 'warm', four),
    ],
    ...contents,
  });
  const loads: Record<string, Load | undefined> = {
    'cool-1': QUIET,
    'warm-1': { mean: [4], deviation: 0.1 },
    ...cpu,
  };
  for (const id of hot) if (!(id in loads)) loads[id] = RISING;
  const known = Object.fromEntries(
    Object.entries(loads).flatMap(([id, load]) => (load === undefined ? [] : [[id, { cpu: load, memory }]])),
  );
  const bases = Object.fromEntries(model.hosts.map(({ id }) => [id, { cpu: { mean: [0.1] } }]));
  return predictiveMigration.decide({
    cluster: model,
    forecast: forecastOf(STEPS, known, bases),
    parameters: parameters.parse({ horizon: 3600, ...given }),
  });
}

function moves(decision: Decision): readonly string[] {
  return decision.actions.map(
    ({ resourceId, parameters: { source_node, destination_node } }) =>
      `${resourceId}: ${String(source_node)} → ${String(destination_node)}`,
  );
}

describe('predictive migration', () => {
  it('moves one instance off the host that will be overloaded, to the host with most room', () => {
    const decision = decide();

    expect(moves(decision)).to.deep.equal(['hot-1: hot → cool']);
    const [action] = decision.actions;
    expect(action).to.deep.include({
      type: 'migrate',
      parameters: {
        migration_type: 'live',
        source_node: 'hot',
        destination_node: 'cool',
        resource_name: 'hot-1',
      },
    });
    expect(action!.reason).to.match(
      /^hot-1 moves from hot to cool: hot reaches \d+ % CPU at 12:55 UTC \(p95; 80 % allowed\), over for \d+ min expected.*cool then stays under \d+ % CPU/,
    );
    expect(action!.benefit).to.be.greaterThan(action!.cost);
  });

  it('tells what the plan is expected to save', () => {
    const { indicators } = decide();

    expect(indicators['forecast_overload_minutes_before']).to.be.greaterThan(20);
    expect(indicators['forecast_overload_minutes_after']).to.be.lessThan(2);
    expect(indicators['instance_migrations_count']).to.equal(1);
    expect(indicators['relieved_hosts_count']).to.equal(1);
    expect(goal.globalEfficacy(indicators)[0]!.value).to.be.within(90, 100);
    expect(Object.keys(indicators).sort()).to.deep.equal(goal.indicators.map(({ name }) => name).sort());
  });

  it('moves nothing, and says why, when no host will be overloaded', () => {
    const decision = decide({ cpu: { 'hot-1': QUIET, 'hot-2': QUIET } });

    expect(decision.actions).to.deep.equal([]);
    expect(decision.explanation[0]).to.match(
      /^No action: no host's probability of overload reaches 50 %; at most, hot reaches \d+ % CPU/,
    );
  });

  it('moves nothing when the cloud is empty', () => {
    expect(decide({ contents: { hosts: [], instances: [] } }).explanation[0]).to.equal(
      'No action: the cloud has no hosts.',
    );
  });

  it('never brings a target over its threshold at any step', () => {
    const peakLater: Load = {
      mean: [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 3.9, 0.5],
      deviation: 0.1,
    };
    const decision = decide({
      contents: {
        instances: [
          ...['hot-1', 'hot-2', 'hot-3', 'hot-4'].map(id => instance(id, 'hot', four)),
          instance('cool-1', 'cool', four),
          instance('cool-2', 'cool', four),
          instance('warm-1', 'warm', four),
        ],
      },
      cpu: { 'cool-1': peakLater, 'cool-2': peakLater },
    });

    expect(moves(decision)).to.deep.equal(['hot-1: hot → warm']);
  });

  it('moves nothing when every target would be overloaded, and says so', () => {
    const busy: Load = { mean: [3.9], deviation: 0.05 };
    const pairs = ['cool', 'warm'].flatMap(name => [
      instance(`${name}-1`, name, four),
      instance(`${name}-2`, name, four),
    ]);
    const decision = decide({
      contents: {
        instances: [...['hot-1', 'hot-2', 'hot-3', 'hot-4'].map(id => instance(id, 'hot', four)), ...pairs],
      },
      cpu: { 'cool-1': busy, 'cool-2': busy, 'warm-1': busy, 'warm-2': busy },
    });

    expect(decision.actions).to.deep.equal([]);
    expect(decision.explanation.join(' ')).to.include('no host has headroom left');
  });

  it('moves nothing for a benefit whose lower quantile does not exceed cost and margin', () => {
    const unsure: Load = { ...RISING, deviation: 3 };
    const wide = { 'hot-1': unsure, 'hot-2': unsure, 'hot-3': unsure, 'hot-4': unsure };

    expect(decide({ cpu: wide, given: { pressure_threshold: 0.01, quantile: 0.5 } }).actions).to.deep.equal(
      [],
    );
    expect(decide({ given: { minimum_benefit: 60 } }).actions).to.deep.equal([]);
  });

  it('does not count nor move an instance without metrics', () => {
    const decision = decide({ cpu: { 'hot-1': undefined } });

    expect(decision.actions).to.deep.equal([]);
    expect(decision.explanation.join(' ')).to.include(
      '1 of 6 active instances have no usable CPU metrics and are left alone: hot-1',
    );
  });

  it('sends nothing to a host of which too little is known', () => {
    const decision = decide({
      contents: {
        instances: [
          ...['hot-1', 'hot-2', 'hot-3', 'hot-4'].map(id => instance(id, 'hot', four)),
          instance('warm-1', 'warm', four),
        ],
      },
    });
    expect(moves(decision)).to.deep.equal(['hot-1: hot → cool']);

    const model = cluster({
      hosts: [host('hot'), host('cool')],
      instances: [
        ...['hot-1', 'hot-2', 'hot-3', 'hot-4'].map(id => instance(id, 'hot', four)),
        instance('dark', 'cool', four),
      ],
    });
    const known = Object.fromEntries(
      ['hot-1', 'hot-2', 'hot-3', 'hot-4'].map(id => [id, { cpu: RISING, memory }]),
    );
    const blind = predictiveMigration.decide({
      cluster: model,
      forecast: forecastOf(STEPS, known, { hot: { cpu: { mean: [0.1] } } }),
      parameters: parameters.parse({ horizon: 3600 }),
    });
    expect(blind.actions).to.deep.equal([]);
  });

  it('leaves alone what may not move, and takes the next', () => {
    const decision = decide({
      contents: {
        instances: [
          instance('hot-1', 'hot', { ...four, locked: true }),
          instance('hot-2', 'hot', { ...four, excluded: 'by the audit scope' }),
          instance('hot-3', 'hot', four),
          instance('hot-4', 'hot', four),
        ],
      },
    });

    expect(moves(decision)).to.deep.equal(['hot-3: hot → cool']);
    expect(decision.rejected.map(({ instanceId }) => instanceId)).to.include.members(['hot-1', 'hot-2']);
  });

  it('moves by CPU alone where there are no memory metrics, and spares targets whose memory might not suffice', () => {
    const ids = ['hot-1', 'hot-2', 'hot-3', 'hot-4'];
    const decideWith = (big: number) => {
      const model = cluster({
        hosts: [host('hot'), host('cool')],
        instances: [
          ...ids.map(id => instance(id, 'hot', four)),
          instance('cool-1', 'cool', { flavor: flavor({ vcpus: 4, memoryMiB: big }) }),
        ],
      });
      const known = Object.fromEntries([...ids.map(id => [id, { cpu: RISING }]), ['cool-1', { cpu: QUIET }]]);
      const bases = { hot: { cpu: { mean: [0.1] } }, cool: { cpu: { mean: [0.1] } } };
      const forecast = forecastOf(STEPS, known, bases);
      return moves(
        predictiveMigration.decide({
          cluster: model,
          forecast,
          parameters: parameters.parse({ horizon: 3600 }),
        }),
      );
    };

    expect(decideWith(4096)).to.deep.equal(['hot-1: hot → cool']);
    expect(decideWith(98_000)).to.deep.equal([]);
  });

  it('moves busy instances too: dirtying memory fast makes a migration dear, not impossible', () => {
    const eight = { flavor: flavor({ vcpus: 8, memoryMiB: 8192 }) };
    const big = (vcpus: number) => ({
      inventories: new Map([
        ['VCPU', inventory(vcpus, { allocationRatio: 4 })],
        ['MEMORY_MB', inventory(262_144)],
        ['DISK_GB', inventory(999)],
      ]),
    });
    const ids = Array.from({ length: 8 }, (_, n) => `busy-${n}`);
    const model = cluster({
      hosts: [host('hot', big(64)), host('cool', big(64))],
      instances: ids.map(id => instance(id, 'hot', eight)),
    });
    const known = Object.fromEntries(
      ids.map(id => [id, { cpu: { mean: [7], deviation: 0.2 }, memory: { mean: [6000] } }]),
    );
    const forecast = forecastOf(24, known, { hot: { cpu: { mean: [1] } }, cool: { cpu: { mean: [1] } } });
    const decision = predictiveMigration.decide({
      cluster: model,
      forecast,
      parameters: parameters.parse({}),
    });

    expect(decision.actions.length).to.be.greaterThan(0);
    expect(decision.actions[0]!.reason).to.include('throttled to 45 % at the assumed dirty rate');
  });

  it('keeps to a network threshold when it is told the bandwidth', () => {
    const given = parameters.parse({ thresholds: { host_network_io: 50 }, host_network_bandwidth: 100 });

    expect(predictiveMigration.needs(given).metrics).to.deep.equal(['cpu', 'memory', 'network']);
    expect(parameters.safeParse({ thresholds: { host_network_io: 50 } }).success).to.equal(false);
  });

  for (const wrong of [
    { granularity: 300.5 },
    { granularity: 700 },
    { horizon: 0 },
    { thresholds: { host_cpu_usage: 0 } },
  ]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      expect(parameters.safeParse(wrong).success).to.equal(false);
    });
  }

  it('looks past hosts that are full', () => {
    const full = {
      inventories: new Map([
        ['VCPU', inventory(10, { allocationRatio: 4 })],
        ['MEMORY_MB', inventory(102_400, { used: 102_400 })],
        ['DISK_GB', inventory(1000)],
      ]),
    };
    const crowd = Array.from({ length: 200 }, (_, n) => host(`full-${n}`, full));
    const hosts = [host('hot'), ...crowd, host('warm')];
    const bases = Object.fromEntries(hosts.map(({ id }) => [id, { cpu: { mean: [id === 'warm' ? 3 : 0] } }]));
    const ids = ['hot-1', 'hot-2', 'hot-3', 'hot-4'];
    const decision = predictiveMigration.decide({
      cluster: cluster({ hosts, instances: ids.map(id => instance(id, 'hot', four)) }),
      forecast: forecastOf(STEPS, Object.fromEntries(ids.map(id => [id, { cpu: RISING, memory }])), bases),
      parameters: parameters.parse({ horizon: 3600 }),
    });

    expect(moves(decision)).to.deep.equal(['hot-1: hot → warm']);
  });

  it('sends nothing to a disabled, down or frozen host', () => {
    for (const change of [{ enabled: false }, { up: false }, { frozen: 'its cell is down' }]) {
      const hosts = [host('hot'), host('cool', change), host('warm')];
      expect(moves(decide({ contents: { hosts } })), JSON.stringify(change)).to.deep.equal([
        'hot-1: hot → warm',
      ]);
    }
  });

  it('keeps to the maximum of migrations, and does not start what it cannot finish', () => {
    const worse: Load = { mean: [3], deviation: 0.1 };
    const all = { 'hot-1': worse, 'hot-2': worse, 'hot-3': worse, 'hot-4': worse };

    expect(decide({ cpu: all }).actions.length).to.equal(2);
    expect(decide({ cpu: all, given: { maximum_migrations: 1 } }).actions).to.deep.equal([]);
    expect(decide({ given: { maximum_migrations: 0 } }).actions).to.deep.equal([]);
  });

  it('decides the same twice and changes nothing of its input', () => {
    expect(decide()).to.deep.equal(decide());
  });
});
