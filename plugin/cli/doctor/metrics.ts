import type { UsageResource } from '../../datasources/datasource.ts';
import { DatasourceError } from '../../datasources/datasource.ts';
import type { SourceMetric } from '../../datasources/report.ts';
import type { Finding, StatusCheck, Surroundings } from '../status-check/check.ts';
import { datasourceCheck, withDatasources } from '../status-check/cloud.ts';
import { howToGet } from './how-to-get.ts';
import type { WantedUsage } from './wanted-usages.ts';
import { wantedUsages } from './wanted-usages.ts';

/** A few polls of Ceilometer's, at its slowest usual interval. */
const RECENT_SECONDS = 3600;
/** Younger instances may not have been polled. */
const YOUNG_SECONDS = 1200;
const NAMED = 3;

interface Measured extends UsageResource {
  readonly name: string;
}

/** Whether the strategies find recent usage: read as they read it. */
export const metricsCheck: StatusCheck = {
  name: 'Usage',
  needs: datasourceCheck,
  run: surroundings =>
    withDatasources(surroundings, async datasources => {
      const wanted = wantedUsages(datasources);
      const resources = await resourcesOf(surroundings);
      const findings: Finding[] = [];
      for (const one of wanted) {
        const kind = one.usage.startsWith('host_') ? 'hosts' : 'instances';
        const reports = await datasources.report(one.strategies[0]!, [one.usage], surroundings.signal);
        const sources = reports.map(({ name, metrics }) => ({ name, metrics }));
        findings.push(await lookAt(one, { kind, resources: resources[kind], sources }, surroundings));
      }
      return findings;
    }),
};

interface Looked {
  readonly kind: 'hosts' | 'instances';
  readonly resources: readonly Measured[];
  readonly sources: readonly { readonly name: string; readonly metrics: readonly SourceMetric[] }[];
}

async function resourcesOf({ cloud, now, signal }: Surroundings) {
  const { nova } = cloud();
  const [{ servers }, hypervisors] = await Promise.all([
    nova.listServers({}, signal),
    nova.listHypervisors(signal),
  ]);
  return {
    instances: servers
      .filter(
        ({ status, createdAt }) =>
          status === 'ACTIVE' && now() - Date.parse(createdAt) > 1000 * YOUNG_SECONDS,
      )
      .map(({ id, name, flavor }): Measured => ({ id, name, vcpus: flavor.vcpus })),
    hosts: hypervisors
      .filter(({ type }) => type !== 'ironic')
      .map(({ id, serviceHost }): Measured => ({ id, name: serviceHost, hostName: serviceHost })),
  };
}

async function lookAt(wanted: WantedUsage, looked: Looked, surroundings: Surroundings): Promise<Finding> {
  const { usage } = wanted;
  const { kind, resources, sources } = looked;
  const about = usage;
  if (resources.length === 0)
    return { about, verdict: 'Success', details: `There are no ${kind} to measure.` };
  const advice = sources.map(({ name, metrics }) => howToGet(name, usage, metrics)).join('; or ');
  try {
    const missing = await missingOf(wanted, resources, surroundings);
    const all = resources.length;
    if (missing.length === 0) return { about, verdict: 'Success', details: `There for all ${all} ${kind}.` };
    return {
      about,
      // Without a host's own usage the sum of its instances' counts; without that of instances there is nothing to add up.
      verdict: missing.length === all && kind === 'instances' ? 'Failure' : 'Warning',
      details:
        `Missing in the last hour for ${missing.length} of ${all} ${kind} (${someOf(missing)}); ` +
        `read by ${wanted.strategies.join(', ')}.`,
      advice,
    };
  } catch (error) {
    if (!(error instanceof DatasourceError)) throw error;
    return { about, verdict: kind === 'hosts' ? 'Warning' : 'Failure', details: `${error.message}.`, advice };
  }
}

async function missingOf(
  { datasource, usage, stepSeconds }: WantedUsage,
  resources: readonly Measured[],
  { now, signal }: Surroundings,
): Promise<readonly Measured[]> {
  if (!datasource.metrics.includes(usage)) return resources;
  const stopAt = Math.floor(now() / 1000 / stepSeconds) * stepSeconds;
  const startAt = stopAt - Math.ceil(RECENT_SECONDS / stepSeconds) * stepSeconds;
  const found = new Set<string>();
  const query = { metric: usage, resources, startAt, stopAt, stepSeconds };
  for await (const batch of datasource.query(query, signal)) {
    for (const id of batch.resourceIds) found.add(id);
  }
  return resources.filter(({ id }) => !found.has(id));
}

function someOf(resources: readonly Measured[]): string {
  const names = resources.map(({ name }) => name).toSorted();
  return names.length <= NAMED ? names.join(', ') : `${names.slice(0, NAMED).join(', ')} …`;
}
