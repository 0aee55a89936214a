import { ApiError, invalidInput, missingArgument } from './errors.ts';
import { parseJson } from './parse-json.ts';
import type { ApiRequest } from './request.ts';

export type FieldType = 'text' | 'boolean' | 'object' | 'json' | 'uuid';

interface ValueOf {
  text: string;
  boolean: boolean;
  object: Readonly<Record<string, unknown>>;
  json: unknown;
  uuid: string;
}

export interface BodySpec<Fields extends Readonly<Record<string, FieldType>>> {
  /** Watcher's name of the body, for messages. */
  readonly argument: string;
  readonly fields: Fields;
  readonly mandatory?: readonly (keyof Fields & string)[];
  /** Fields for which null is no value. */
  readonly notNull?: readonly string[];
  /** Fields that clients know from answers and may not set. */
  readonly readOnly?: readonly string[];
}

export type AnyBodySpec = BodySpec<Readonly<Record<string, FieldType>>>;

/** Fields that are missing or null are undefined. */
export type Body<Fields extends Readonly<Record<string, FieldType>>> = {
  readonly [Name in keyof Fields]: ValueOf[Fields[Name]] | undefined;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The UUID in lower case; throws what becomes 400. */
export function requireUuid(field: string, value: string): string {
  if (isUuid(value)) return value.toLowerCase();
  throw invalidInput(field, value, `unable to convert to uuid. Error: Expected a uuid but received ${value}`);
}

/** The body as JSON; throws what becomes 400 or 415. */
export function readJson({ body, contentType }: ApiRequest, argument: string): unknown {
  const [type = '', ...parameters] = contentType.split(';').map(part => part.trim().toLowerCase());
  const charset = parameters.find(parameter => parameter.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new ApiError('unknown_mimetype', `The body of a request must be in UTF-8, not in ${charset}`);
  }
  if (type !== '' && type !== 'application/json') {
    throw new ApiError('unknown_mimetype', `Unknown mimetype: ${type}`);
  }
  if (body === undefined || body === '') throw missingArgument(argument);
  return parseJson(body);
}

/** The body as an object with these fields and no others; throws what becomes 400 or 415. */
export function readBody<const Fields extends Readonly<Record<string, FieldType>>>(
  request: ApiRequest,
  { argument, fields, mandatory = [], notNull = [], readOnly = [] }: BodySpec<Fields>,
): Body<Fields> {
  const given = readJson(request, argument);
  if (!isObject(given)) throw invalidInput(argument, given, 'It must be a JSON object.');
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (readOnly.includes(name)) throw invalidInput(name, value, 'Cannot set read only field.');
    if (!Object.hasOwn(fields, name)) {
      throw new ApiError('invalid_input', `Unknown attribute for argument ${argument}: ${name}`);
    }
    if (value === null && notNull.includes(name)) throw invalidInput(name, 'None', 'It must not be null.');
    if (value !== null) body[name] = converted(name, value, fields[name]!);
  }
  for (const name of mandatory) {
    if (body[name] === undefined) throw invalidInput(name, 'None', 'Mandatory field missing.');
  }
  return body as Body<Fields>;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  1: true,
  yes: true,
  on: true,
  t: true,
  y: true,
  false: false,
  0: false,
  no: false,
  off: false,
  f: false,
  n: false,
};

export const BOOLEAN_WORDS: readonly string[] = Object.keys(BOOLEANS);

/** The words that OpenStack takes for yes and no; undefined for all others. */
export function booleanOf(value: unknown): boolean | undefined {
  const word = String(value).trim().toLowerCase();
  return Object.hasOwn(BOOLEANS, word) ? BOOLEANS[word] : undefined;
}

function converted(name: string, value: unknown, type: FieldType): unknown {
  switch (type) {
    case 'text':
      if (typeof value !== 'string') throw invalidInput(name, value, 'Wrong type. Expected a string.');
      return value;
    case 'boolean': {
      const boolean = booleanOf(value);
      if (boolean === undefined) throw invalidInput(name, value, 'Value not an unambiguous boolean.');
      return boolean;
    }
    case 'object':
      if (!isObject(value)) throw invalidInput(name, value, 'Value not a valid dict.');
      return value;
    case 'uuid':
      if (typeof value !== 'string') throw invalidInput(name, value, 'Expected a uuid.');
      return requireUuid(name, value);
    case 'json':
      return value;
  }
}
