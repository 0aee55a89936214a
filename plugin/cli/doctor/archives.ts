import type { StoredMetric } from '../../datasources/gnocchi/archive-policies.ts';
import { chooseGranularity } from '../../datasources/gnocchi/archive-policies.ts';
import { fetchMetrics } from '../../datasources/gnocchi/gnocchi-client.ts';
import type { Finding, StatusCheck } from '../status-check/check.ts';
import { datasourceCheck, withDatasources } from '../status-check/cloud.ts';
import { wantedUsages } from './wanted-usages.ts';

const SECONDS_PER_DAY = 86_400;

/** What the strategies would like an archive policy to keep. */
export interface WantedArchive {
  readonly stepSeconds: number;
  readonly historySeconds: number;
}

/** Whether Gnocchi keeps what is measured finely and long enough. */
export const archiveCheck: StatusCheck = {
  name: 'Archive policy of',
  needs: datasourceCheck,
  run: surroundings =>
    withDatasources(surroundings, async datasources => {
      const { cloud, signal } = surroundings;
      const findings = new Map<string, Finding>();
      for (const wanted of wantedUsages(datasources)) {
        const reports = await datasources.report(wanted.strategies[0]!, [wanted.usage], signal);
        const metrics = reports.find(({ name }) => name === 'gnocchi')?.metrics ?? [];
        for (const { name } of metrics.filter(({ isAvailable }) => isAvailable)) {
          const stored = await fetchMetrics(cloud().session, name, signal);
          findings.set(name, { about: name, ...verdictOnArchives(stored, wanted) });
        }
      }
      return [...findings.values()];
    }),
};

/** The policies of the metrics of one name. */
export function verdictOnArchives(stored: readonly StoredMetric[], wanted: WantedArchive): Finding {
  const byPolicy = Map.groupBy(stored, ({ archive_policy: policy }) => policy.name);
  const problems = [...byPolicy].flatMap(([name, members]) => {
    const problem = problemOf(members[0]!, wanted);
    return problem === undefined ? [] : [{ ...problem, text: `${name} (${members.length}) ${problem.text}` }];
  });
  if (problems.length === 0) {
    return { verdict: 'Success', details: `${[...byPolicy.keys()].join(', ')} (${stored.length}).` };
  }
  const days = Math.ceil(wanted.historySeconds / SECONDS_PER_DAY);
  return {
    verdict:
      problems.length === byPolicy.size && problems.every(({ isUseless }) => isUseless)
        ? 'Failure'
        : 'Warning',
    details: `${problems.map(({ text }) => text).join('; ')}.`,
    advice:
      `give Ceilometer's publisher another policy (gnocchi://?archive_policy=NAME), as made by: openstack metric archive-policy ` +
      `create NAME -m mean -d granularity:${wanted.stepSeconds}s,timespan:${days}d; it holds for new metrics`,
  };
}

interface Problem {
  readonly text: string;
  /** Nothing can be read of such a metric. */
  readonly isUseless: boolean;
}

function problemOf(
  { archive_policy: policy }: StoredMetric,
  { stepSeconds, historySeconds }: WantedArchive,
): Problem | undefined {
  const granularity = chooseGranularity(policy, { stepSeconds, reachSeconds: historySeconds });
  if (granularity === undefined) return { text: 'keeps no mean', isUseless: true };
  if (granularity > stepSeconds) {
    return { text: `keeps a mean every ${granularity} s, not every ${stepSeconds} s`, isUseless: false };
  }
  const kept = policy.definition.find(each => each.granularity === granularity)?.timespan ?? 0;
  if (kept >= historySeconds) return undefined;
  return {
    text: `keeps it for ${inDays(kept)}, of ${inDays(historySeconds)} to learn from`,
    isUseless: false,
  };
}

function inDays(seconds: number): string {
  return `${Number((seconds / SECONDS_PER_DAY).toFixed(1))} days`;
}
