import { ApiError } from './errors.ts';
import type { TokenOwner } from './token-validator.ts';
import type { TokenCache } from './token-cache.ts';

/** Throws what becomes 401, or 503 when Keystone cannot tell. */
export async function authenticate(token: string | undefined, cache: TokenCache): Promise<TokenOwner> {
  const owner = token === undefined || token === '' ? undefined : await ask(token, cache);
  if (owner !== undefined) return owner;
  throw new ApiError('unauthenticated', 'The request you have made requires authentication.');
}

/** As Keystone's own middleware answers, whose clients look for it. */
export function unauthenticatedBody(message: string): object {
  return { error: { code: 401, title: 'Unauthorized', message } };
}

async function ask(token: string, cache: TokenCache): Promise<TokenOwner | undefined> {
  try {
    return await cache.validate(token);
  } catch (error) {
    throw new ApiError('identity_unavailable', 'The Keystone service is temporarily unavailable.', {
      cause: error,
    });
  }
}
