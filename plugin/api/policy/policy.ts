import { ApiError } from '../errors.ts';
import type { Route } from '../request.ts';
import type { TokenOwner } from '../token-validator.ts';
import { holds } from './check.ts';
import type { Rules } from './compile.ts';
import { PROJECT_RULE } from './default-rules.ts';
import { attributesOf } from './compile.ts';

/** What a request is about, by the wire's names; fetched only when the rule asks for it. */
export type Target = Readonly<Record<string, unknown>>;

interface ScopeOptions {
  readonly fetchTarget?: (() => Promise<Target>) | undefined;
  readonly hasProjectView: boolean;
}

/** Who may do what. */
export class Policy {
  readonly #rules: Rules;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  /** Throws what becomes 403, and what fetching the target throws. */
  async authorize(rule: string, owner: TokenOwner, fetchTarget?: () => Promise<Target>): Promise<void> {
    const target = this.#needsTarget(rule) ? await fetchTarget?.() : undefined;
    if (!this.allows(rule, owner, target)) throw forbidden(rule);
  }

  /**
   * Undefined when the owner may; the id of the owner's project when only what is the project's own is to be seen. Throws what becomes 403,
   * and what fetching the target throws.
   */
  async scopeOf(
    { rule = '', handleOwn }: Pick<Route, 'rule' | 'handleOwn'>,
    owner: TokenOwner,
    { fetchTarget, hasProjectView }: ScopeOptions,
  ): Promise<string | undefined> {
    const { projectId } = owner;
    const mayFallBack =
      hasProjectView &&
      handleOwn !== undefined &&
      projectId !== undefined &&
      this.allows(PROJECT_RULE, owner);
    if (!mayFallBack) {
      await this.authorize(rule, owner, fetchTarget);
      return undefined;
    }
    // To those who may not know whether it is there, what is missing and what is another's give the same 404.
    const target = this.#needsTarget(rule) ? await fetchTarget?.() : undefined;
    return this.allows(rule, owner, target) ? undefined : projectId;
  }

  /** Without a target, the owner's own project and user are it, as for Watcher. */
  allows(rule: string, owner: TokenOwner, target: Target = {}): boolean {
    const check = this.#rules.get(rule) ?? this.#rules.get('default');
    const credentials = credentialsOf(owner);
    const whole = { project_id: owner.projectId, user_id: owner.userId, ...target };
    return check !== undefined && holds(check, { credentials, target: whole, rules: this.#rules });
  }

  #needsTarget(rule: string): boolean {
    const check = this.#rules.get(rule);
    if (check === undefined) return false;
    return attributesOf(check, this.#rules).some(name => name !== 'project_id' && name !== 'user_id');
  }
}

export function forbidden(rule: string): ApiError {
  return new ApiError('policy_forbids', `Policy doesn't allow ${rule} to be performed.`);
}

const ADMIN_ROLES = ['admin', 'administrator'];

/** By the names that OpenStack's policies use. */
function credentialsOf(owner: TokenOwner): Readonly<Record<string, unknown>> {
  const { userId, projectId = null, roles } = owner;
  return {
    user_id: userId,
    user: userId,
    user_name: owner.userName ?? null,
    user_domain_id: owner.userDomainId ?? null,
    project_id: projectId,
    tenant: projectId,
    project_name: owner.projectName ?? null,
    project_domain_id: owner.projectDomainId ?? null,
    domain_id: owner.domainId ?? null,
    system_scope: owner.isSystemScoped === true ? 'all' : null,
    roles,
    is_admin: roles.some(role => ADMIN_ROLES.includes(role.toLowerCase())),
    is_admin_project: true,
    service_user_id: owner.service?.userId ?? null,
    service_project_id: owner.service?.projectId ?? null,
    service_roles: owner.service?.roles ?? [],
  };
}
