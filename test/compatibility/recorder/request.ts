/** One request that both services get. `{name}` in path, headers and body stands for what that side has answered before. */
export interface CompatibilityRequest {
  readonly method: string;
  readonly path: string;
  readonly options: RequestOptions;
}

export interface RequestOptions {
  /** Told apart from others like it in `docs/compatibility.md`. */
  readonly note?: string;
  /** Microversion; default the newest that both speak, null: no header. */
  readonly version?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string | Buffer;
  /** Instead of the administrator's; null: none. */
  readonly token?: string | null;
  /** What to remember of the answer: variable → path in its JSON, such as `audits.0.uuid`. */
  readonly save?: Readonly<Record<string, string>>;
  /** Asked again until the values at these paths are these. */
  readonly until?: Readonly<Record<string, string>>;
  /** Compare no more than which keys there are, with which kinds of values; default for lists. */
  readonly shape?: boolean;
  /** Compare the values too, although it is a list. */
  readonly values?: boolean;
}

export function get(path: string, options: RequestOptions = {}): CompatibilityRequest {
  return { method: 'GET', path, options };
}

export function post(path: string, body: unknown, options: RequestOptions = {}): CompatibilityRequest {
  return { method: 'POST', path, options: { ...options, ...(body === undefined ? {} : { body }) } };
}

export function patch(path: string, body: unknown, options: RequestOptions = {}): CompatibilityRequest {
  return { method: 'PATCH', path, options: { ...options, ...(body === undefined ? {} : { body }) } };
}

export function remove(path: string, options: RequestOptions = {}): CompatibilityRequest {
  return { method: 'DELETE', path, options };
}

export function send(method: string, path: string, options: RequestOptions = {}): CompatibilityRequest {
  return { method, path, options };
}

const SHOWN = 160;

/** The request in one line, as `docs/compatibility.md` names it. */
export function nameOf({ method, path, options }: CompatibilityRequest): string {
  const { version, body, raw, note, token } = options;
  const text = raw === undefined ? JSON.stringify(body) : JSON.stringify(String(raw));
  return [
    method,
    path,
    ...(version === undefined ? [] : [`at ${version ?? 'no version'}`]),
    ...(text === undefined ? [] : [text.slice(0, SHOWN)]),
    ...(token === undefined ? [] : [token === null ? '(no token)' : `(token "${token}")`]),
    ...(note === undefined ? [] : [`(${note})`]),
  ].join(' ');
}
