/** A condition in oslo.policy's language. */
export type Check =
  | { readonly kind: 'always' | 'never' }
  | { readonly kind: 'not'; readonly check: Check }
  | { readonly kind: 'and' | 'or'; readonly checks: readonly Check[] }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'role'; readonly match: string }
  | {
      readonly kind: 'compare';
      /** Path in the credentials, or a constant: `'x'`, `True`, `5`. */
      readonly left: string;
      /** `%(name)s` stands for the target's attribute. */
      readonly match: string;
    };

/** What conditions are asked about; values by oslo's names, objects and lists may nest. */
export interface Question {
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly target: Readonly<Record<string, unknown>>;
  readonly rules: ReadonlyMap<string, Check>;
}

/** Whether it holds; what refers to a rule or attribute that is not there does not. Rules must not go in circles. */
export function holds(check: Check, question: Question): boolean {
  switch (check.kind) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'not':
      return !holds(check.check, question);
    case 'and':
      return check.checks.every(one => holds(one, question));
    case 'or':
      return check.checks.some(one => holds(one, question));
    case 'rule': {
      const rule = question.rules.get(check.name);
      return rule !== undefined && holds(rule, question);
    }
    case 'role': {
      const role = filledIn(check.match, question.target)?.toLowerCase();
      return role !== undefined && rolesOf(question).some(one => one.toLowerCase() === role);
    }
    case 'compare': {
      const right = filledIn(check.match, question.target);
      if (right === undefined) return false;
      const constant = constantOf(check.left);
      if (constant !== undefined) return constant === right;
      return isFound(question.credentials, check.left.split('.'), right);
    }
  }
}

const PLACEHOLDER = /%\(([^()]+)\)s|%%/g;

/** Names of the target's attributes that the text mentions; undefined when a per cent sign makes no sense in it. */
export function placeholdersOf(match: string): readonly string[] | undefined {
  if (match.replaceAll(PLACEHOLDER, '').includes('%')) return undefined;
  return [...match.matchAll(PLACEHOLDER)].flatMap(([, name]) => name ?? []);
}

function filledIn(match: string, target: Question['target']): string | undefined {
  let isComplete = true;
  const text = match.replaceAll(PLACEHOLDER, (_whole, name: string | undefined) => {
    if (name === undefined) return '%';
    const value = Object.hasOwn(target, name) ? target[name] : valueAt(target, name.split('.'));
    if (value === undefined) isComplete = false;
    return pythonText(value);
  });
  return isComplete ? text : undefined;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let inner = value;
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, step)) return undefined;
    inner = (inner as Record<string, unknown>)[step];
  }
  return inner;
}

/** Of a list, any element may match. */
function isFound(value: unknown, path: readonly string[], wanted: string): boolean {
  if (Array.isArray(value)) return value.some(one => isFound(one, path, wanted));
  if (path.length === 0) return pythonText(value) === wanted;
  const inner = valueAt(value, path.slice(0, 1));
  return inner !== undefined && isFound(inner, path.slice(1), wanted);
}

function constantOf(left: string): string | undefined {
  if (left === 'True' || left === 'False' || left === 'None') return left;
  if (/^-?\d+(\.\d+)?$/.test(left)) return String(Number(left));
  return /^(?:'([^']*)'|"([^"]*)")$/.exec(left)?.slice(1).join('');
}

/** Policies are written with Python's words for these. */
function pythonText(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (value === null || value === undefined) return 'None';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function rolesOf({ credentials }: Question): readonly string[] {
  const roles = credentials['roles'];
  return Array.isArray(roles) ? roles.map(String) : [];
}
