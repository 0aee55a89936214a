import type { HttpReply } from './http.ts';

/** Longest piece of a service's message that goes into an error. */
const LONGEST_MESSAGE = 500;

/**
 * What the service itself says of its error, in one line; empty when it says nothing that can be understood.
 * `secrets` are blotted out: Keystone quotes the token that it does not know, and the input that it does not like.
 */
export function apiMessage(reply: HttpReply, secrets: readonly string[]): string {
  const said = findMessage(parseJson(reply.text)) ?? plainText(reply.text);
  const line = said.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  const safe = secrets
    .filter(secret => secret !== '')
    .reduce((text, secret) => text.replaceAll(secret, '[secret]'), line);
  return safe.length > LONGEST_MESSAGE ? `${safe.slice(0, LONGEST_MESSAGE)}…` : safe;
}

/**
 * The shapes in use: Nova and Cinder `{kind: {message}}`, Keystone `{error: {message}}`, Neutron
 * `{NeutronError: {message}}`, Placement and Watcher `{errors: [{detail}]}`, Gnocchi `{description}` with a text or
 * `{cause, reason}`, Watcher `{error_message: {faultstring}}`, Glance plain text or `{message}`.
 */
function findMessage(body: unknown): string | undefined {
  if (typeof body === 'string') return body === '' ? undefined : body;
  if (Array.isArray(body)) return findMessage(body[0]);
  if (typeof body !== 'object' || body === null) return undefined;
  if ('cause' in body) return causeAndReason(body);
  for (const key of ['message', 'detail', 'description', 'faultstring']) {
    const found = findMessage(Reflect.get(body, key));
    if (found !== undefined) return found;
  }
  for (const value of Object.values(body)) {
    if (typeof value === 'object') {
      const found = findMessage(value);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Gnocchi's cause is a phrase; its reason and detail may be texts, lists or objects. */
function causeAndReason(body: object): string {
  const parts = ['cause', 'reason', 'detail'].map(key => Reflect.get(body, key) as unknown);
  return parts
    .filter(part => part !== undefined && part !== null && part !== '')
    .map(part => (typeof part === 'string' ? part : JSON.stringify(part)))
    .join(': ');
}

/** Glance and proxies answer in HTML; the head only repeats the status. */
function plainText(html: string): string {
  return html.replace(/<head>.*?<\/head>/is, ' ').replace(/<[^>]*>/g, ' ');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
