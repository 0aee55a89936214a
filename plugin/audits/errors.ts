/** The audit cannot be run as it is: one sentence that names what is wrong with it. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
  readonly code = 'audit_cannot_run';
}
