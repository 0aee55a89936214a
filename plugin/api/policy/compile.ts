import type { Check } from './check.ts';
import { placeholdersOf } from './check.ts';
import { API_RULES, defaultRules } from './default-rules.ts';
import { PolicyError } from './errors.ts';
import { CheckSyntaxError, parseCheck } from './parse-check.ts';

export type Rules = ReadonlyMap<string, Check>;

/** The default rules with those of the file over them. `file` is its name, for messages. Throws `PolicyError`. */
export function compileRules(
  given: Readonly<Record<string, unknown>>,
  { file, hasReader }: { readonly file: string; readonly hasReader: boolean },
): Rules {
  const defaults = defaultRules(hasReader);
  const rules = new Map<string, Check>();
  for (const [name, rule] of Object.entries({ ...defaults, ...given })) {
    rules.set(name, compiled(name, rule, file));
  }
  const known = new Set([...Object.keys(defaults), ...API_RULES, 'default']);
  const mentioned = new Set([...rules.values()].flatMap(check => rulesIn(check)));
  const unknown = Object.keys(given).find(name => !known.has(name) && !mentioned.has(name));
  if (unknown !== undefined) {
    throw new PolicyError(
      `The policy file ${file} has the rule "${unknown}", which this service does not know and no other rule refers to.`,
    );
  }
  for (const name of rules.keys()) checkReferences(name, rules, file);
  return rules;
}

/** Attributes of the target that decide about it, directly or through other rules. */
export function attributesOf(check: Check, rules: Rules): readonly string[] {
  switch (check.kind) {
    case 'always':
    case 'never':
      return [];
    case 'not':
      return attributesOf(check.check, rules);
    case 'and':
    case 'or':
      return check.checks.flatMap(one => attributesOf(one, rules));
    case 'rule': {
      const rule = rules.get(check.name);
      return rule === undefined ? [] : attributesOf(rule, rules);
    }
    case 'role':
    case 'compare':
      return placeholdersOf(check.match) ?? [];
  }
}

function compiled(name: string, rule: unknown, file: string): Check {
  try {
    return parseCheck(rule);
  } catch (error) {
    if (!(error instanceof CheckSyntaxError)) throw error;
    throw new PolicyError(`The rule "${name}" of the policy file ${file} is wrong: ${error.message}.`, {
      cause: error,
    });
  }
}

function rulesIn(check: Check): readonly string[] {
  if (check.kind === 'rule') return [check.name];
  if (check.kind === 'not') return rulesIn(check.check);
  return 'checks' in check ? check.checks.flatMap(rulesIn) : [];
}

/** Throws when the rule refers to one that is not there, or to itself through others. */
function checkReferences(name: string, rules: Rules, file: string): void {
  const path = new Set<string>();
  const done = new Set<string>();
  const visit = (current: string): void => {
    if (done.has(current)) return;
    path.add(current);
    for (const next of rulesIn(rules.get(current)!)) {
      if (!rules.has(next)) {
        throw new PolicyError(
          `The rule "${current}" of the policy file ${file} refers to "${next}", which is no rule.`,
        );
      }
      if (path.has(next)) {
        throw new PolicyError(`The rule "${current}" of the policy file ${file} refers to itself.`);
      }
      visit(next);
    }
    path.delete(current);
    done.add(current);
  };
  visit(name);
}
