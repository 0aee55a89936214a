import { z } from 'zod';
import type { Decision, ProposedAction } from '../../strategies/strategy.ts';
import type { ActionType, Effect } from '../actions/action-type.ts';
import type { Action } from '../lifecycle/action.ts';
import { dependencyOrder } from '../lifecycle/dependency-order.ts';
import type { New } from '../lifecycle/repositories.ts';
import { weightGroups } from './weight-groups.ts';

export interface PlanOptions {
  readonly planUuid: string;
  readonly actionTypes: readonly ActionType<unknown>[];
  readonly newUuid: () => string;
  /** As the strategy's. */
  readonly planner?: 'weight' | undefined;
}

/** The strategy asks for an action that this service does not know or whose parameters do not fit. */
export class InvalidActionError extends Error {
  override readonly name = 'InvalidActionError';
  readonly code = 'invalid_action';
}

/** The order that the strategy asks for cannot be kept. */
export class ImpossibleOrderError extends Error {
  override readonly name = 'ImpossibleOrderError';
  readonly code = 'impossible_order';
}

/**
 * The actions of a decision as rows of one plan, each after its parents. Parents are what the strategy asked for
 * with `after` and, earlier in its order: other actions on the same resource; moves that leave the host that a move
 * goes to (its room may be what they free); and between moves and service changes, those that touch the same host.
 * With the planner `weight` and nothing asked for, also all actions of the group before: `weightGroups`.
 * Throws `InvalidActionError` and `ImpossibleOrderError`. O(n²) in the number of actions.
 */
export function planActions(decision: Decision, options: PlanOptions): New<Action>[] {
  const byWeight = options.planner === 'weight' && decision.actions.every(({ after }) => after.length === 0);
  const ordered = inOrder(decision.actions);
  const groups = byWeight ? weightGroups(ordered) : [ordered];
  const rows: New<Action>[] = [];
  let before: readonly Step[] = [];
  for (const group of groups) {
    const steps = group.map(proposed => toStep(proposed, options));
    rows.push(...rowsOf(steps, before, options));
    before = steps;
  }
  return rows;
}

/** `before`: what all of these come after. */
function rowsOf(
  steps: readonly Step[],
  before: readonly Step[],
  { planUuid }: PlanOptions,
): readonly New<Action>[] {
  const uuidById = new Map(steps.map(step => [step.proposed.id, step.uuid]));
  return steps.map(({ proposed, uuid, inputParameters, effect }, index) => {
    const asked = proposed.after.flatMap(id => uuidById.get(id) ?? []);
    const needed = steps
      .slice(0, index)
      .filter(earlier => sameResource(earlier.proposed, proposed) || mustPrecede(earlier.effect, effect));
    return {
      uuid,
      actionPlanUuid: planUuid,
      actionType: proposed.type,
      inputParameters,
      state: 'PENDING',
      parents: [...new Set([...asked, ...[...before, ...needed].map(step => step.uuid)])],
      reason: proposed.reason,
      statusMessage: null,
    };
  });
}

interface Step {
  readonly proposed: ProposedAction;
  readonly uuid: string;
  readonly inputParameters: Readonly<Record<string, unknown>>;
  readonly effect: Effect;
}

function inOrder(actions: readonly ProposedAction[]): readonly ProposedAction[] {
  const ids = new Set<string>();
  for (const { id } of actions) {
    if (ids.has(id)) throw new ImpossibleOrderError(`Two proposed actions have the id ${id}`);
    ids.add(id);
  }
  const { ordered, stuck } = dependencyOrder(
    actions,
    action => action.id,
    action => action.after,
  );
  if (stuck.length > 0) throw new ImpossibleOrderError(whyStuck(stuck, ids));
  return ordered;
}

function whyStuck(stuck: readonly ProposedAction[], ids: ReadonlySet<string>): string {
  for (const { id, after } of stuck) {
    const unknown = after.find(other => !ids.has(other));
    if (unknown !== undefined)
      return `The action ${id} is to come after ${unknown}, which is not in the plan`;
  }
  return `These actions wait for each other: ${stuck.map(action => action.id).join(', ')}`;
}

function toStep(proposed: ProposedAction, { actionTypes, newUuid }: PlanOptions): Step {
  const type = actionTypes.find(({ name }) => name === proposed.type);
  if (type === undefined) {
    throw new InvalidActionError(`The action ${proposed.id} is of the unknown type ${proposed.type}`);
  }
  // Actions on nothing in particular (nop, sleep) have no resource, and their wire form has no key for one.
  const resource = proposed.resourceId === '' ? {} : { resource_id: proposed.resourceId };
  const inputParameters = { ...proposed.parameters, ...resource };
  const parsed = type.parameters.safeParse(inputParameters);
  if (!parsed.success) {
    const problem = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
    throw new InvalidActionError(
      `The parameters of the action ${proposed.id} do not fit ${proposed.type}: ${problem}`,
    );
  }
  return { proposed, uuid: newUuid(), inputParameters, effect: type.effect(parsed.data) };
}

function sameResource(earlier: ProposedAction, later: ProposedAction): boolean {
  return earlier.resourceId !== '' && earlier.resourceId === later.resourceId;
}

function mustPrecede(earlier: Effect, later: Effect): boolean {
  if (earlier.kind === 'none' || later.kind === 'none') return false;
  if (earlier.kind === 'service') {
    return later.kind === 'service' ? earlier.host === later.host : concerns(later, earlier.host);
  }
  if (later.kind === 'service') return concerns(earlier, later.host);
  return earlier.sourceHost !== undefined && later.targetHost === earlier.sourceHost;
}

/** A move whose target Nova's scheduler chooses depends on the state of every host. */
function concerns(move: Effect & { kind: 'move' }, host: string): boolean {
  return move.targetHost === undefined || move.targetHost === host || move.sourceHost === host;
}
