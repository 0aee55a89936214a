import { normalScope } from '../../cluster/scope/parse-scope.ts';
import type { Audit, AuditState } from '../lifecycle/audit.ts';
import { AUDIT_TRANSITIONS } from '../lifecycle/audit.ts';
import type { New } from '../lifecycle/repositories.ts';
import { schedule } from '../lifecycle/schedule.ts';
import { parametersOf } from './audit-body.ts';
import { checkTiming, readAuditType, readInstant, readInterval } from './audit-rules.ts';
import type { ApiContext } from './context.ts';
import { ApiError, invalidInput, notFound } from './errors.ts';
import { booleanOf, isObject } from './json-body.ts';
import type { Operation } from './json-patch.ts';
import { applyPatch, patchError, transitionError } from './json-patch.ts';
import { SINCE } from './microversions.ts';
import { checkName } from './names.ts';

/** What is told once and for all when an audit is created, or is for the service to say. */
const FIXED = ['audit_template_uuid', 'goal', 'hostname', 'status_message', 'strategy', 'type'];
const TIMES = ['start_time', 'end_time'];
/** States in which an audit has, or waits for, its next run. */
const LIVE: readonly AuditState[] = ['PENDING', 'ONGOING'];

type Changes = Partial<New<Audit>>;
type Document = Readonly<Record<string, unknown>>;

/** Applies the patch and gives the changed audit; throws what becomes 400, 404, 406 or 409. */
export async function patchAudit(
  audit: Audit,
  operations: readonly Operation[],
  { context, minor }: { readonly context: ApiContext; readonly minor: number },
): Promise<Audit> {
  const { audits } = context.repositories;
  const touched = new Set(operations.map(({ path }) => path.split('/')[1]!));
  const fixed = operations.find(({ path }) => FIXED.includes(path.split('/')[1]!));
  if (fixed !== undefined) throw patchError(operations, `${fixed.path} can't be updated.`);
  if (minor < SINCE.auditTimes && TIMES.some(field => touched.has(field))) {
    throw new ApiError('not_acceptable', 'Request not acceptable.');
  }
  const patched = applyPatch(documentOf(audit), operations);
  const to = touched.has('state') ? stateOf(patched['state'], audit, operations) : audit.state;
  const content = contentOf(patched, { audit, context });
  const times = timing(patched, { audit, touched, to, now: context.clock.now() });
  const changes = { ...onlyNew(content, audit), ...onlyNew(times, audit) };
  const changed = touched.has('state')
    ? await audits.transition(audit.uuid, audit.state, to, changes)
    : await audits.update(audit.uuid, changes);
  if (changed === undefined) {
    const now = await audits.find(audit.uuid);
    throw now === undefined ? notFound('Audit', audit.uuid) : transitionError(operations, now.state, to);
  }
  if (LIVE.includes(changed.state)) context.audits.trigger(audit.uuid);
  else context.audits.cancel(audit.uuid);
  return changed;
}

/** Without what stays as it is: others may change that at the same moment. When it runs next is the service's to say until it is said here. */
function onlyNew(changes: Changes, audit: Audit): Changes {
  return Object.fromEntries(
    Object.entries(changes).filter(
      ([name, value]) => name === 'nextRunAt' || name === 'anchorAt' || value !== audit[name as keyof Audit],
    ),
  );
}

function documentOf(audit: Audit): Record<string, unknown> {
  return {
    name: audit.name,
    state: audit.state,
    audit_type: audit.auditType,
    parameters: audit.parameters,
    interval: audit.interval,
    scope: audit.scope,
    auto_trigger: audit.autoTrigger,
    force: audit.force,
    start_time: audit.startAt,
    end_time: audit.endAt,
    next_run_time: audit.nextRunAt,
  };
}

/** The state asked for, when the present one may be followed by it; nobody is deleted by a patch. */
function stateOf(to: unknown, { state: from }: Audit, operations: readonly Operation[]): AuditState {
  if (typeof to !== 'string') throw patchError(operations, "/state can't be updated.");
  const next = AUDIT_TRANSITIONS[from].find(state => state === to && state !== 'DELETED');
  if (next === undefined) throw transitionError(operations, from, to);
  return next;
}

function contentOf(
  { name, parameters, scope, auto_trigger: autoTrigger, force }: Document,
  { audit, context }: { readonly audit: Audit; readonly context: ApiContext },
): Changes {
  const given = parameters ?? {};
  if (!isObject(given)) throw invalidInput('parameters', given, 'Value not a valid dict.');
  const strategy = audit.strategyName === null ? undefined : context.catalogue.strategy(audit.strategyName);
  return {
    ...(name === audit.name ? {} : { name: checkName(name) }),
    ...(isSame(given, audit.parameters) ? {} : { parameters: parametersOf(strategy, given) }),
    ...(isSame(scope, audit.scope) ? {} : { scope: normalScope(scope ?? []) }),
    autoTrigger: readBoolean('auto_trigger', autoTrigger),
    force: readBoolean('force', force ?? false),
  };
}

function readBoolean(name: string, value: unknown): boolean {
  const boolean = value === null ? undefined : booleanOf(value);
  if (boolean === undefined) throw invalidInput(name, value, 'Value not an unambiguous boolean.');
  return boolean;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

interface Change {
  readonly audit: Audit;
  /** The attributes of the resource that the patch is about. */
  readonly touched: ReadonlySet<string>;
  readonly to: AuditState;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** When it runs, and when next; nothing when the patch has nothing to do with that. */
function timing(patched: Document, { audit, touched, to, now }: Change): Changes {
  const after = {
    auditType: readAuditType(patched['audit_type']),
    interval: touched.has('interval') ? readInterval(patched['interval']) : audit.interval,
    startAt: readInstant('start_time', patched['start_time']),
    endAt: readInstant('end_time', patched['end_time']),
  };
  const isOfAnotherType = after.auditType !== audit.auditType;
  if (isOfAnotherType && audit.state === 'ONGOING') {
    throw new ApiError(
      'invalid_patch',
      'The type of an audit that is ONGOING cannot be changed: suspend it first.',
    );
  }
  const fields = ['audit_type', 'interval', ...TIMES];
  // a ONESHOT audit takes times and an interval by patch, as in Watcher, and makes nothing of them
  const isTimed = isOfAnotherType || after.auditType !== 'ONESHOT';
  if (isTimed && fields.some(field => touched.has(field))) checkTiming(after);
  const asked = touched.has('next_run_time') ? readInstant('next_run_time', patched['next_run_time']) : null;
  if (asked !== null && after.auditType !== 'CONTINUOUS') {
    throw new ApiError('invalid_patch', 'Only a CONTINUOUS audit has a next run time.');
  }
  const isEnded = !LIVE.includes(to);
  // an EVENT audit that has succeeded may have been triggered again
  if (isEnded && to === audit.state && !isOfAnotherType) return after;
  if (isEnded) return { ...after, nextRunAt: null };
  const isResumed = audit.state === 'SUSPENDED';
  if (isOfAnotherType) return { ...after, anchorAt: asked, nextRunAt: asked, failures: 0 };
  const isPlannedAnew = isResumed || touched.has('next_run_time') || fields.some(field => touched.has(field));
  if (after.auditType !== 'CONTINUOUS' || !isPlannedAnew) return after;
  return {
    ...after,
    ...plannedAnew({ ...audit, ...after }, asked, now),
    ...(isResumed ? { failures: 0 } : {}),
  };
}

/** In the old phase, unless the window opens later; an audit that has not been planned yet is planned by whoever runs it. */
function plannedAnew(audit: Audit, asked: string | null, now: number): Changes {
  if (asked !== null) return { anchorAt: audit.anchorAt ?? asked, nextRunAt: asked };
  const opensLater = audit.startAt !== null && Date.parse(audit.startAt) > now;
  if (audit.anchorAt === null || opensLater) return { anchorAt: null, nextRunAt: null };
  return { ...schedule(audit, now) };
}
