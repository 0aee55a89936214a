import { ApiError, invalidInput, shown } from './errors.ts';
import { isObject } from './json-body.ts';

export interface Operation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  /** Missing in `remove`. */
  readonly value?: unknown;
}

type Document = Record<string, unknown>;

/** Attributes that no resource lets anybody change. */
const INTERNAL = ['created_at', 'deleted_at', 'id', 'links', 'updated_at', 'uuid'];
const ATTRIBUTES = ['op', 'path', 'value'];
export const MAXIMUM_OPERATIONS = 500;
export const OPERATORS = ['add', 'replace', 'remove'] as const;
export const PATH_PATTERN = /^(\/[\w-]+)+$/;

/** Checks the form of a patch; throws what becomes 400. */
export function readPatch(given: unknown): readonly Operation[] {
  if (!Array.isArray(given)) throw invalidInput('patch', given, 'Value not a valid list.');
  if (given.length > MAXIMUM_OPERATIONS) {
    throw new ApiError(
      'invalid_patch',
      `A patch may have ${MAXIMUM_OPERATIONS} operations, not ${given.length}.`,
    );
  }
  return given.map(readOperation);
}

/** A changed copy of the document, which is to have all attributes that there are. Throws what becomes 400. */
export function applyPatch(document: Document, operations: readonly Operation[]): Document {
  let changed: Document = structuredClone(document);
  for (const operation of operations) changed = applyOperation(changed, operation, operations);
  return changed;
}

export function patchError(operations: readonly Operation[], reason: string): ApiError {
  return new ApiError('invalid_patch', `Couldn't apply patch '${shown(operations)}'. Reason: ${reason}`);
}

export function transitionError(operations: readonly Operation[], from: string, to: unknown): ApiError {
  return patchError(operations, `State transition not allowed: (${from} -> ${shown(to)})`);
}

function readOperation(given: unknown): Operation {
  if (!isObject(given)) throw invalidInput('patch', given, 'Value not a valid operation.');
  const { op, path } = given;
  const unknown = Object.keys(given).find(key => !ATTRIBUTES.includes(key));
  if (unknown !== undefined) {
    throw new ApiError('invalid_input', `Unknown attribute for argument patch: ${shown(unknown)}`);
  }
  if (path === undefined) throw invalidInput('path', 'None', 'Mandatory field missing.');
  if (op === undefined) throw invalidInput('op', 'None', 'Mandatory field missing.');
  if (op !== 'add' && op !== 'replace' && op !== 'remove') {
    throw invalidInput('op', op, 'Value should be one of: replace, add, remove');
  }
  if (typeof path !== 'string' || !PATH_PATTERN.test(path) || path.split('/').includes('__proto__')) {
    throw invalidInput('path', path, 'Value should match the pattern ^(/[\\w-]+)+$');
  }
  if (INTERNAL.includes(path.split('/')[1]!)) {
    throw new ApiError('invalid_patch', `'${path}' is an internal attribute and can not be updated`);
  }
  if (op === 'remove') return { op, path };
  if (given['value'] === undefined) {
    throw new ApiError('invalid_patch', "'add' and 'replace' operations needs value");
  }
  return { op, path, value: given['value'] };
}

function applyOperation(document: Document, operation: Operation, all: readonly Operation[]): Document {
  const steps = operation.path.split('/').slice(1);
  const last = steps.pop()!;
  let parent: unknown = document;
  for (const step of steps) parent = has(parent, step) ? (parent as Document)[step] : undefined;
  if (Array.isArray(parent)) {
    applyToArray(parent, last, operation, all);
    return document;
  }
  if (!isObject(parent)) throw patchError(all, `there is no object at '${operation.path}'`);
  const target = parent as Document;
  const exists = has(target, last);
  if (!exists && operation.op !== 'add') {
    throw patchError(all, `can't ${operation.op} a non-existent object '${last}'`);
  }
  if (!exists && target === document) {
    throw new ApiError(
      'invalid_patch',
      `Adding a new attribute (${operation.path}) to the root of the resource is not allowed`,
    );
  }
  // an attribute of the resource itself is unset, not gone
  if (operation.op !== 'remove') target[last] = operation.value;
  else if (target === document) target[last] = null;
  else delete target[last];
  return document;
}

function applyToArray(list: unknown[], last: string, operation: Operation, all: readonly Operation[]): void {
  const index = last === '-' && operation.op === 'add' ? list.length : Number(last);
  const end = operation.op === 'add' ? list.length : list.length - 1;
  if (!/^(\d+|-)$/.test(last) || !(index <= end)) {
    throw patchError(all, `can't ${operation.op} a non-existent object '${last}'`);
  }
  if (operation.op === 'add') list.splice(index, 0, operation.value);
  else if (operation.op === 'replace') list[index] = operation.value;
  else list.splice(index, 1);
}

function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}
