/**
 * Moves instances away from hosts that will probably be overloaded within the horizon, before they are.
 *
 * It does nothing when no host's probability of overload reaches `pressure_threshold`, when no target stays below its thresholds at every step, or when the
 * benefit's lower quantile does not exceed cost and margin. Instances without metrics are neither counted nor moved.
 * Known limit: it relieves one host after the other, worst first, and never swaps instances.
 */
import { boundUnknownMemory } from '../../candidates/bounded-memory.ts';
import { Overload } from '../../candidates/overload.ts';
import { Targets } from '../../candidates/targets.ts';
import type { ClusterModel } from '../../cluster/cluster-model.ts';
import type { Instance } from '../../cluster/instance.ts';
import { describeObstacle } from '../../cluster/obstacle.ts';
import { LOAD_METRICS } from '../../cluster/load-profile.ts';
import { WhatIf } from '../../cluster/what-if.ts';
import type { Forecast } from '../../forecast/forecast.ts';
import type { Decision, ProposedAction, RejectedMove, Strategy, StrategyInput } from '../strategy.ts';
import type { Outlook } from './explain.ts';
import { moveReason, outlookSentence } from './explain.ts';
import type { Parameters } from './parameters.ts';
import { parameters } from './parameters.ts';
import type { Board, Relief } from './relieve-host.ts';
import { relieveHost } from './relieve-host.ts';
import type { Settings } from './settings.ts';
import { settingsOf } from './settings.ts';

export const predictiveMigration: Strategy<Parameters> = {
  name: 'predictive_migration',
  displayName: 'Predictive migration',
  goal: 'predictive_migration',
  parameters,
  needs(given) {
    return {
      metrics: LOAD_METRICS.filter(metric => settingsOf(given).hostThresholds.has(metric)),
      historySeconds: given.period,
      stepSeconds: given.granularity,
      steps: Math.max(1, Math.ceil(given.horizon / given.granularity)),
    };
  },
  decide,
};

function decide(input: StrategyInput<Parameters>): Decision {
  const { cluster, forecast } = input;
  const settings = settingsOf(input.parameters);
  const { profile, boundedHosts } = boundUnknownMemory(cluster, forecast);
  const whatIf = new WhatIf(cluster, profile);
  const overload = new Overload(whatIf, {
    thresholds: settings.hostThresholds,
    capacities: settings.hostCapacities,
    boundedHosts,
  });
  const targets = new Targets(whatIf, overload, settings.upperZ, host => isTarget(cluster, forecast, host));
  const board: Board = { whatIf, overload, targets, settings };

  const minutesBefore = totalMinutes(board);
  const explanation: string[] = [
    ...knowledgeGaps(cluster, forecast),
    ...pressedInstances(cluster, forecast, settings),
  ];
  const actions: ProposedAction[] = [];
  const rejected: RejectedMove[] = [];
  let relieved = 0;
  const pressed = pressedHosts(board);
  for (const outlook of pressed) {
    const budget = settings.parameters.maximum_migrations - actions.length;
    const relief = relieveHost(board, outlook.host.id, budget);
    actions.push(...actionsOf(relief, outlook, board, forecast, actions.length));
    rejected.push(...relief.rejected);
    if (relief.moves.length > 0) relieved += 1;
    explanation.push(`${outlookSentence(outlook, forecast, settings)}: ${outcome(relief, budget)}.`);
  }
  if (actions.length === 0) explanation.unshift(whyNothing(board, forecast, pressed));
  return {
    actions,
    indicators: {
      forecast_overload_minutes_before: minutesBefore,
      forecast_overload_minutes_after: totalMinutes(board),
      instance_migrations_count: actions.length,
      relieved_hosts_count: relieved,
    },
    explanation,
    rejected,
    examined: targets.examined,
  };
}

/** Hosts whose probability of overload reaches the threshold, most expected minutes first. */
function pressedHosts({ whatIf, overload, settings }: Board): readonly Outlook[] {
  const pressed: Outlook[] = [];
  for (const [row, host] of whatIf.cluster.hosts.entries()) {
    const pressure = overload.pressure(row);
    if (pressure < settings.parameters.pressure_threshold) continue;
    pressed.push({
      host,
      pressure,
      minutes: overload.expectedMinutes(row),
      peak: overload.peak(row, settings.upperZ),
    });
  }
  return pressed.sort((a, b) => b.minutes - a.minutes || (a.host.id < b.host.id ? -1 : 1));
}

/** A target's load must be known: measured as a whole, or through all its running instances. */
function isTarget(cluster: ClusterModel, forecast: Forecast, row: number): boolean {
  const host = cluster.hosts[row]!;
  if (!host.enabled || !host.up || host.frozen !== undefined) return false;
  if (forecast.hostBaseTerms(host.id, 'cpu') !== undefined) return true;
  return cluster
    .instancesOn(host.id)
    .every(
      instance => instance.state !== 'active' || forecast.instanceTerms(instance.id, 'cpu') !== undefined,
    );
}

function actionsOf(
  relief: Relief,
  outlook: Outlook,
  { whatIf, overload, settings }: Board,
  forecast: Forecast,
  count: number,
): readonly ProposedAction[] {
  return relief.moves.map((move, n) => {
    const { instance, cost } = move.candidate;
    const target = whatIf.cluster.hostById.get(move.targetId)!;
    const targetPeak = overload.peak(whatIf.indexOf(target.id), settings.upperZ);
    const ownLimit = (instance.flavor.vcpus * settings.parameters.thresholds.instance_cpu_usage) / 100;
    const instancePressure = forecast.maximum(instance.id, 'cpu')?.exceedance(ownLimit);
    const known = { outlook, target, targetPeak, instancePressure, profile: forecast, settings };
    return {
      id: `move-${count + n + 1}`,
      type: 'migrate',
      resourceId: instance.id,
      parameters: {
        migration_type: 'live',
        source_node: outlook.host.name,
        destination_node: target.name,
        resource_name: instance.name,
      },
      reason: `${instance.name} moves from ${outlook.host.name} to ${target.name}: ${moveReason(move, relief, known)}`,
      benefit: move.benefit,
      cost: cost.minutes,
      after: [],
    };
  });
}

function totalMinutes({ whatIf, overload }: Board): number {
  let sum = 0;
  for (let row = 0; row < whatIf.cluster.hosts.length; row += 1) sum += overload.expectedMinutes(row);
  return sum;
}

function outcome(relief: Relief, budget: number): string {
  if (relief.moves.length > 0) return `${relief.moves.length} instance(s) leave`;
  if (budget === 0) return 'nothing is planned, the plan has its maximum of migrations';
  const reasons = new Map<string, number>();
  for (const { reason, obstacles } of relief.rejected) {
    const text = obstacles[0] === undefined ? reason : `${reason}: ${describeObstacle(obstacles[0])}`;
    reasons.set(text, (reasons.get(text) ?? 0) + 1);
  }
  const most = [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 3);
  return `nothing is planned${most.map(([reason, times]) => `; ${times} instance(s): ${reason}`).join('')}`;
}

/** Instances that will probably exceed their own vCPUs: no move helps them, but somebody should know. */
function pressedInstances(
  cluster: ClusterModel,
  forecast: Forecast,
  { parameters: given }: Settings,
): readonly string[] {
  const share = given.thresholds.instance_cpu_usage;
  const pressed = cluster.instances.filter(({ id, flavor }) => {
    const pressure = forecast.maximum(id, 'cpu')?.exceedance((flavor.vcpus * share) / 100) ?? 0;
    return pressure >= given.pressure_threshold;
  });
  if (pressed.length === 0) return [];
  return [
    `${pressed.length} instance(s) will probably exceed ${share} % of their own vCPUs, which no move helps: ${someNames(pressed)}.`,
  ];
}

/** Says of how many instances nothing is known, and whether that is all. */
function knowledgeGaps(cluster: ClusterModel, forecast: Forecast): readonly string[] {
  const active = cluster.instances.filter(instance => instance.state === 'active');
  const unknown = active.filter(instance => forecast.instanceTerms(instance.id, 'cpu') === undefined);
  const frozen = cluster.hosts.filter(host => host.frozen !== undefined);
  const gaps: string[] = [...cluster.warnings];
  if (unknown.length > 0) {
    gaps.push(
      `${unknown.length} of ${active.length} active instances have no usable CPU metrics and are left alone: ${someNames(unknown)}.`,
    );
  }
  for (const host of frozen.slice(0, 3)) gaps.push(`${host.name} is frozen: ${host.frozen}.`);
  return gaps;
}

function someNames(instances: readonly Instance[]): string {
  const names = instances.slice(0, 3).map(instance => instance.name);
  return instances.length > 3 ? `${names.join(', ')} …` : names.join(', ');
}

function whyNothing(
  { whatIf, overload, settings }: Board,
  forecast: Forecast,
  pressed: readonly Outlook[],
): string {
  const { hosts, instances } = whatIf.cluster;
  if (hosts.length === 0) return 'No action: the cloud has no hosts.';
  const isAnythingKnown =
    instances.some(({ id }) => forecast.instanceTerms(id, 'cpu') !== undefined) ||
    hosts.some(({ id }) => forecast.hostBaseTerms(id, 'cpu') !== undefined);
  if (!isAnythingKnown) return 'No action: there are no usable CPU metrics of any instance or host.';
  if (pressed.length > 0)
    return `No action: ${pressed.length} host(s) are pressed and none can be relieved to advantage.`;
  let [worst, most] = [-1, -1];
  for (let row = 0; row < hosts.length; row += 1) {
    const pressure = overload.pressure(row);
    if (pressure > most) [worst, most] = [row, pressure];
  }
  const host = hosts[worst]!;
  const minutes = overload.expectedMinutes(worst);
  const outlook = { host, pressure: most, minutes, peak: overload.peak(worst, settings.upperZ) };
  const asked = `${(100 * settings.parameters.pressure_threshold).toFixed(0)} %`;
  return (
    `No action: no host's probability of overload reaches ${asked}; at most, ` +
    `${outlookSentence(outlook, whatIf.loads.profile, settings)}.`
  );
}
