import type { ZodType } from 'zod';
import type { Cloud } from '../openstack/cloud.ts';
import type { Clock } from './clock.ts';
import type { ActionSettings } from './settings.ts';

/** What an action needs of the world. */
export interface ActionContext {
  readonly cloud: Cloud;
  /** Cancelling: the action is to end early and to leave things in order, for which it may still call the cloud. */
  readonly signal: AbortSignal;
  /** For calls to the cloud: fires only when the service ends without waiting for the action. */
  readonly callSignal: AbortSignal;
  readonly clock: Clock;
  readonly settings: ActionSettings;
  readonly report: (progress: Progress) => void;
  /**
   * To be awaited just before each request that begins a change: keeps for `resume` what tells that change from others.
   * Throws when this replica must not act any more; the request must not be sent then.
   */
  readonly intend: (intent: object) => Promise<void>;
}

export interface Progress {
  /** 0 to 100; undefined when it cannot be told. */
  readonly percent: number | undefined;
  /** One sentence. */
  readonly message: string;
}

/** Whether an action still makes sense: `skip` when there is nothing to do any more, `fail` when it cannot be done. */
export type Precheck =
  | { readonly outcome: 'proceed' }
  | { readonly outcome: 'skip'; readonly why: string }
  | { readonly outcome: 'fail'; readonly why: string };

export const PROCEED: Precheck = { outcome: 'proceed' };

/** What of the cloud an action changes: the planner puts in order and the applier limits by it. Hosts by name. */
export type Effect =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'move';
      readonly instanceId: string;
      /** Undefined: wherever the instance is by then. */
      readonly sourceHost: string | undefined;
      /** Undefined: Nova's scheduler chooses. */
      readonly targetHost: string | undefined;
    }
  | { readonly kind: 'service'; readonly host: string };

/** One kind of change to the cloud. */
export interface ActionType<P> {
  /** Watcher's name, as plans store it. */
  readonly name: string;
  /** One sentence for the API. */
  readonly description: string;
  /** Watcher's wire form, which is frozen; it refuses unknown keys. */
  readonly parameters: ZodType<P>;
  effect(parameters: P): Effect;
  /** Called just before `execute`; changes nothing. */
  precheck(parameters: P, context: ActionContext): Promise<Precheck>;
  /** Resolves when it is done and verified. Throws `ActionFailedError`, or `ActionCancelledError` after the signal. */
  execute(parameters: P, context: ActionContext): Promise<void>;
  /** Undoes what `execute` did; throws as it does. */
  revert?(parameters: P, context: ActionContext): Promise<void>;
  /**
   * After an interruption of the service, with the action begun at an unknown point: follows to its end what the
   * cloud still does and judges by the cloud's truth. `intent`: what was kept last, undefined when nothing was asked of
   * the cloud. False when it is certain that nothing has begun, so that the action can be begun anew. Throws as
   * `execute` does. Without it, the outcome of an interrupted action is not known.
   */
  resume?(parameters: P, context: ActionContext, intent: unknown): Promise<boolean>;
}
