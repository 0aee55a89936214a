import type { ClusterModel } from './cluster-model.ts';
import { hostClass, instanceClass, instanceObstacles, pairObstacles } from './feasibility.ts';
import type { Host, ResourceClass } from './host.ts';
import { HostClaims } from './host-claims.ts';
import { HostLoads } from './host-loads.ts';
import type { Flavor, Instance } from './instance.ts';
import type { LoadMetric, LoadProfile, LoadTerms } from './load-profile.ts';
import type { Obstacle } from './obstacle.ts';
import { describeObstacle } from './obstacle.ts';
import { requestedResources } from './requested-resources.ts';
import { ServerGroupOccupancy } from './server-group-occupancy.ts';

/** A change that was tried although something stands against it. */
export class ObstacleError extends Error {
  readonly code = 'obstacle';
  readonly obstacles: readonly Obstacle[];

  constructor(what: string, obstacles: readonly Obstacle[]) {
    super(`${what}: ${obstacles.map(describeObstacle).join('; ')}`);
    this.obstacles = obstacles;
  }
}

interface Placed {
  readonly instance: Instance;
  readonly hostId: string | undefined;
  readonly resources: ReadonlyMap<ResourceClass, number>;
}

/**
 * A cluster in which changes are tried and taken back. Trying a change and recording it is one call, so the picture and the
 * plan cannot disagree. Each call is O(1) in the size of the cluster: O(metrics × steps × factors).
 * The model it starts from is never changed.
 */
export class WhatIf {
  readonly cluster: ClusterModel;
  readonly loads: HostLoads;
  readonly #indexOfHost = new Map<string, number>();
  readonly #claims: HostClaims;
  readonly #groups: ServerGroupOccupancy;
  /** Where changed instances are; the others are where the model has them. */
  readonly #changed = new Map<string, Placed>();
  readonly #spawnedTerms = new Map<string, ReadonlyMap<LoadMetric, LoadTerms>>();
  /** One entry per change; running it takes the change back. */
  readonly #undo: (() => void)[] = [];
  readonly #inFlight: ReadonlySet<string>;
  /** instance class → host class → obstacles that no plan changes */
  readonly #pairCache = new Map<string, Map<string, readonly Obstacle[]>>();
  readonly #hostClasses: readonly string[];

  constructor(cluster: ClusterModel, profile: LoadProfile) {
    this.cluster = cluster;
    this.#groups = new ServerGroupOccupancy(cluster);
    this.#inFlight = new Set(cluster.migrations.map(migration => migration.instanceId));
    this.#claims = new HostClaims(cluster.hosts);
    this.#hostClasses = cluster.hosts.map(host => hostClass(host));
    this.loads = new HostLoads(cluster.hosts.length, profile);
    for (const [index, host] of cluster.hosts.entries()) {
      this.#indexOfHost.set(host.id, index);
      this.#addBaseLoad(index, host);
    }
    for (const instance of cluster.instances) {
      if (instance.hostId !== undefined) this.#addLoad(instance, instance.hostId, 1);
    }
    this.#addMigrationsInFlight();
  }

  /** Row of the host in `loads`; -1 when the model has no such host. */
  indexOf(hostId: string): number {
    return this.#indexOfHost.get(hostId) ?? -1;
  }

  /** Where the instance is after the changes made so far. */
  hostOf(instanceId: string): string | undefined {
    return this.#placed(instanceId).hostId;
  }

  /** What keeps the instance where it is, wherever it should go. */
  immovable(instanceId: string): readonly Obstacle[] {
    const { instance } = this.#placed(instanceId);
    const obstacles = instanceObstacles(this.cluster, instance);
    return this.#inFlight.has(instanceId) ? [...obstacles, { type: 'migration_in_flight' }] : obstacles;
  }

  /** Everything that stands against a live migration of the instance to the host, given the changes made so far. */
  obstacles(instanceId: string, hostId: string): readonly Obstacle[] {
    return [...this.immovable(instanceId), ...this.targetObstacles(instanceId, hostId)];
  }

  /** The first obstacle, if any. */
  obstacle(instanceId: string, hostId: string): Obstacle | undefined {
    return this.obstacles(instanceId, hostId)[0];
  }

  /** `obstacles` without those of `immovable`. */
  targetObstacles(instanceId: string, hostId: string): readonly Obstacle[] {
    const { instance } = this.#placed(instanceId);
    return [
      ...this.#pairObstacles(instance, this.#indexOrThrow(hostId)),
      ...this.roomObstacles(instanceId, hostId),
    ];
  }

  /** Those of `targetObstacles` that no planned move changes; the same for all hosts of one class. */
  lastingObstacles(instanceId: string, hostId: string): readonly Obstacle[] {
    return this.#pairObstacles(this.#placed(instanceId).instance, this.#indexOrThrow(hostId));
  }

  /** Hosts with the same name here are alike to `lastingObstacles`. */
  classOf(host: number): string {
    return this.#hostClasses[host]!;
  }

  /** Those of `targetObstacles` that depend on what has been planned: server groups and capacity. */
  roomObstacles(instanceId: string, hostId: string): readonly Obstacle[] {
    const placed = this.#placed(instanceId);
    if (placed.hostId === hostId) return [{ type: 'same_host' }];
    return [
      ...this.#groups.obstacles(placed.instance, placed.hostId, hostId),
      ...this.#claims.obstacles(this.#indexOrThrow(hostId), placed.resources),
    ];
  }

  /**
   * Moves the instance; throws `ObstacleError` when something stands against it. The source keeps its load until step `leavesAtStep`:
   * while the copy runs, both hosts carry it.
   */
  migrate(instanceId: string, hostId: string, leavesAtStep = 0): void {
    const obstacles = this.obstacles(instanceId, hostId);
    const { instance, hostId: sourceId, resources } = this.#placed(instanceId);
    if (obstacles.length > 0 || sourceId === undefined) {
      throw new ObstacleError(`${instance.name} cannot move to ${this.#hostOrThrow(hostId).name}`, obstacles);
    }
    this.#record([sourceId, hostId], instanceId, () => {
      this.#groups.remove(instance, hostId);
      this.#groups.add(instance, sourceId);
    });
    this.#addLoad(instance, sourceId, -1, leavesAtStep);
    this.#addLoad(instance, hostId, 1);
    this.#claims.add(this.#indexOrThrow(sourceId), resources, -1);
    this.#claims.add(this.#indexOrThrow(hostId), resources, 1);
    this.#groups.remove(instance, sourceId);
    this.#groups.add(instance, hostId);
    this.#changed.set(instanceId, { instance, hostId, resources });
  }

  /** Gives the instance another flavor on its host; its forecast load stays. Throws `ObstacleError` when it does not fit. */
  resize(instanceId: string, flavor: Flavor): void {
    const { instance, hostId, resources } = this.#placed(instanceId);
    const wanted = requestedResources(flavor, instance);
    const what = `${instance.name} cannot be resized to ${flavor.name}`;
    if (hostId === undefined) throw new ObstacleError(what, [{ type: 'no_host' }]);
    const growth = new Map([...wanted].map(([name, amount]) => [name, amount - (resources.get(name) ?? 0)]));
    const host = this.#indexOrThrow(hostId);
    const obstacles = [
      ...instanceObstacles(this.cluster, instance).filter(isNoLiveMigrationMatter),
      ...this.#claims.capacityObstacles(host, growth),
      ...this.#claims.unitObstacles(host, wanted),
    ];
    if (obstacles.length > 0) throw new ObstacleError(what, obstacles);
    this.#record([hostId], instanceId);
    this.#claims.add(host, resources, -1);
    this.#claims.add(host, wanted, 1);
    this.#changed.set(instanceId, {
      instance: { ...instance, flavor, resources: wanted },
      hostId,
      resources: wanted,
    });
  }

  /** Adds an instance that does not exist yet, with the load that is expected of it. Throws `ObstacleError` when it does not fit. */
  spawn(instance: Instance, hostId: string, terms: ReadonlyMap<LoadMetric, LoadTerms>): void {
    const obstacles = [
      ...this.#pairObstacles(instance, this.#indexOrThrow(hostId)),
      ...this.#groups.obstacles(instance, undefined, hostId),
      ...this.#claims.obstacles(this.#indexOrThrow(hostId), instance.resources),
    ];
    const what = `${instance.name} cannot be started on ${this.#hostOrThrow(hostId).name}`;
    if (obstacles.length > 0) throw new ObstacleError(what, obstacles);
    this.#record([hostId], instance.id, () => {
      this.#groups.remove(instance, hostId);
      this.#spawnedTerms.delete(instance.id);
    });
    this.#spawnedTerms.set(instance.id, terms);
    this.#changed.set(instance.id, { instance, hostId, resources: instance.resources });
    this.#addLoad(instance, hostId, 1);
    this.#claims.add(this.#indexOrThrow(hostId), instance.resources, 1);
    this.#groups.add(instance, hostId);
  }

  /** How many changes can be taken back: hand it to `undoTo` later. */
  get mark(): number {
    return this.#undo.length;
  }

  /** Takes the last change back. */
  undo(): void {
    if (this.mark === 0) throw new RangeError('there is no change to take back');
    this.undoTo(this.mark - 1);
  }

  /** Takes back every change made since `mark` was read. */
  undoTo(mark: number): void {
    while (this.#undo.length > mark) this.#undo.pop()!();
  }

  /** The instance's terms, by index of the metric in `loads.metrics`. */
  terms(instanceId: string, metric: number): LoadTerms | undefined {
    const name = this.loads.metrics[metric]!;
    return (
      this.#spawnedTerms.get(instanceId)?.get(name) ?? this.loads.profile.instanceTerms(instanceId, name)
    );
  }

  #placed(instanceId: string): Placed {
    const changed = this.#changed.get(instanceId);
    if (changed !== undefined) return changed;
    const instance = this.cluster.instanceById.get(instanceId);
    if (instance === undefined) throw new RangeError(`the model has no instance ${instanceId}`);
    return { instance, hostId: instance.hostId, resources: instance.resources };
  }

  #hostOrThrow(hostId: string): Host {
    return this.cluster.hosts[this.#indexOrThrow(hostId)]!;
  }

  #indexOrThrow(hostId: string): number {
    const index = this.#indexOfHost.get(hostId);
    if (index === undefined) throw new RangeError(`the model has no host ${hostId}`);
    return index;
  }

  #pairObstacles(instance: Instance, host: number): readonly Obstacle[] {
    const key = instanceClass(instance);
    let ofInstance = this.#pairCache.get(key);
    if (ofInstance === undefined) this.#pairCache.set(key, (ofInstance = new Map()));
    const classOfHost = this.#hostClasses[host]!;
    let obstacles = ofInstance.get(classOfHost);
    if (obstacles === undefined) {
      obstacles = pairObstacles(this.cluster, instance, this.cluster.hosts[host]!);
      ofInstance.set(classOfHost, obstacles);
    }
    return obstacles;
  }

  #addBaseLoad(index: number, host: Host): void {
    for (const [metric, name] of this.loads.metrics.entries()) {
      const terms = this.loads.profile.hostBaseTerms(host.id, name);
      if (terms !== undefined) this.loads.add(index, metric, terms, 1);
    }
  }

  #addLoad(instance: Instance, hostId: string, sign: 1 | -1, fromStep = 0): void {
    const index = this.#indexOfHost.get(hostId);
    if (index === undefined) return;
    for (let metric = 0; metric < this.loads.metrics.length; metric += 1) {
      const terms = this.terms(instance.id, metric);
      if (terms !== undefined) this.loads.add(index, metric, terms, sign, fromStep);
    }
  }

  /**
   * A migration under way loads both hosts during the first step, then its target only, which an audit's scope may leave out, as it may its
   * source. Placement counts it on both already.
   */
  #addMigrationsInFlight(): void {
    const { instanceById, outsideById, hostByName, migrations } = this.cluster;
    for (const { instanceId, targetHostName } of migrations) {
      const instance = instanceById.get(instanceId) ?? outsideById.get(instanceId);
      const target = hostByName.get(targetHostName ?? '');
      if (instance?.hostId === undefined || target?.id === instance.hostId) continue;
      if (targetHostName !== undefined) this.#addLoad(instance, instance.hostId, -1, 1);
      if (target !== undefined) this.#addLoad(instance, target.id, 1);
    }
  }

  /** Keeps what `undo` needs to put the hosts and the instance back as they are; `also` puts back the rest. */
  #record(hostIds: readonly string[], instanceId: string, also?: () => void): void {
    const hosts = hostIds.map(id => {
      const index = this.#indexOrThrow(id);
      return { index, loads: this.loads.save(index), claims: this.#claims.save(index) };
    });
    const placed = this.#changed.get(instanceId);
    this.#undo.push(() => {
      also?.();
      for (const host of hosts) {
        this.loads.restore(host.index, host.loads);
        this.#claims.restore(host.index, host.claims);
      }
      if (placed === undefined) this.#changed.delete(instanceId);
      else this.#changed.set(instanceId, placed);
    });
  }
}

function isNoLiveMigrationMatter(obstacle: Obstacle): boolean {
  return obstacle.type !== 'unsafe_live_migration' && obstacle.type !== 'state';
}
