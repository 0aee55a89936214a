/**
 * Empties the least busy hosts, each as a whole or not at all, onto the busiest ones that have room, and disables what it has emptied.
 *
 * It does nothing when no host's instances fit elsewhere: Placement, server groups and pins must agree, and the target must stay under 80 % CPU (p95) at
 * every forecast step. A host with an instance that cannot be live-migrated or whose CPU is not known is neither emptied nor filled; empty hosts stay as they are.
 * Known limit: it looks at CPU alone, and a host that has received instances is not emptied any more.
 */
import { z } from 'zod';
import { Overload } from '../candidates/overload.ts';
import type { Host } from '../cluster/host.ts';
import type { Instance } from '../cluster/instance.ts';
import { hostLoadCapacity } from '../cluster/load-capacity.ts';
import { normalQuantile } from '../cluster/normal.ts';
import { WhatIf } from '../cluster/what-if.ts';
import { granularityParameter, SECONDS_PER_DAY } from './granularity.ts';
import type { Decision, ProposedAction, RejectedMove, Strategy, StrategyInput } from './strategy.ts';

const TARGET_CPU_PERCENT = 80;
const UPPER_Z = normalQuantile(0.95);
const DISABLED_REASON = 'watcher_disabled';

const method = z.string().meta({ description: "Watcher's; the forecast uses the whole period." });

const parameters = z.strictObject({
  migration_attempts: z
    .int()
    .min(0)
    .default(0)
    .meta({ description: 'Stop after so many hosts that could not be emptied; 0: try them all.' }),
  period: z
    .int()
    .min(600)
    .max(60 * SECONDS_PER_DAY)
    .default(7200)
    .meta({ description: 'How much history to learn from, and how far to look ahead, in seconds.' }),
  granularity: granularityParameter.meta({
    description: 'Length of a sample and of a forecast step, in seconds.',
  }),
  aggregation_method: z
    .strictObject({
      instance: method.default('mean'),
      compute_node: method.default('mean'),
      node: method.default(''),
    })
    .prefault({}),
});

type Parameters = z.output<typeof parameters>;

/** The longest look ahead, whatever the period: further out a forecast says little of the load. */
const MOST_STEPS = 288;

export const basic: Strategy<Parameters> = {
  name: 'basic',
  displayName: 'Basic offline consolidation',
  goal: 'server_consolidation',
  parameters,
  needs: ({ period, granularity }) => ({
    metrics: ['cpu'],
    historySeconds: Math.max(period, 2 * granularity),
    stepSeconds: granularity,
    steps: Math.min(MOST_STEPS, Math.max(1, Math.ceil(period / granularity))),
  }),
  decide,
};

interface Board {
  readonly whatIf: WhatIf;
  readonly overload: Overload;
  readonly cpu: number;
  /** Ids of hosts from and to which instances may move. */
  readonly open: ReadonlySet<string>;
  readonly released: Set<string>;
  readonly filled: Set<string>;
  readonly rejected: RejectedMove[];
  examined: number;
}

interface Move {
  readonly instance: Instance;
  readonly target: Host;
  /** Of the target, with the instance on it. */
  readonly percent: number;
}

function decide({ cluster, forecast, parameters: given }: StrategyInput<Parameters>): Decision {
  const whatIf = new WhatIf(cluster, forecast);
  const overload = new Overload(whatIf, { thresholds: new Map([['cpu', TARGET_CPU_PERCENT]]) });
  const open = new Set(cluster.hosts.filter(host => isOpen(host, whatIf)).map(({ id }) => id));
  const cpu = whatIf.loads.metrics.indexOf('cpu');
  const board: Board = {
    whatIf,
    overload,
    cpu,
    open,
    released: new Set(),
    filled: new Set(),
    rejected: [],
    examined: 0,
  };
  const actions: ProposedAction[] = [];
  const explanation: string[] = [];
  let failures = 0;
  const before = new Map(cluster.hosts.map(({ id }) => [id, busyPercent(board, id)]));
  for (const host of byBusiness(cluster.hosts, before)) {
    const instances = cluster.instancesOn(host.id);
    if (!open.has(host.id) || instances.length === 0 || board.filled.has(host.id)) continue;
    if (given.migration_attempts > 0 && failures >= given.migration_attempts) break;
    const moves = empty(host, instances, board);
    const now = `${host.name} is at ${before.get(host.id)!.toFixed(0)} % CPU at most`;
    if (moves === undefined) {
      failures += 1;
      explanation.push(`${now}; its ${instances.length} instance(s) do not all fit elsewhere.`);
    } else {
      actions.push(...actionsOf(host, moves, now));
      explanation.push(`${now}; its ${moves.length} instance(s) fit elsewhere, so it can be released.`);
    }
  }
  if (actions.length === 0) explanation.unshift('No action: no host can be emptied.');
  const enabled = cluster.hosts.filter(host => host.enabled);
  return {
    actions,
    indicators: {
      compute_nodes_count: enabled.length,
      released_compute_nodes_count: board.released.size,
      instance_migrations_count: actions.filter(({ type }) => type === 'migrate').length,
    },
    explanation,
    rejected: board.rejected,
    examined: board.examined,
  };
}

/** A host that is in service and of whose CPU everything is known. */
function isOpen(host: Host, { cluster, loads }: WhatIf): boolean {
  if (!host.enabled || !host.up || host.frozen !== undefined || !hostLoadCapacity(host, 'cpu')) return false;
  return cluster
    .instancesOn(host.id)
    .every(({ id, state }) => state !== 'active' || loads.profile.instanceTerms(id, 'cpu') !== undefined);
}

/** The highest mean of all steps. */
function busyPercent({ whatIf, cpu }: Board, hostId: string): number {
  const row = whatIf.indexOf(hostId);
  const capacity = hostLoadCapacity(whatIf.cluster.hosts[row]!, 'cpu') || Infinity;
  let most = 0;
  for (let step = 0; step < whatIf.loads.steps; step += 1)
    most = Math.max(most, whatIf.loads.mean(row, cpu, step));
  return (100 * most) / capacity;
}

/** The least busy first. */
function byBusiness(hosts: readonly Host[], percent: ReadonlyMap<string, number>): readonly Host[] {
  return hosts.toSorted((a, b) => percent.get(a.id)! - percent.get(b.id)! || (a.id < b.id ? -1 : 1));
}

/** Moves all instances, the largest loads first; undefined, with everything as it was, when one of them has nowhere to go. */
function empty(host: Host, instances: readonly Instance[], board: Board): readonly Move[] | undefined {
  const { whatIf } = board;
  const load = ({ id }: Instance): number => whatIf.terms(id, board.cpu)?.mean[0] ?? 0;
  const mark = whatIf.mark;
  const moves: Move[] = [];
  for (const instance of instances.toSorted((a, b) => load(b) - load(a) || (a.id < b.id ? -1 : 1))) {
    const target = targetFor(instance, host, board);
    if (target === undefined) {
      whatIf.undoTo(mark);
      return undefined;
    }
    whatIf.migrate(instance.id, target.id);
    moves.push({ instance, target, percent: busyPercent(board, target.id) });
  }
  board.released.add(host.id);
  for (const { target } of moves) board.filled.add(target.id);
  return moves;
}

/** The busiest host that takes it; hosts without instances are none, since nothing would be won. */
function targetFor(instance: Instance, source: Host, board: Board): Host | undefined {
  const { whatIf, overload, open, released } = board;
  const reject = (reason: string, obstacles: RejectedMove['obstacles'] = []): undefined => {
    board.rejected.push({ instanceId: instance.id, targetHostId: undefined, obstacles, reason });
  };
  const immovable = whatIf.immovable(instance.id);
  if (immovable.length > 0) return reject('it cannot be live-migrated', immovable);
  const terms = whatIf.terms(instance.id, board.cpu);
  if (terms === undefined) return reject('its CPU load is not known');
  const others = whatIf.cluster.hosts.filter(
    ({ id }) =>
      id !== source.id && open.has(id) && !released.has(id) && whatIf.cluster.instancesOn(id).length > 0,
  );
  const percent = new Map(others.map(({ id }) => [id, busyPercent(board, id)]));
  const extra = whatIf.loads.metrics.map((_, metric) => (metric === board.cpu ? terms : undefined));
  for (const target of byBusiness(others, percent).toReversed()) {
    board.examined += 1;
    if (overload.headroom(whatIf.indexOf(target.id), UPPER_Z, extra) < 0) continue;
    if (whatIf.targetObstacles(instance.id, target.id).length === 0) return target;
  }
  return reject(`none of ${others.length} hosts takes it and stays under ${TARGET_CPU_PERCENT} % CPU (p95)`);
}

/** The host is disabled when it is empty, and not if a migration fails. */
function actionsOf(host: Host, moves: readonly Move[], now: string): readonly ProposedAction[] {
  const migrations = moves.map(({ instance, target, percent }): ProposedAction => ({
    id: `move-${instance.id}`,
    type: 'migrate',
    resourceId: instance.id,
    parameters: {
      migration_type: 'live',
      source_node: host.name,
      destination_node: target.name,
      resource_name: instance.name,
    },
    reason: `${now}; ${instance.name} moves to ${target.name}, which then reaches ${percent.toFixed(0)} %.`,
    benefit: 0,
    cost: 0,
    after: [],
  }));
  const release: ProposedAction = {
    id: `release-${host.id}`,
    type: 'change_nova_service_state',
    resourceId: host.id,
    parameters: { state: 'disabled', disabled_reason: DISABLED_REASON, resource_name: host.name },
    reason: `${host.name} is empty after ${moves.length} migration(s).`,
    benefit: 0,
    cost: 0,
    after: migrations.map(({ id }) => id),
  };
  return [...migrations, release];
}
