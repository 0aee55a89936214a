import type { Check } from './check.ts';
import { placeholdersOf } from './check.ts';

/** A rule is not written in oslo.policy's language; says why, beginning in lower case. */
export class CheckSyntaxError extends Error {
  override readonly name = 'CheckSyntaxError';
  readonly code = 'check_syntax';
}

type Token = { readonly kind: '(' | ')' | 'and' | 'or' | 'not' } | { readonly kind: 'check'; check: Check };

/** More would be nobody's intention, and would end the stack. */
const MAXIMUM_DEPTH = 100;
/** Asking another server at every request is not supported. */
const REMOTE = new Set(['http', 'https']);

/** Reads a rule: text, or the older list of lists (any of all of). Throws `CheckSyntaxError`. */
export function parseCheck(rule: unknown): Check {
  if (typeof rule === 'string') return parseText(rule);
  if (Array.isArray(rule)) return parseList(rule);
  throw new CheckSyntaxError('it must be text or a list');
}

function parseText(text: string): Check {
  // an empty rule is always true, as in oslo.policy
  if (text === '') return { kind: 'always' };
  const tokens = tokensOf(text);
  if (tokens.length === 0) throw new CheckSyntaxError('it is blank');
  const reader = new Reader(tokens);
  const check = reader.either(0);
  reader.end();
  return check;
}

function parseList(rule: readonly unknown[]): Check {
  if (rule.length === 0) return { kind: 'always' };
  const either = rule.flatMap(inner => {
    if (typeof inner === 'string') return inner === '' ? [] : [simple(inner)];
    if (!Array.isArray(inner)) throw new CheckSyntaxError('its elements must be texts or lists of texts');
    return inner.length === 0 ? [] : [joined('and', inner.map(simple))];
  });
  return either.length === 0 ? { kind: 'never' } : joined('or', either);
}

function joined(kind: 'and' | 'or', checks: readonly Check[]): Check {
  return checks.length === 1 ? checks[0]! : { kind, checks };
}

function tokensOf(text: string): readonly Token[] {
  return text
    .split(/\s+/)
    .filter(word => word !== '')
    .flatMap(word => {
      // parentheses inside of a check, as in %(name)s, are never at its very beginning or end
      const { open, middle, close } = /^(?<open>\(*)(?<middle>.*?)(?<close>\)*)$/s.exec(word)!.groups!;
      return [...brackets(open!), ...wordToken(middle!), ...brackets(close!)];
    });
}

function brackets(text: string): Token[] {
  return Array.from(text, one => ({ kind: one as '(' | ')' }));
}

function wordToken(word: string): Token[] {
  if (word === '') return [];
  const operator = word.toLowerCase();
  if (operator === 'and' || operator === 'or' || operator === 'not') return [{ kind: operator }];
  return [{ kind: 'check', check: simple(word) }];
}

function simple(word: unknown): Check {
  if (typeof word !== 'string') throw new CheckSyntaxError('its elements must be texts or lists of texts');
  if (word === '@') return { kind: 'always' };
  if (word === '!') return { kind: 'never' };
  const colon = word.indexOf(':');
  const [left, match] = [word.slice(0, colon), word.slice(colon + 1)];
  if (colon <= 0 || match === '')
    throw new CheckSyntaxError(`"${word}" is no check of the form "role:admin"`);
  if (REMOTE.has(left)) throw new CheckSyntaxError(`"${word}" asks another server, which is not supported`);
  if (left === 'rule') return { kind: 'rule', name: match };
  if (placeholdersOf(match) === undefined) {
    throw new CheckSyntaxError(`"${word}" has a per cent sign that is not of the form %(name)s`);
  }
  return left === 'role' ? { kind: 'role', match } : { kind: 'compare', left, match };
}

/** `not` binds tighter than `and`, and that tighter than `or`. */
class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  either(depth: number): Check {
    if (depth > MAXIMUM_DEPTH) throw new CheckSyntaxError(`it nests more than ${MAXIMUM_DEPTH} deep`);
    const checks = [this.#all(depth)];
    while (this.#take('or')) checks.push(this.#all(depth));
    return joined('or', checks);
  }

  end(): void {
    const more = this.#tokens[this.#at];
    if (more === undefined) return;
    throw new CheckSyntaxError(`it does not go on with ${nameOf(more)} after a whole condition`);
  }

  #all(depth: number): Check {
    const checks = [this.#one(depth)];
    while (this.#take('and')) checks.push(this.#one(depth));
    return joined('and', checks);
  }

  #one(depth: number): Check {
    let negations = 0;
    while (this.#take('not')) negations += 1;
    let check = this.#positive(depth);
    if (negations > MAXIMUM_DEPTH) throw new CheckSyntaxError(`it nests more than ${MAXIMUM_DEPTH} deep`);
    for (; negations > 0; negations -= 1) check = { kind: 'not', check };
    return check;
  }

  #positive(depth: number): Check {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new CheckSyntaxError('it ends where a check is expected');
    this.#at += 1;
    if (token.kind === 'check') return token.check;
    if (token.kind !== '(') throw new CheckSyntaxError(`it has ${nameOf(token)} where a check is expected`);
    const inner = this.either(depth + 1);
    if (!this.#take(')')) throw new CheckSyntaxError('a parenthesis is not closed');
    return inner;
  }

  #take(kind: Token['kind']): boolean {
    if (this.#tokens[this.#at]?.kind !== kind) return false;
    this.#at += 1;
    return true;
  }
}

function nameOf({ kind }: Token): string {
  return kind === 'check' ? 'another check' : `"${kind}"`;
}
