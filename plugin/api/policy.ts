import { ApiError } from './errors.ts';
import type { TokenOwner } from './token-validator.ts';

/** Watcher's rule `admin_api`, which all others are. */
const ADMIN_ROLES = new Set(['admin', 'administrator']);

/** Throws what becomes 403. */
export function authorize(rule: string, { roles }: TokenOwner): void {
  if (roles.some(role => ADMIN_ROLES.has(role.toLowerCase()))) return;
  throw new ApiError('policy_forbids', `Policy doesn't allow ${rule} to be performed.`);
}
