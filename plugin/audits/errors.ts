/** The audit must not run beside an action plan that is under way. */
export class PlanUnderWayError extends Error {
  override readonly name = 'PlanUnderWayError';
  readonly code = 'plan_under_way';
}

/** The audit cannot be run as it is: one sentence that names what is wrong with it. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
  readonly code = 'audit_cannot_run';
}
