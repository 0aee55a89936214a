import type { CompatibilityRequest } from './request.ts';
import { nameOf } from './request.ts';
import type { Answer } from './side.ts';
import { normalized, normalizedMessage, shapeOf } from './shape.ts';

/** Something in which the two answers to a request are not the same. */
export interface Difference {
  /** As `nameOf` names it. */
  readonly request: string;
  /** `status`, `header allow`, `faultstring`, `body goals[].uuid` … */
  readonly what: string;
  readonly watcher: string;
  readonly auspex: string;
}

/** Headers that clients read. */
const HEADERS = [
  'allow',
  'content-type',
  'location',
  'openstack-api-maximum-version',
  'openstack-api-minimum-version',
  'openstack-api-version',
  'vary',
  'www-authenticate',
  'x-openstack-request-id',
];

const MISSING = '—';

/** Once the status differs, nothing else is looked at. */
export function differencesOf(request: CompatibilityRequest, watcher: Answer, auspex: Answer): Difference[] {
  const name = nameOf(request);
  const found: Difference[] = [];
  const check = (what: string, one: string | undefined, other: string | undefined): void => {
    if (one === other) return;
    found.push({ request: name, what, watcher: one ?? MISSING, auspex: other ?? MISSING });
  };
  if (watcher.status !== auspex.status) {
    check('status', String(watcher.status), String(auspex.status));
    return found;
  }
  for (const header of HEADERS)
    check(`header ${header}`, headerOf(watcher, header), headerOf(auspex, header));
  const [one, other] = [linesOf(request, watcher), linesOf(request, auspex)];
  for (const key of new Set([...one.keys(), ...other.keys()])) {
    if (isOpen(key, one, other)) continue;
    const [left, right] = [one.get(key), other.get(key)];
    if (left !== right && !isNullable(request, left, right)) check(key, left, right);
  }
  return found;
}

function headerOf({ headers }: Answer, name: string): string | undefined {
  const value = headers[name];
  if (value === undefined) return undefined;
  if (name === 'allow') {
    return value
      .split(',')
      .map(each => each.trim())
      .toSorted()
      .join(', ');
  }
  return name === 'x-openstack-request-id' ? 'req-…' : normalized(value);
}

/** The body by what `Difference.what` calls its parts. */
function linesOf(request: CompatibilityRequest, { json, text }: Answer): ReadonlyMap<string, string> {
  if (json === undefined) return new Map([['text', normalized(text)]]);
  const { error_message: message } = { ...(json as object) } as { error_message?: unknown };
  if (typeof message === 'string') return errorLines(message);
  const isList =
    request.method === 'GET' &&
    Array.isArray(Object.values(json as object).find(value => Array.isArray(value)));
  const { shape = isList, values = false } = request.options;
  return shapeOf(json, shape && !values ? 'kinds' : 'values');
}

function errorLines(message: string): ReadonlyMap<string, string> {
  try {
    const { faultstring, ...rest } = JSON.parse(message) as { faultstring?: unknown };
    return new Map([
      ['faultstring', normalizedMessage(String(faultstring))],
      ...Object.entries(rest).map(([key, value]) => [key, JSON.stringify(value)] as const),
    ]);
  } catch {
    return new Map([['error_message', normalizedMessage(message)]]);
  }
}

/** An empty list on one side says nothing of what its elements look like. */
function isOpen(key: string, one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  for (let end = key.indexOf('[]'); end !== -1; end = key.indexOf('[]', end + 2)) {
    const list = key.slice(0, end);
    if (one.get(list) === 'empty array' || other.get(list) === 'empty array') return true;
  }
  return false;
}

/** Where kinds are compared, null goes with every kind, and an empty array with a full one. */
function isNullable(
  { options }: CompatibilityRequest,
  one: string | undefined,
  other: string | undefined,
): boolean {
  if (one === undefined || other === undefined) return false;
  if (one.endsWith('array') && other.endsWith('array')) return true;
  const isKinds = options.values !== true;
  return isKinds && (one === 'null' || other === 'null') && ![one, other].some(isValue);
}

function isValue(line: string): boolean {
  return line.startsWith('=');
}
