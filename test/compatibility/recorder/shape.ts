const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const INSTANT = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?/g;
const BASE = /http:\/\/127\.0\.0\.1:\d+(?!\d*\/v3)/g;

/** Free-form documents: what is in them is not part of the wire. */
const OPAQUE = new Set(['parameters_spec', 'metainfo']);
/** Of lists, which have others' too. */
const FREE = new Set(['parameters', 'input_parameters', 'default_parameters', 'server_metadata']);
/** Differ from service to service, or from run to run. */
const VOLATILE = new Set(['hostname', 'host', 'description', 'display_name', 'id', 'marker']);

/** What is different in every answer by its nature made equal. */
export function normalized(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(BASE, '<base>')
    .replaceAll(UUID, '<uuid>')
    .replaceAll(INSTANT, '<instant>')
    .replaceAll(/(?<=[?&]marker=)\d+/g, '<id>');
}

/** A sentence for a person, without what is Python's or JSON's way of writing a value. */
export function normalizedMessage(text: string): string {
  return normalized(text)
    .replace(/ Error: (invalid literal for )?int\(\).*$/, '')
    .replace(/Couldn't apply patch '.*'\. Reason/, "Couldn't apply patch '…'. Reason")
    .replace(/Value: '[[{].*[\]}]'\./, "Value: '…'.")
    .replace(/(Value should be one of:).*$/, '$1 …')
    .replace(/Wrong type\. Expected .*$/, 'Wrong type.')
    .replace(/(Value not a valid (list|dict)).*$/, '$1.');
}

/** By the path of each part of the document, its kind, or `=` and its value. Elements of arrays are merged. */
export function shapeOf(json: unknown, depth: 'kinds' | 'values'): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  walk('body', json, depth, lines);
  return lines;
}

function walk(path: string, value: unknown, depth: 'kinds' | 'values', lines: Map<string, string>): void {
  const key = path.split('.').at(-1)!.replace('[]', '');
  if (Array.isArray(value)) {
    lines.set(path, value.length === 0 ? 'empty array' : 'array');
    for (const element of value) walk(`${path}[]`, element, depth, lines);
  } else if (typeof value === 'object' && value !== null) {
    lines.set(path, 'object');
    if (OPAQUE.has(key) || (depth === 'kinds' && FREE.has(key))) return;
    for (const [name, part] of Object.entries(value)) walk(`${path}.${name}`, part, depth, lines);
  } else {
    const kind = value === null ? 'null' : typeof value;
    const isKind = VOLATILE.has(key) || (depth === 'kinds' && key !== 'next');
    const line = isKind ? kind : `=${normalized(JSON.stringify(value))}`;
    const before = lines.get(path);
    lines.set(path, merged(before, line, path));
  }
}

/** Elements of one array that differ: the values of all, or the kind that is not null. */
function merged(before: string | undefined, line: string, path: string): string {
  if (before === undefined || before === line) return line;
  if (!path.includes('[]')) return line;
  if (before === 'null') return line;
  if (line === 'null') return before;
  return [...new Set([...before.split(' | '), line])].toSorted().join(' | ');
}
