import type { Resource } from './gnocchi-resources.ts';

/** A search that Gnocchi would not understand, or that is not simulated. */
export class SearchError extends Error {
  override readonly name = 'SearchError';
  readonly code = 'search_invalid';
}

type Matcher = (resource: Resource) => boolean;

/** Gnocchi's search language, as far as `and`, `or`, `in` and `=`. Throws `SearchError`. */
export function matcherOf(search: unknown): Matcher {
  const entries = Object.entries(typeof search === 'object' && search !== null ? search : {});
  const [entry] = entries;
  if (entry === undefined || entries.length > 1)
    throw new SearchError(`${JSON.stringify(search)} is no search`);
  const [operator, operand] = entry as [string, unknown];
  switch (operator) {
    case 'and': {
      const all = listOf(operand).map(matcherOf);
      return resource => all.every(matches => matches(resource));
    }
    case 'or': {
      const any = listOf(operand).map(matcherOf);
      return resource => any.some(matches => matches(resource));
    }
    case 'in': {
      const [name, values] = attributeOf(operand);
      const wanted = new Set(listOf(values));
      return ({ attributes }) => wanted.has(attributes[name]);
    }
    case '=': {
      const [name, value] = attributeOf(operand);
      return ({ attributes }) => attributes[name] === value;
    }
    default:
      throw new SearchError(`the operator ${operator} is not known`);
  }
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new SearchError(`${JSON.stringify(value)} is not a list`);
}

function attributeOf(operand: unknown): [name: string, value: unknown] {
  const [entry] = Object.entries(typeof operand === 'object' && operand !== null ? operand : {});
  if (entry === undefined) throw new SearchError(`${JSON.stringify(operand)} names no attribute`);
  return entry as [string, unknown];
}
