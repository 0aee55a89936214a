import { neverAborted } from './abort.ts';
import { apiMessage } from './api-message.ts';
import type { CloudConfig } from './cloud-config.ts';
import { describeCredentials } from './cloud-credentials.ts';
import {
  AuthenticationError,
  CloudUnreachableError,
  OpenStackError,
  UnexpectedReplyError,
} from './errors.ts';
import { ConnectionError } from './http.ts';
import type { HttpReply, HttpSend } from './http.ts';
import { issueOf, parseJson } from './reply-body.ts';
import { sendWithRetry } from './retry.ts';
import type { RetryPolicy } from './retry.ts';
import { TOKEN_SCHEMA, tokenFrom, tokenRequest } from './token.ts';
import type { Token } from './token.ts';

/**
 * Fetches a token from Keystone. Throws `AuthenticationError`, `CloudUnreachableError`, `OpenStackError` or
 * `UnexpectedReplyError`.
 */
export async function logIn(
  config: CloudConfig,
  send: HttpSend,
  options: { readonly timeoutMilliseconds: number; readonly policy: RetryPolicy },
): Promise<Token> {
  const { authUrl, credentials } = config;
  const reply = await exchange(config, send, options);
  if (reply.status === 401) {
    const who = describeCredentials(credentials);
    throw new AuthenticationError(`Keystone at ${authUrl} refused the credentials of ${who}`);
  }
  if (reply.status >= 300) {
    const secret = credentials.kind === 'password' ? credentials.password : credentials.secret;
    const call = { status: reply.status, service: 'identity', method: 'POST', path: '/v3/auth/tokens' };
    throw new OpenStackError(`Keystone at ${authUrl}`, call, apiMessage(reply, [secret]));
  }
  const id = reply.headers['x-subject-token'];
  const body = TOKEN_SCHEMA.safeParse(parseJson(reply.text));
  if (id === undefined || !body.success) {
    const problem = body.success ? 'its answer has no token' : issueOf(body.error);
    throw new UnexpectedReplyError(`${authUrl} does not answer like Keystone: ${problem}`);
  }
  return tokenFrom(id, body.data, options.policy.now());
}

async function exchange(
  config: CloudConfig,
  send: HttpSend,
  options: { readonly timeoutMilliseconds: number; readonly policy: RetryPolicy },
): Promise<HttpReply> {
  const request = {
    method: 'POST',
    url: `${config.authUrl}/auth/tokens`,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: tokenRequest(config),
    timeoutMilliseconds: options.timeoutMilliseconds,
    reuseConnection: true,
  };
  const signal = neverAborted();
  try {
    // A second token does no harm, so a lost request is sent again.
    return await sendWithRetry(() => send(request, signal), options.policy, signal);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    throw new CloudUnreachableError(`Keystone at ${config.authUrl} cannot be reached: ${error.message}`, {
      cause: error,
    });
  }
}
