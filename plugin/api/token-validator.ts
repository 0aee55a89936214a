/** Whose token it is. */
export interface TokenOwner {
  readonly userId: string;
  /** Undefined unless the token is for a project. */
  readonly projectId: string | undefined;
  readonly roles: readonly string[];
  /** ISO instant, UTC. */
  readonly expiresAt: string;
  readonly userName?: string | undefined;
  readonly userDomainId?: string | undefined;
  readonly projectName?: string | undefined;
  readonly projectDomainId?: string | undefined;
  /** Of a token for a domain. */
  readonly domainId?: string | undefined;
  readonly isSystemScoped?: boolean | undefined;
  /** The service that sends the request on behalf of the user. */
  readonly service?: TokenOwner | undefined;
}

export interface TokenQuestion {
  /** Take a token that has expired within the window that Keystone allows to services. */
  readonly allowExpired?: boolean;
}

export interface TokenValidator {
  /** Undefined when the token is unknown, expired or revoked. Throws when Keystone cannot tell. */
  validate(token: string, signal: AbortSignal, question?: TokenQuestion): Promise<TokenOwner | undefined>;
}
