/** The policy cannot be used: one sentence that names the file and the rule. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code = 'policy_invalid';
}
