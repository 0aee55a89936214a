import type { ResourceClass } from './host.ts';

/** Why an instance cannot go to a host, or cannot be moved at all. */
export type Obstacle =
  | {
      readonly type: 'capacity';
      readonly resourceClass: ResourceClass;
      readonly requested: number;
      readonly free: number;
    }
  | { readonly type: 'same_host' }
  | { readonly type: 'host_disabled' }
  | { readonly type: 'host_down' }
  | { readonly type: 'host_frozen'; readonly why: string };
