import type { ResourceClass } from './host.ts';

/** Why an instance cannot go to a host, or cannot be moved at all. */
export type Obstacle =
  // the instance itself
  | { readonly type: 'excluded'; readonly why: string }
  | { readonly type: 'locked' }
  | { readonly type: 'state'; readonly state: string }
  | { readonly type: 'task'; readonly taskState: string }
  | { readonly type: 'migration_in_flight' }
  | { readonly type: 'no_host' }
  | { readonly type: 'unsafe_live_migration'; readonly request: string; readonly detail: string }
  // the host
  | { readonly type: 'same_host' }
  | { readonly type: 'host_frozen'; readonly host: string; readonly why: string }
  | { readonly type: 'host_disabled'; readonly host: string }
  | { readonly type: 'host_down'; readonly host: string }
  // the two together
  | { readonly type: 'zone'; readonly wanted: string; readonly found: string }
  | {
      readonly type: 'aggregate_metadata';
      readonly key: string;
      readonly wanted: string;
      readonly found: string;
    }
  | { readonly type: 'trait_missing'; readonly trait: string }
  | { readonly type: 'trait_forbidden'; readonly trait: string }
  | { readonly type: 'hypervisor_type'; readonly wanted: string; readonly found: string }
  | { readonly type: 'hypervisor_version'; readonly source: number; readonly target: number }
  | { readonly type: 'cpu_model'; readonly source: string; readonly target: string }
  | { readonly type: 'affinity'; readonly group: string }
  | {
      readonly type: 'anti_affinity';
      readonly group: string;
      readonly members: number;
      readonly limit: number;
    }
  | {
      readonly type: 'capacity';
      readonly resourceClass: ResourceClass;
      readonly requested: number;
      readonly free: number;
    }
  | {
      readonly type: 'unit_limit';
      readonly resourceClass: ResourceClass;
      readonly requested: number;
      readonly limit: number;
    };

/** The obstacle as a clause: "it is locked", "4 VCPU asked of 2 free". */
export function describeObstacle(obstacle: Obstacle): string {
  switch (obstacle.type) {
    case 'excluded':
      return `it is excluded (${obstacle.why})`;
    case 'locked':
      return 'it is locked';
    case 'state':
      return `it is ${obstacle.state}, not active or paused`;
    case 'task':
      return `Nova is busy with it (${obstacle.taskState})`;
    case 'migration_in_flight':
      return 'it is migrating already';
    case 'no_host':
      return 'it is on no host';
    case 'unsafe_live_migration':
      return `${obstacle.request} (${obstacle.detail}) cannot be live-migrated safely`;
    case 'same_host':
      return 'it is there already';
    case 'host_frozen':
      return `${obstacle.host} is frozen (${obstacle.why})`;
    case 'host_disabled':
      return `${obstacle.host} is disabled`;
    case 'host_down':
      return `${obstacle.host} is down`;
    case 'zone':
      return `it is pinned to zone ${obstacle.wanted}, not ${obstacle.found}`;
    case 'aggregate_metadata':
      return `aggregate metadata ${obstacle.key}: ${obstacle.wanted} wanted, ${obstacle.found} found`;
    case 'trait_missing':
      return `trait ${obstacle.trait} is missing`;
    case 'trait_forbidden':
      return `trait ${obstacle.trait} is forbidden`;
    case 'hypervisor_type':
      return `hypervisor ${obstacle.wanted} wanted, ${obstacle.found} found`;
    case 'hypervisor_version':
      return `the target's hypervisor version ${obstacle.target} is older than ${obstacle.source}`;
    case 'cpu_model':
      return `CPU ${obstacle.target} lacks what ${obstacle.source} has`;
    case 'affinity':
      return `server group ${obstacle.group} keeps its members together`;
    case 'anti_affinity':
      return `server group ${obstacle.group} has ${obstacle.members} of at most ${obstacle.limit} there`;
    case 'capacity':
      return `${obstacle.requested} ${obstacle.resourceClass} asked of ${obstacle.free} free`;
    case 'unit_limit':
      return `${obstacle.requested} ${obstacle.resourceClass} asked, at most ${obstacle.limit} in one instance`;
  }
}
