import type { ClusterModel } from '../cluster-model.ts';
import { buildClusterModel } from '../cluster-model.ts';
import type { Aggregate, Host } from '../host.ts';
import type { Instance } from '../instance.ts';
import { listed, missing } from './listed.ts';
import { plainId } from './parse-scope.ts';
import type { Choice, ComputeScope, Scope } from './scope.ts';

export interface Scoped<Model> {
  readonly model: Model;
  /** Sentences: what the scope names and the cloud does not have, and that nothing is left. */
  readonly explanation: readonly string[];
}

/**
 * The cluster as an audit with that scope may see it: hosts out of it are gone with their instances; instances that it excludes stay, are
 * counted and marked. Names that the cloud does not have are told, never an error. O(hosts + instances).
 */
export function applyScope(cluster: ClusterModel, scope: Scope): Scoped<ClusterModel> {
  const { compute, bareMetal } = scope;
  if (compute === undefined && bareMetal === undefined) return { model: cluster, explanation: [] };
  const hosts = cluster.hosts.filter(host => isInside(host, cluster, scope));
  const inside = new Set(hosts.map(({ id }) => id));
  const instances = cluster.instances
    .filter(({ hostId }) => hostId === undefined || inside.has(hostId))
    .map(instance => marked(instance, compute));
  const outside = countedOutside(cluster, hosts, instances);
  const known = new Set([...instances, ...outside].map(({ id }) => id));
  const migrations = cluster.migrations.filter(({ instanceId }) => known.has(instanceId));
  const explanation = compute === undefined ? [] : unknownNames(cluster, compute);
  if (hosts.length === 0 && cluster.hosts.length > 0) {
    explanation.push(`The scope leaves none of the ${cluster.hosts.length} hosts.`);
  }
  return {
    model: buildClusterModel({ ...cluster, hosts, instances, outside, migrations }),
    explanation,
  };
}

function isInside(host: Host, cluster: ClusterModel, { compute, bareMetal }: Scope): boolean {
  if (bareMetal !== undefined && isNode(host, bareMetal.excludedNodeIds)) return false;
  return compute === undefined || (isIncluded(host, compute, cluster) && !isExcluded(host, compute, cluster));
}

function isIncluded(host: Host, { include }: ComputeScope, { aggregateById }: ClusterModel): boolean {
  if (include === undefined) return true;
  const { aggregates, zones } = include;
  if (zones.all || zones.names.has(host.zone)) return true;
  return host.aggregateIds.some(id => isChosen(aggregateById.get(id), aggregates));
}

function isExcluded(host: Host, scope: ComputeScope, { aggregateById }: ClusterModel): boolean {
  if (namesOf(host).some(name => scope.excludedHostNames.has(name))) return true;
  return host.aggregateIds.some(id => isChosen(aggregateById.get(id), scope.excludedAggregates));
}

function isChosen(aggregate: Aggregate | undefined, choice: Choice): boolean {
  if (aggregate === undefined) return false;
  return choice.all || choice.ids.has(aggregate.id) || choice.names.has(aggregate.name);
}

/** People name a host by its compute service or by its hypervisor. */
function namesOf(host: Host): readonly string[] {
  return [host.name, host.hypervisorHostname];
}

/** Nova gives the hypervisor of a bare metal node the node's UUID as name and as id. */
function isNode(host: Host, nodeIds: ReadonlySet<string>): boolean {
  return nodeIds.has(plainId(host.id)) || nodeIds.has(plainId(host.hypervisorHostname));
}

function marked(instance: Instance, compute: ComputeScope | undefined): Instance {
  if (compute === undefined || instance.excluded !== undefined) return instance;
  const excluded = whyExcluded(instance, compute);
  return excluded === undefined ? instance : { ...instance, excluded };
}

function whyExcluded(instance: Instance, scope: ComputeScope): string | undefined {
  if (scope.excludedInstanceIds.has(plainId(instance.id))) return "the audit's scope excludes it";
  if (scope.excludedProjectIds.has(plainId(instance.projectId)))
    return "the audit's scope excludes its project";
  const pairs = scope.excludedMetadata.find(wanted => hasPairs(instance, wanted));
  if (pairs === undefined) return undefined;
  return `the audit's scope excludes instances with ${shown(pairs)}`;
}

function hasPairs({ metadata }: Instance, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(
    ([key, value]) => Object.hasOwn(metadata, key) && metadata[key]!.toLowerCase() === value.toLowerCase(),
  );
}

function shown(pairs: Readonly<Record<string, string>>): string {
  return listed(
    Object.entries(pairs).map(([key, value]) => `${key}=${value}`),
    ' and ',
  );
}

/** As `ClusterContents.outside`. */
function countedOutside(
  cluster: ClusterModel,
  hosts: readonly Host[],
  inside: readonly Instance[],
): readonly Instance[] {
  const insideIds = new Set(inside.map(({ id }) => id));
  const hostNames = new Set(hosts.map(({ name }) => name));
  const groupIds = new Set(inside.flatMap(({ serverGroupIds }) => serverGroupIds));
  const arriving = new Set(
    cluster.migrations
      .filter(({ targetHostName }) => targetHostName !== undefined && hostNames.has(targetHostName))
      .map(({ instanceId }) => instanceId),
  );
  return [...cluster.instances, ...cluster.outside].filter(
    ({ id, serverGroupIds }) =>
      !insideIds.has(id) && (arriving.has(id) || serverGroupIds.some(group => groupIds.has(group))),
  );
}

/** What the scope names and the cloud does not have: a sentence for each kind. */
function unknownNames(cluster: ClusterModel, scope: ComputeScope): string[] {
  const { include } = scope;
  const ids = new Set(cluster.aggregates.map(({ id }) => id));
  const names = new Set(cluster.aggregates.map(({ name }) => name));
  const zones = new Set(cluster.hosts.map(({ zone }) => zone));
  const hosts = new Set(cluster.hosts.flatMap(namesOf));
  const instances = new Set([...cluster.instances, ...cluster.outside].map(({ id }) => plainId(id)));
  const choices = [include?.aggregates, scope.excludedAggregates].filter(choice => choice !== undefined);
  const aggregates = choices.flatMap(choice => [
    ...[...choice.ids.difference(ids)].map(String),
    ...choice.names.difference(names),
  ]);
  return [
    ...missing('aggregate', aggregates),
    ...missing('availability zone with hosts', include?.zones.names.difference(zones)),
    ...missing('host', scope.excludedHostNames.difference(hosts)),
    ...missing('instance', scope.excludedInstanceIds.difference(instances)),
  ];
}
