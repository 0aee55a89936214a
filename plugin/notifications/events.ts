import type { ActionPlan, ActionPlanState } from '../lifecycle/action-plan.ts';
import type { Action, ActionState } from '../lifecycle/action.ts';
import type { Audit, AuditState } from '../lifecycle/audit.ts';
import type { Notification, Priority } from './envelope.ts';
import type { Fault, PayloadCatalogue } from './payloads.ts';
import { actionData, auditData, faultPayload, planData, stateUpdate, versioned } from './payloads.ts';

/** A phase of something that goes on: `strategy.start`, `execution.error` … */
interface Phase {
  readonly action: string;
  readonly phase: 'start' | 'end' | 'error';
}

/** What a change of state tells beyond itself, in order. */
const AUDIT_PHASES: Readonly<Partial<Record<AuditState, readonly Phase[]>>> = {
  ONGOING: [{ action: 'strategy', phase: 'start' }],
  FAILED: [{ action: 'strategy', phase: 'error' }],
};
/** When the plan of an audit is stored, its strategy and its planner are done. */
export const PLANNED: readonly Phase[] = [
  { action: 'strategy', phase: 'end' },
  { action: 'planner', phase: 'start' },
  { action: 'planner', phase: 'end' },
];
type RunState = ActionPlanState & ActionState;
const RUN_PHASES: Readonly<Partial<Record<RunState, Phase>>> = {
  ONGOING: { action: 'execution', phase: 'start' },
  SUCCEEDED: { action: 'execution', phase: 'end' },
  FAILED: { action: 'execution', phase: 'error' },
  CANCELLING: { action: 'cancel', phase: 'start' },
  CANCELLED: { action: 'cancel', phase: 'end' },
};
/** States from which an end is the end of something that ran. */
const RUNNING: readonly (string | null)[] = ['ONGOING', 'CANCELLING'];

export function auditEvent(
  kind: 'create' | 'delete',
  audit: Audit,
  catalogue: PayloadCatalogue,
): Notification {
  const name = kind === 'create' ? 'AuditCreatePayload' : 'AuditDeletePayload';
  return info(`audit.${kind}`, versioned(name, '1.2', auditData(audit, catalogue)));
}

/** `from`: the state before; null when it did not change. */
export function auditUpdates(
  audit: Audit,
  from: string | null,
  catalogue: PayloadCatalogue,
): readonly Notification[] {
  const update = stateUpdate('AuditStateUpdatePayload', changeOf(audit, from));
  const data = { ...auditData(audit, catalogue), state_update: update };
  return [
    info('audit.update', versioned('AuditUpdatePayload', '1.2', data)),
    ...(from === null ? [] : auditPhases(audit, AUDIT_PHASES[audit.state] ?? [], catalogue)),
  ];
}

export function auditPhases(
  audit: Audit,
  phases: readonly Phase[],
  catalogue: PayloadCatalogue,
): readonly Notification[] {
  return phases.map(phase => {
    const fault = faultOf(phase, 'AuditFailed', audit.statusMessage);
    const data = { ...auditData(audit, catalogue), fault: faultPayload(fault) };
    return inPhase('audit', phase, versioned('AuditActionPayload', '1.2', data));
  });
}

export function planEvent(
  kind: 'create' | 'delete',
  plan: ActionPlan,
  audit: Audit,
  catalogue: PayloadCatalogue,
): Notification {
  const name = kind === 'create' ? 'ActionPlanCreatePayload' : 'ActionPlanDeletePayload';
  return info(`action_plan.${kind}`, versioned(name, '1.2', planData(plan, audit, catalogue)));
}

export function planUpdates(
  plan: ActionPlan,
  { audit, from }: { readonly audit: Audit; readonly from: string | null },
  catalogue: PayloadCatalogue,
): readonly Notification[] {
  const common = planData(plan, audit, catalogue);
  const update = stateUpdate('ActionPlanStateUpdatePayload', changeOf(plan, from));
  const phase = phaseOf(plan.state, from);
  const payloadOf = (found: Phase): object =>
    versioned(found.action === 'cancel' ? 'ActionPlanCancelPayload' : 'ActionPlanActionPayload', '1.2', {
      ...common,
      fault: faultPayload(faultOf(found, 'ActionPlanFailed', plan.statusMessage)),
    });
  return [
    info(
      'action_plan.update',
      versioned('ActionPlanUpdatePayload', '1.2', { ...common, state_update: update }),
    ),
    ...(phase === undefined ? [] : [inPhase('action_plan', phase, payloadOf(phase))]),
  ];
}

export function actionEvent(
  kind: 'create' | 'delete',
  action: Action,
  plan: ActionPlan,
  catalogue: PayloadCatalogue,
): Notification {
  const name = kind === 'create' ? 'ActionCreatePayload' : 'ActionDeletePayload';
  return info(`action.${kind}`, versioned(name, '1.1', actionData(action, plan, catalogue)));
}

export function actionUpdates(
  action: Action,
  { plan, from }: { readonly plan: ActionPlan; readonly from: string | null },
  catalogue: PayloadCatalogue,
): readonly Notification[] {
  const common = actionData(action, plan, catalogue);
  const update = stateUpdate('ActionStateUpdatePayload', changeOf(action, from));
  const phase = phaseOf(action.state, from);
  const payloadOf = (found: Phase): object =>
    versioned(found.action === 'cancel' ? 'ActionCancelPayload' : 'ActionExecutionPayload', '1.1', {
      ...common,
      fault: faultPayload(faultOf(found, 'ActionExecutionFailure', action.statusMessage)),
    });
  return [
    info('action.update', versioned('ActionUpdatePayload', '1.1', { ...common, state_update: update })),
    ...(phase === undefined ? [] : [inPhase('action', phase, payloadOf(phase))]),
  ];
}

function phaseOf(state: string, from: string | null): Phase | undefined {
  if (from === null || from === state) return undefined;
  const phase = RUN_PHASES[state as RunState];
  return phase?.phase === 'start' || RUNNING.includes(from) ? phase : undefined;
}

function changeOf(
  row: { readonly state: string; readonly statusMessage: string | null },
  from: string | null,
) {
  return { from, to: from === null ? null : row.state, statusMessage: row.statusMessage };
}

function faultOf({ phase }: Phase, exception: string, message: string | null): Fault | undefined {
  return phase === 'error' ? { exception, message: message ?? '' } : undefined;
}

function info(eventType: string, payload: object): Notification {
  return { eventType, priority: 'INFO', payload };
}

function inPhase(object: string, { action, phase }: Phase, payload: object): Notification {
  const priority: Priority = phase === 'error' ? 'ERROR' : 'INFO';
  return { eventType: `${object}.${action}.${phase}`, priority, payload };
}
