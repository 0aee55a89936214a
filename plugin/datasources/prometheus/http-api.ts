import { createHttpClient } from '../../openstack/http.ts';
import { parseJson } from '../../openstack/reply-body.ts';
import type { HttpReply } from '../../openstack/http.ts';
import { realSleep, sendWithRetry } from '../../openstack/retry.ts';
import type { RetryPolicy } from '../../openstack/retry.ts';
import { MalformedReplyError } from '../errors.ts';
import { readMatrix } from './matrix.ts';
import type { PrometheusApi } from './prometheus-api.ts';
import { PrometheusError } from './prometheus-api.ts';

export interface HttpApiOptions {
  /** `https://host:9090/prefix`, without credentials and without slash at the end. */
  readonly url: string;
  /** Texts in PEM. */
  readonly tls: {
    readonly verify: boolean;
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
  };
  /** Value of the Authorization header; a secret. */
  readonly authorization: string | undefined;
  readonly retry?: Partial<RetryPolicy>;
}

export interface HttpApi extends PrometheusApi {
  /** Sent so far, repeated ones included. */
  readonly requests: number;
  /** Closes the kept connections. */
  close(): void;
}

const TIMEOUT_MILLISECONDS = 180_000;
const ATTEMPTS = 3;
/** Some 1,700 instances; Prometheus itself takes 10 MB. */
const MAXIMUM_EXPRESSION_LENGTH = 65_536;

/** Prometheus itself, over http or https. Opens nothing yet. */
export function createHttpApi({ url, tls, authorization, retry }: HttpApiOptions): HttpApi {
  const http = createHttpClient(tls);
  const policy = { attempts: ATTEMPTS, sleep: realSleep, random: Math.random, now: Date.now, ...retry };
  let requests = 0;
  return {
    title: 'Prometheus',
    maximumExpressionLength: MAXIMUM_EXPRESSION_LENGTH,
    get requests() {
      return requests;
    },
    async read({ expression, firstAt, stepSeconds, points }, signal) {
      const form = new URLSearchParams({
        query: expression,
        start: String(firstAt),
        end: String(firstAt + (points - 1) * stepSeconds),
        step: String(stepSeconds),
      });
      const request = {
        method: 'POST',
        url: `${url}/api/v1/query_range`,
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: form.toString(),
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
        reuseConnection: true,
      };
      const send = () => {
        requests += 1;
        return http.send(request, signal);
      };
      const reply = await sendWithRetry(send, policy, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        const why = error instanceof Error ? error.message : String(error);
        throw new PrometheusError(0, `${url} cannot be reached: ${why}`);
      });
      return readMatrix(bodyOf(reply, url));
    },
    close: () => http.close(),
  };
}

function bodyOf(reply: HttpReply, url: string): unknown {
  if (reply.status === 401 || reply.status === 403) {
    throw new PrometheusError(reply.status, `${url} answered ${reply.status}: it refuses our credentials`);
  }
  const body = parseJson(reply.text);
  if (reply.status !== 200) throw new PrometheusError(reply.status, refusal(reply.status, body, url));
  if (body === undefined) throw new MalformedReplyError(`what ${url} answers is not JSON`);
  return body;
}

/** Prometheus tells why in `error`, and may repeat the whole expression there. */
function refusal(status: number, body: unknown, url: string): string {
  const { error } = (body ?? {}) as { readonly error?: unknown };
  return `${url} answered ${status}${typeof error === 'string' ? `: ${error.slice(0, 300)}` : ''}`;
}
