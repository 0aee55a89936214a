import type { CloudSettings } from './cloud-settings.ts';

/** By id, or by name within a domain. */
export type Named = { readonly id: string } | { readonly name: string; readonly domain: Domain };
export type Domain = { readonly id: string } | { readonly name: string };

export type Scope =
  | { readonly kind: 'project'; readonly project: Named }
  | { readonly kind: 'domain'; readonly domain: Domain }
  | { readonly kind: 'system' };

export type Credentials =
  | { readonly kind: 'password'; readonly user: Named; readonly password: string; readonly scope: Scope }
  | {
      readonly kind: 'application_credential';
      /** A name needs the user it belongs to. */
      readonly credential: { readonly id: string } | { readonly name: string; readonly user: Named };
      readonly secret: string;
    };

/** Who they are, for sentences: `user admin`. */
export function describeCredentials(credentials: Credentials): string {
  switch (credentials.kind) {
    case 'password':
      return `user ${nameOf(credentials.user)}`;
    case 'application_credential':
      return `application credential ${nameOf(credentials.credential)}`;
  }
}

const PASSWORD_TYPES = new Set(['password', 'v3password']);
const APPLICATION_CREDENTIAL_TYPES = new Set(['v3applicationcredential', 'application_credential']);

export function readAuth(settings: CloudSettings): Credentials {
  const type = settings.text('auth_type', 'auth_plugin') ?? 'password';
  if (APPLICATION_CREDENTIAL_TYPES.has(type)) return readApplicationCredential(settings);
  if (PASSWORD_TYPES.has(type)) return readPassword(settings);
  throw settings.error(
    'auth_type',
    `is ${type}; only ${[...PASSWORD_TYPES, 'v3applicationcredential'].join(', ')} are supported`,
  );
}

function readPassword(settings: CloudSettings): Credentials {
  const user = readUser(settings);
  if (user === undefined) throw settings.missing('username', 'the user to log in as (or user_id)');
  const password = settings.text('password');
  if (password === undefined) throw settings.missing('password', `the password of user ${nameOf(user)}`);
  return { kind: 'password', user, password, scope: readScope(settings) };
}

function readApplicationCredential(settings: CloudSettings): Credentials {
  const secret = settings.text('application_credential_secret');
  if (secret === undefined) {
    throw settings.missing('application_credential_secret', 'the secret of the application credential');
  }
  const id = settings.text('application_credential_id');
  if (id !== undefined) return { kind: 'application_credential', credential: { id }, secret };
  const name = settings.text('application_credential_name');
  if (name === undefined) {
    throw settings.missing('application_credential_id', 'the application credential to log in with');
  }
  const user = readUser(settings);
  if (user === undefined) {
    throw settings.missing('username', `the user whom the application credential ${name} belongs to`);
  }
  return { kind: 'application_credential', credential: { name, user }, secret };
}

function readUser(settings: CloudSettings): Named | undefined {
  const id = settings.text('user_id');
  if (id !== undefined) return { id };
  const name = settings.text('username', 'user_name');
  if (name === undefined) return undefined;
  const domain = readDomain(settings, 'user_domain');
  if (domain === undefined) throw settings.missing('user_domain_name', `the domain of user ${name}`);
  return { name, domain };
}

function readScope(settings: CloudSettings): Scope {
  const system = settings.text('system_scope');
  if (system === 'all') return { kind: 'system' };
  if (system !== undefined) throw settings.error('system_scope', `is ${system}; it can only be all`);
  const id = settings.text('project_id', 'tenant_id');
  if (id !== undefined) return { kind: 'project', project: { id } };
  const name = settings.text('project_name', 'tenant_name');
  if (name !== undefined) {
    const domain = readDomain(settings, 'project_domain');
    if (domain === undefined) throw settings.missing('project_domain_name', `the domain of project ${name}`);
    return { kind: 'project', project: { name, domain } };
  }
  const domain = domainBy(settings, 'domain_id', 'domain_name');
  if (domain !== undefined) return { kind: 'domain', domain };
  throw settings.missing('project_name', 'the project to log in to (or project_id, or system_scope: all)');
}

/** Its own domain, else the one domain given for all, else the default domain. */
function readDomain(settings: CloudSettings, prefix: string): Domain | undefined {
  return (
    domainBy(settings, `${prefix}_id`, `${prefix}_name`) ??
    domainBy(settings, 'domain_id', 'domain_name') ??
    domainBy(settings, 'default_domain_id', 'default_domain_name') ??
    domainBy(settings, 'default_domain', '')
  );
}

function domainBy(settings: CloudSettings, idKey: string, nameKey: string): Domain | undefined {
  const id = settings.text(idKey);
  if (id !== undefined) return { id };
  const name = settings.text(nameKey);
  return name === undefined ? undefined : { name };
}

function nameOf(named: { readonly id: string } | { readonly name: string }): string {
  return 'name' in named ? named.name : named.id;
}
