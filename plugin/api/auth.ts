import { ApiError } from './errors.ts';
import type { TokenOwner, TokenQuestion } from './token-validator.ts';
import type { TokenCache } from './token-cache.ts';

/** What the requests' headers hold; undefined when there is none. */
export interface Credentials {
  readonly token: string | undefined;
  /** Of the service that sends the request for the user. */
  readonly serviceToken: string | undefined;
}

/** Only a service with this role may go on with a token that has expired meanwhile; keystonemiddleware's default. */
const SERVICE_ROLE = 'service';

/** Whose request it is, as keystonemiddleware decides it. Throws what becomes 401, or 503 when Keystone cannot tell. */
export async function authenticate(
  { token, serviceToken }: Credentials,
  cache: TokenCache,
): Promise<TokenOwner> {
  const service = isGiven(serviceToken) ? await ask(serviceToken, cache, {}) : undefined;
  const isService = service?.roles.some(role => role.toLowerCase() === SERVICE_ROLE) ?? false;
  const owner = isGiven(token) ? await ask(token, cache, { allowExpired: isService }) : undefined;
  const isServiceUnknown = isGiven(serviceToken) && service === undefined;
  if (owner !== undefined && !isServiceUnknown) return service === undefined ? owner : { ...owner, service };
  throw new ApiError('unauthenticated', 'The request you have made requires authentication.');
}

/** As Keystone's own middleware answers, whose clients look for it. */
export function unauthenticatedBody(message: string): object {
  return { error: { code: 401, title: 'Unauthorized', message } };
}

function isGiven(token: string | undefined): token is string {
  return token !== undefined && token.trim() !== '';
}

async function ask(
  token: string,
  cache: TokenCache,
  question: TokenQuestion,
): Promise<TokenOwner | undefined> {
  try {
    return await cache.validate(token.trim(), question);
  } catch (error) {
    throw new ApiError('identity_unavailable', 'The Keystone service is temporarily unavailable.', {
      cause: error,
    });
  }
}
