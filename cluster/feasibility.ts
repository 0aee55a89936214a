import type { ClusterModel } from './cluster-model.ts';
import { meetsExtraSpec } from './extra-specs.ts';
import type { Aggregate, Host } from './host.ts';
import type { Instance } from './instance.ts';
import type { Obstacle } from './obstacle.ts';
import { unsafeRequests } from './unsafe-live-migration.ts';

/** What keeps the instance from any live migration, wherever to. */
export function instanceObstacles(cluster: ClusterModel, instance: Instance): readonly Obstacle[] {
  const obstacles: Obstacle[] = [];
  if (instance.excluded !== undefined) obstacles.push({ type: 'excluded', why: instance.excluded });
  if (instance.locked) obstacles.push({ type: 'locked' });
  if (instance.state !== 'active' && instance.state !== 'paused') {
    obstacles.push({ type: 'state', state: instance.state });
  }
  if (instance.taskState !== undefined) obstacles.push({ type: 'task', taskState: instance.taskState });
  obstacles.push(...unsafeRequests(instance));
  const source = instance.hostId === undefined ? undefined : cluster.hostById.get(instance.hostId);
  if (source === undefined) obstacles.push({ type: 'no_host' });
  else if (source.frozen !== undefined)
    obstacles.push({ type: 'host_frozen', host: source.name, why: source.frozen });
  else if (!source.up) obstacles.push({ type: 'host_down', host: source.name });
  return obstacles;
}

/**
 * What keeps the instance from the host for as long as both stay as they are: everything but capacity and server
 * groups, which change with every planned move. Depends on the host through `hostClass` only.
 */
export function pairObstacles(cluster: ClusterModel, instance: Instance, target: Host): readonly Obstacle[] {
  const obstacles: Obstacle[] = [];
  if (target.frozen !== undefined)
    obstacles.push({ type: 'host_frozen', host: target.name, why: target.frozen });
  if (!target.enabled) obstacles.push({ type: 'host_disabled', host: target.name });
  if (!target.up) obstacles.push({ type: 'host_down', host: target.name });
  if (instance.pinnedZone !== undefined && instance.pinnedZone !== target.zone) {
    obstacles.push({ type: 'zone', wanted: instance.pinnedZone, found: target.zone });
  }
  obstacles.push(...traitObstacles(instance, target), ...aggregateObstacles(cluster, instance, target));
  const source = instance.hostId === undefined ? undefined : cluster.hostById.get(instance.hostId);
  if (source !== undefined) obstacles.push(...hypervisorObstacles(source, target));
  return obstacles;
}

/** Hosts of one class are alike to `pairObstacles`, so it is asked once for all of them. */
export function hostClass(host: Host): string {
  const usable = host.frozen === undefined && host.enabled && host.up;
  const { type, version, cpuModel } = host.hypervisor;
  // an unusable host is a class of its own: its obstacle names it
  return JSON.stringify([
    usable || host.id,
    host.zone,
    host.aggregateIds,
    type,
    version,
    cpuModel,
    [...host.traits].sort(),
  ]);
}

/** Instances of one class are alike to `pairObstacles`. */
export function instanceClass(instance: Instance): string {
  return JSON.stringify([
    instance.hostId,
    instance.projectId,
    instance.pinnedZone,
    specsOf(instance.flavor.extraSpecs),
    specsOf(instance.imageProperties),
  ]);
}

function specsOf(specs: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(specs)
    .map(([key, value]) => `${key}=${value}`)
    .sort();
}

function traitObstacles(instance: Instance, target: Host): readonly Obstacle[] {
  const obstacles: Obstacle[] = [];
  for (const [key, value] of [
    ...Object.entries(instance.flavor.extraSpecs),
    ...Object.entries(instance.imageProperties),
  ]) {
    const trait = /^trait\d*:(.+)$/.exec(key)?.[1];
    if (trait === undefined) continue;
    const present = target.traits.has(trait);
    if (value === 'required' && !present) obstacles.push({ type: 'trait_missing', trait });
    if (value === 'forbidden' && present) obstacles.push({ type: 'trait_forbidden', trait });
  }
  return obstacles;
}

/**
 * Nova's rules on aggregates, taken as if all its filters were on: extra specs must be met by the aggregates' metadata, tenants' aggregates are for these tenants,
 * image properties must not contradict, and an aggregate that demands a trait takes only instances that ask for it.
 */
function aggregateObstacles(cluster: ClusterModel, instance: Instance, target: Host): readonly Obstacle[] {
  const aggregates = target.aggregateIds
    .map(id => cluster.aggregateById.get(id))
    .filter(aggregate => aggregate !== undefined);
  return [
    ...extraSpecObstacles(instance, aggregates),
    ...tenantObstacles(instance, aggregates),
    ...imageObstacles(instance, aggregates),
    ...isolationObstacles(instance, aggregates),
  ];
}

const SCOPE = 'aggregate_instance_extra_specs:';

function extraSpecObstacles(instance: Instance, aggregates: readonly Aggregate[]): readonly Obstacle[] {
  const obstacles: Obstacle[] = [];
  for (const [name, wanted] of Object.entries(instance.flavor.extraSpecs)) {
    if (name.includes(':') && !name.startsWith(SCOPE)) continue;
    const key = name.startsWith(SCOPE) ? name.slice(SCOPE.length) : name;
    const offered = valuesOf(aggregates, key);
    if (offered.some(value => meetsExtraSpec(value, wanted))) continue;
    obstacles.push({ type: 'aggregate_metadata', key, wanted, found: offered.join(', ') || 'nothing' });
  }
  return obstacles;
}

function tenantObstacles(instance: Instance, aggregates: readonly Aggregate[]): readonly Obstacle[] {
  const tenants = aggregates.flatMap(aggregate =>
    Object.entries(aggregate.metadata)
      .filter(([key]) => key.startsWith('filter_tenant_id'))
      .flatMap(([, value]) => value.split(',').map(id => id.trim())),
  );
  if (tenants.length === 0 || tenants.includes(instance.projectId)) return [];
  const found = tenants.join(', ');
  return [{ type: 'aggregate_metadata', key: 'filter_tenant_id', wanted: instance.projectId, found }];
}

function imageObstacles(instance: Instance, aggregates: readonly Aggregate[]): readonly Obstacle[] {
  const obstacles: Obstacle[] = [];
  for (const [key, wanted] of Object.entries(instance.imageProperties)) {
    const offered = valuesOf(aggregates, key);
    if (offered.length === 0 || offered.includes(wanted)) continue;
    obstacles.push({ type: 'aggregate_metadata', key, wanted, found: offered.join(', ') });
  }
  return obstacles;
}

function isolationObstacles(instance: Instance, aggregates: readonly Aggregate[]): readonly Obstacle[] {
  const obstacles: Obstacle[] = [];
  for (const aggregate of aggregates) {
    for (const [key, value] of Object.entries(aggregate.metadata)) {
      if (!key.startsWith('trait:') || value !== 'required') continue;
      const asked = instance.flavor.extraSpecs[key] ?? instance.imageProperties[key];
      if (asked !== 'required') {
        obstacles.push({ type: 'aggregate_metadata', key, wanted: asked ?? 'nothing', found: value });
      }
    }
  }
  return obstacles;
}

function valuesOf(aggregates: readonly Aggregate[], key: string): readonly string[] {
  return aggregates.flatMap(aggregate =>
    (aggregate.metadata[key] ?? '')
      .split(',')
      .map(value => value.trim())
      .filter(value => value !== ''),
  );
}

/** A guest goes to the same kind of hypervisor, not to an older one, and to a CPU that has all that its present one has. */
function hypervisorObstacles(source: Host, target: Host): readonly Obstacle[] {
  const obstacles: Obstacle[] = [];
  const [from, to] = [source.hypervisor, target.hypervisor];
  if (from.type !== to.type) obstacles.push({ type: 'hypervisor_type', wanted: from.type, found: to.type });
  else if (to.version < from.version) {
    obstacles.push({ type: 'hypervisor_version', source: from.version, target: to.version });
  }
  const differ = from.cpuModel !== undefined && to.cpuModel !== undefined && from.cpuModel !== to.cpuModel;
  if (differ && !hasAllCpuTraits(source, target)) {
    obstacles.push({ type: 'cpu_model', source: from.cpuModel, target: to.cpuModel });
  }
  return obstacles;
}

/** CPU features are Placement traits (`HW_CPU_X86_AVX2`); a source that reports none says nothing of what its guests use. */
function hasAllCpuTraits(source: Host, target: Host): boolean {
  const needed = [...source.traits].filter(trait => trait.startsWith('HW_CPU_'));
  return needed.length > 0 && needed.every(trait => target.traits.has(trait));
}
