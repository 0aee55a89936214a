import { z } from 'zod';

import type { CloudConfig } from './cloud-config.ts';
import type { Credentials, Domain, Named, Scope } from './cloud-credentials.ts';

/** What Keystone says of a token. */
export const TOKEN_SCHEMA = z.object({
  token: z.object({
    issued_at: z.string(),
    expires_at: z.string(),
    user: z.object({ id: z.string(), name: z.string() }),
    roles: z.array(z.object({ name: z.string() })).default([]),
    project: z.object({ id: z.string(), name: z.string() }).optional(),
    catalog: z
      .array(
        z.object({
          type: z.string(),
          endpoints: z.array(
            z.object({
              interface: z.string(),
              region: z.string().nullish(),
              region_id: z.string().nullish(),
              url: z.string(),
            }),
          ),
        }),
      )
      .default([]),
  }),
});

export type Catalogue = z.infer<typeof TOKEN_SCHEMA>['token']['catalog'];

export interface Token {
  readonly id: string;
  /** Epoch milliseconds of this machine's clock, from which on a new one is fetched. */
  readonly renewAt: number;
  /** How far this machine's clock was ahead of Keystone's, the time of the answer included. */
  readonly aheadMilliseconds: number;
  readonly userId: string;
  readonly userName: string;
  readonly roles: readonly string[];
  /** Undefined unless the token is for a project. */
  readonly projectId: string | undefined;
  readonly catalogue: Catalogue;
}

/** Longest time before its end that a token is renewed: calls begun with it must end before. */
const RENEWAL_MARGIN_MILLISECONDS = 120_000;

/** Life is measured from its arrival, so that a difference between the clocks does not matter. */
export function tokenFrom(id: string, body: z.infer<typeof TOKEN_SCHEMA>, arrivedAt: number): Token {
  const { token } = body;
  const life = Date.parse(token.expires_at) - Date.parse(token.issued_at);
  return {
    id,
    renewAt: arrivedAt + life - Math.min(RENEWAL_MARGIN_MILLISECONDS, life / 5),
    aheadMilliseconds: arrivedAt - Date.parse(token.issued_at),
    userId: token.user.id,
    userName: token.user.name,
    roles: token.roles.map(({ name }) => name),
    projectId: token.project?.id,
    catalogue: token.catalog,
  };
}

/** The body of `POST /v3/auth/tokens`. */
export function tokenRequest(config: CloudConfig): unknown {
  const { credentials } = config;
  return credentials.kind === 'password'
    ? { auth: { identity: identityOf(credentials), scope: scopeOf(credentials.scope) } }
    : { auth: { identity: identityOf(credentials) } };
}

function identityOf(credentials: Credentials): unknown {
  switch (credentials.kind) {
    case 'password':
      return {
        methods: ['password'],
        password: { user: { ...named(credentials.user), password: credentials.password } },
      };
    case 'application_credential': {
      const { credential, secret } = credentials;
      const which = 'id' in credential ? credential : { name: credential.name, user: named(credential.user) };
      return { methods: ['application_credential'], application_credential: { ...which, secret } };
    }
  }
}

function scopeOf(scope: Scope): unknown {
  switch (scope.kind) {
    case 'project':
      return { project: named(scope.project) };
    case 'domain':
      return { domain: scope.domain };
    case 'system':
      return { system: { all: true } };
  }
}

function named(value: Named): { readonly id: string } | { readonly name: string; readonly domain: Domain } {
  return 'id' in value ? { id: value.id } : { name: value.name, domain: value.domain };
}
