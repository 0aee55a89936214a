import type { ClusterModel } from './cluster-model.ts';
import type { Instance } from './instance.ts';
import type { Obstacle } from './obstacle.ts';

/**
 * How many members of each server group are on each host, counting where migrations in flight and planned moves lead to:
 * Nova does not check that for two migrations at once (nova bug 1821755).
 */
export class ServerGroupOccupancy {
  readonly #cluster: ClusterModel;
  /** group id → host id → members */
  readonly #members = new Map<string, Map<string, number>>();

  constructor(cluster: ClusterModel) {
    this.#cluster = cluster;
    for (const instance of [...cluster.instances, ...cluster.outside])
      if (instance.hostId !== undefined) this.add(instance, instance.hostId);
    for (const migration of cluster.migrations) {
      const { instanceId } = migration;
      const instance = cluster.instanceById.get(instanceId) ?? cluster.outsideById.get(instanceId);
      const target = cluster.hostByName.get(migration.targetHostName ?? '');
      if (instance !== undefined && target !== undefined && target.id !== instance.hostId)
        this.add(instance, target.id);
    }
  }

  add(instance: Instance, hostId: string): void {
    this.#count(instance, hostId, 1);
  }

  remove(instance: Instance, hostId: string): void {
    this.#count(instance, hostId, -1);
  }

  /** What the hard policies of the instance's groups say against moving it from one host to another; O(its groups × hosts of a group). */
  obstacles(instance: Instance, fromHostId: string | undefined, toHostId: string): readonly Obstacle[] {
    const obstacles: Obstacle[] = [];
    for (const groupId of instance.serverGroupIds) {
      const group = this.#cluster.serverGroupById.get(groupId);
      if (group === undefined) continue;
      const there = this.#membersOn(groupId, toHostId);
      if (group.policy === 'anti-affinity' && there >= group.maxServersPerHost) {
        const limit = group.maxServersPerHost;
        obstacles.push({ type: 'anti_affinity', group: group.name, members: there, limit });
      }
      const elsewhere = this.#membersElsewhere(groupId, toHostId) - (fromHostId === undefined ? 0 : 1);
      if (group.policy === 'affinity' && elsewhere > 0)
        obstacles.push({ type: 'affinity', group: group.name });
    }
    return obstacles;
  }

  #membersElsewhere(groupId: string, hostId: string): number {
    let count = 0;
    for (const [id, members] of this.#members.get(groupId) ?? []) if (id !== hostId) count += members;
    return count;
  }

  #membersOn(groupId: string, hostId: string): number {
    return this.#members.get(groupId)?.get(hostId) ?? 0;
  }

  #count(instance: Instance, hostId: string, change: number): void {
    for (const groupId of instance.serverGroupIds) {
      let onHosts = this.#members.get(groupId);
      if (onHosts === undefined) this.#members.set(groupId, (onHosts = new Map()));
      onHosts.set(hostId, (onHosts.get(hostId) ?? 0) + change);
    }
  }
}
