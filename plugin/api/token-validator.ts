/** Whose token it is. */
export interface TokenOwner {
  readonly userId: string;
  /** Undefined unless the token is for a project. */
  readonly projectId: string | undefined;
  readonly roles: readonly string[];
  /** ISO instant, UTC. */
  readonly expiresAt: string;
}

export interface TokenValidator {
  /** Undefined when the token is unknown, expired or revoked. Throws when Keystone cannot tell. */
  validate(token: string, signal: AbortSignal): Promise<TokenOwner | undefined>;
}
