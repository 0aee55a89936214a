import type { Audit, AuditState } from '../lifecycle/audit.ts';
import { AUDIT_TRANSITIONS } from '../lifecycle/audit.ts';
import type { New } from '../lifecycle/repositories.ts';
import { parametersOf } from './audit-body.ts';
import type { ApiContext } from './context.ts';
import { invalidInput, notFound } from './errors.ts';
import { booleanOf, isObject } from './json-body.ts';
import type { Operation } from './json-patch.ts';
import { applyPatch, patchError, transitionError } from './json-patch.ts';
import { checkName } from './names.ts';

/** What is told when an audit is created, or is for the service to say. */
const FIXED = [
  'audit_template_uuid',
  'audit_type',
  'end_time',
  'goal',
  'hostname',
  'interval',
  'next_run_time',
  'scope',
  'start_time',
  'status_message',
  'strategy',
  'type',
];

/** Applies the patch and gives the changed audit; throws what becomes 400, 404 or 409. */
export async function patchAudit(
  audit: Audit,
  operations: readonly Operation[],
  context: ApiContext,
): Promise<Audit> {
  const { audits } = context.repositories;
  const fixed = operations.find(({ path }) => FIXED.includes(path.split('/')[1]!));
  if (fixed !== undefined) throw patchError(operations, `${fixed.path} can't be updated.`);
  const { name, state, parameters, autoTrigger, force } = audit;
  const document = { name, state, parameters, auto_trigger: autoTrigger, force };
  const patched = applyPatch(document, operations);
  const changes = changesOf(patched, audit, context);
  if (operations.some(({ path }) => path === '/state')) {
    return changeState(audit, patched['state'], { operations, changes, context });
  }
  const changed = await audits.update(audit.uuid, changes);
  if (changed === undefined) throw notFound('Audit', audit.uuid);
  return changed;
}

type Changes = Partial<New<Audit>>;

function changesOf(patched: Readonly<Record<string, unknown>>, audit: Audit, context: ApiContext): Changes {
  const { name, parameters, auto_trigger: autoTrigger, force } = patched;
  const given = parameters ?? {};
  if (!isObject(given)) throw invalidInput('parameters', given, 'Value not a valid dict.');
  const strategy = audit.strategyName === null ? undefined : context.catalogue.strategy(audit.strategyName);
  return {
    ...(name === audit.name ? {} : { name: checkName(name) }),
    ...(JSON.stringify(given) === JSON.stringify(audit.parameters)
      ? {}
      : { parameters: parametersOf(strategy, given) }),
    autoTrigger: readBoolean('auto_trigger', autoTrigger),
    force: readBoolean('force', force),
  };
}

function readBoolean(name: string, value: unknown): boolean {
  const boolean = value === null ? false : booleanOf(value);
  if (boolean === undefined) throw invalidInput(name, value, 'Value not an unambiguous boolean.');
  return boolean;
}

interface StateChange {
  readonly operations: readonly Operation[];
  readonly changes: Changes;
  readonly context: ApiContext;
}

/** An administrator may cancel; the other transitions of the table are what the service does while an audit runs. */
async function changeState(
  { uuid, state: from }: Audit,
  to: unknown,
  { operations, changes, context }: StateChange,
): Promise<Audit> {
  const { audits } = context.repositories;
  if (typeof to !== 'string') throw patchError(operations, "/state can't be updated.");
  const next: readonly AuditState[] = AUDIT_TRANSITIONS[from];
  if (to !== 'CANCELLED' || !next.includes(to)) throw transitionError(operations, from, to);
  const changed = await audits.transition(uuid, from, to, changes);
  if (changed !== undefined) {
    context.audits.cancel(uuid);
    return changed;
  }
  const now = await audits.find(uuid);
  throw now === undefined ? notFound('Audit', uuid) : transitionError(operations, now.state, to);
}
