import type { ActionPlan, ActionPlanState } from './action-plan.ts';
import type { Action, ActionState } from './action.ts';
import type { AuditTemplate } from './audit-template.ts';
import type { Audit, AuditState } from './audit.ts';
import type { ClaimedPlan, Pause, PlanClaim, TakenPlan } from './plan-claim.ts';

type Generated = 'id' | 'createdAt' | 'updatedAt' | 'deletedAt';
export type New<Row> = Omit<Row, Generated>;

export interface ListQuery<Row> {
  /** Equality on these fields, with one of the values when there are several; undefined = no filter. */
  readonly where?: { readonly [Field in keyof Row]?: Row[Field] | readonly Row[Field][] | undefined };
  readonly limit?: number;
  /** UUID of the row after which the page begins. */
  readonly marker?: string;
  readonly sortKey?: keyof Row & string;
  readonly sortDirection?: 'asc' | 'desc';
  readonly includeDeleted?: boolean;
}

export interface WriteOptions {
  /** Nothing is written unless this claim still holds; throws `ClaimLostError`. */
  readonly claim?: PlanClaim;
}

/** What every table family offers. Rows that are soft-deleted are invisible unless asked for. */
export interface Repository<Row extends { readonly uuid: string }> {
  /** Throws `DuplicateNameError` when a live row has that name. */
  create(row: New<Row>): Promise<Row>;
  find(uuid: string, options?: { readonly includeDeleted?: boolean }): Promise<Row | undefined>;
  /** Throws `UnknownMarkerError`. */
  list(query?: ListQuery<Row>): Promise<Row[]>;
  /** Changes fields that are no state; the changed row, or undefined when it is gone or what was `seen` in it holds no more. */
  update(
    uuid: string,
    changes: Partial<New<Row>>,
    seen?: Partial<Row>,
    options?: WriteOptions,
  ): Promise<Row | undefined>;
  /** Marks the row deleted, with what belongs to it; false when it is gone. */
  softDelete(uuid: string): Promise<boolean>;
}

/** Rows with a state: the state changes by a conditional update only, so two services cannot both win. */
export interface StatefulRepository<
  Row extends { readonly uuid: string },
  State extends string,
> extends Repository<Row> {
  /**
   * Moves the row from one of `from` to `to`, with other changes at the same time; undefined when its state was another,
   * or what was `seen` in it (fields kept as they are) holds no more.
   */
  transition(
    uuid: string,
    from: State | readonly State[],
    to: State,
    changes?: Partial<New<Row>>,
    seen?: Partial<Row>,
    options?: WriteOptions,
  ): Promise<Row | undefined>;
  /** As `Repository`'s; with `from`, false also when its state is none of these. */
  softDelete(uuid: string, from?: readonly State[]): Promise<boolean>;
}

export type AuditTemplateRepository = Repository<AuditTemplate> & NamedRepository<AuditTemplate>;
export type AuditRepository = StatefulRepository<Audit, AuditState> & NamedRepository<Audit>;
export interface ActionPlanRepository extends StatefulRepository<ActionPlan, ActionPlanState> {
  /** The plan and all its actions in one transaction. */
  createWithActions(plan: New<ActionPlan>, actions: readonly New<Action>[]): Promise<ActionPlan>;
  /** The same while the audit is ONGOING with this run, else nothing and undefined. With `replaces`, in the same transaction, the audit's plans
   * that are still RECOMMENDED, or with `replacesPending` PENDING, become CANCELLED with that message, and their actions with them. */
  createForRun(
    plan: New<ActionPlan>,
    actions: readonly New<Action>[],
    run: {
      readonly runUuid: string;
      readonly replaces?: string | undefined;
      readonly replacesPending?: boolean;
    },
  ): Promise<ActionPlan | undefined>;
}
/** Who runs which plan. Deciding that a runner is gone is left to those who watch `beats`: no clocks are compared. */
export interface PlanClaimRepository {
  /** The plans that are ONGOING or CANCELLING. */
  list(): Promise<ClaimedPlan[]>;
  /** Claims a plan that is to begin: it holds from the moment the plan is ONGOING. False when it is not PENDING. */
  prepare(claim: PlanClaim): Promise<boolean>;
  /** Takes the plan if its claim and beats are still those that were seen. */
  takeOver(
    seen: { readonly planUuid: string; readonly token: string | null; readonly beats: number },
    by: { readonly token: string; readonly hostname: string },
  ): Promise<TakenPlan | undefined>;
  /** A sign of life under each token; those of plans under way that still hold. */
  renew(tokens: readonly string[]): Promise<ReadonlySet<string>>;
  /** Lets others take the plan at once; nothing when the claim is lost already. */
  release(claim: PlanClaim): Promise<void>;
  /** Writes down what is about to be asked of the cloud, as a sign of life too. Throws `ClaimLostError`. */
  intend(claim: PlanClaim, actionUuid: string, intent: object): Promise<void>;
  /** What was last about to be asked for the action; undefined: nothing ever was. */
  intentOf(actionUuid: string): Promise<unknown>;
}

/** What holds for all replicas at once. */
export interface ControlRepository {
  /** Undefined: work goes on. */
  pauseNow(): Promise<Pause | undefined>;
  /** Nothing new begins from now on; the pause that there is, or was already. */
  pause(reason: string | null): Promise<Pause>;
  /** False when nothing was paused. */
  resume(): Promise<boolean>;
}

export type ActionRepository = StatefulRepository<Action, ActionState>;

interface NamedRepository<Row> {
  /** By UUID, name (case-insensitive) or integer id. */
  findByIdentifier(
    identifier: string,
    options?: { readonly includeDeleted?: boolean },
  ): Promise<Row | undefined>;
}

/** A goal or strategy that this service has offered: it keeps its UUID for ever. */
export interface CatalogueEntry {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly createdAt: string;
  readonly updatedAt: string | null;
}

/** One running part of the service, for `openstack optimize service list`. */
export interface ServiceRecord {
  readonly id: number;
  readonly name: string;
  readonly host: string;
  readonly lastSeenAt: string;
  /** Since it was last seen, when the row was read, by the clock that heartbeats are stamped with; never below 0. */
  readonly silentSeconds: number;
  readonly createdAt: string;
  readonly updatedAt: string | null;
}

/** Numbers of live rows; `type` is empty for plans, which have none. */
export interface StateCount {
  readonly type: string;
  readonly state: string;
  readonly count: number;
}

export interface RecordCounts {
  readonly audits: readonly StateCount[];
  readonly actionPlans: readonly StateCount[];
  readonly actions: readonly StateCount[];
}

export interface Repositories {
  readonly auditTemplates: AuditTemplateRepository;
  readonly audits: AuditRepository;
  readonly actionPlans: ActionPlanRepository;
  readonly actions: ActionRepository;
  readonly catalogue: {
    /** Gives every name a UUID that it keeps across restarts; all that were ever given one, by name. */
    sync(
      kind: 'goal' | 'strategy' | 'scoring_engine',
      names: readonly string[],
    ): Promise<ReadonlyMap<string, CatalogueEntry>>;
  };
  readonly recordCounts: { byState(): Promise<RecordCounts> };
  readonly planClaims: PlanClaimRepository;
  readonly control: ControlRepository;
  readonly services: {
    /** Stamped with the time that all replicas share: the database server's. */
    heartbeat(name: string, host: string): Promise<void>;
    list(): Promise<ServiceRecord[]>;
  };
  close(): Promise<void>;
}
