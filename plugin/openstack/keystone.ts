import { z } from 'zod';

import { OpenStackError } from './errors.ts';
import type { Session } from './session.ts';

/** Who holds a token, and what for. */
export interface TokenOwner {
  readonly userId: string;
  readonly userName: string;
  /** Undefined unless the token is for a project. */
  readonly projectId: string | undefined;
  readonly projectName: string | undefined;
  /** Of a token for a domain. */
  readonly domainId: string | undefined;
  readonly userDomainId: string | undefined;
  readonly projectDomainId: string | undefined;
  readonly isSystemScoped: boolean;
  readonly roles: readonly string[];
  /** ISO instant, UTC. */
  readonly expiresAt: string;
}

const OWNER = z.object({
  token: z.object({
    expires_at: z.string(),
    user: z.object({ id: z.string(), name: z.string(), domain: z.object({ id: z.string() }).optional() }),
    project: z
      .object({ id: z.string(), name: z.string(), domain: z.object({ id: z.string() }).optional() })
      .optional(),
    domain: z.object({ id: z.string() }).optional(),
    system: z.object({ all: z.boolean().optional() }).optional(),
    roles: z.array(z.object({ name: z.string() })).default([]),
  }),
});

/** Asks Keystone whose token it is; undefined when it is unknown, revoked or expired (with `allowExpired`: too long ago). */
export async function validateToken(
  session: Session,
  token: string,
  signal: AbortSignal,
  { allowExpired = false }: { readonly allowExpired?: boolean } = {},
): Promise<TokenOwner | undefined> {
  // What is no header value can be no token, and must not get as far as an error message.
  if (!/^[\x21-\x7e]{1,8192}$/.test(token)) return undefined;
  try {
    const { body } = await session.request({
      service: 'identity',
      method: 'GET',
      path: '/v3/auth/tokens',
      query: { nocatalog: '1', ...(allowExpired ? { allow_expired: '1' } : {}) },
      headers: { 'x-subject-token': token },
      schema: OWNER,
      signal,
    });
    return ownerOf(body);
  } catch (error) {
    if (error instanceof OpenStackError && error.status === 404) return undefined;
    throw error;
  }
}

export function createKeystone(session: Session) {
  return {
    validateToken: (token: string, signal: AbortSignal, question?: { readonly allowExpired?: boolean }) =>
      validateToken(session, token, signal, question),
  };
}

export type Keystone = ReturnType<typeof createKeystone>;

function ownerOf(body: z.infer<typeof OWNER>): TokenOwner {
  const { token } = body;
  return {
    userId: token.user.id,
    userName: token.user.name,
    projectId: token.project?.id,
    projectName: token.project?.name,
    domainId: token.domain?.id,
    userDomainId: token.user.domain?.id,
    projectDomainId: token.project?.domain?.id,
    isSystemScoped: token.system?.all === true,
    roles: token.roles.map(role => role.name),
    expiresAt: token.expires_at,
  };
}
