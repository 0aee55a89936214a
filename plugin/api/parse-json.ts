import { ApiError } from './errors.ts';

const MAXIMUM_NESTING = 64;

/** Values as JSON, without what would do harm further inside. Throws what becomes 400. */
export function parseJson(text: string): unknown {
  // before the parser, whose own depth is the stack's
  if (nestingOf(text) > MAXIMUM_NESTING) {
    throw new ApiError('invalid_json', `The body nests more than ${MAXIMUM_NESTING} lists or objects.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ApiError('invalid_json', 'Request is not in valid JSON format', { cause: error });
  }
  check(value);
  return value;
}

function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isInText) {
      if (character === '\\') at += 1;
      else if (character === '"') isInText = false;
    } else if (character === '"') isInText = true;
    else if (character === '[' || character === '{') {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (character === ']' || character === '}') depth -= 1;
  }
  return deepest;
}

function check(value: unknown): void {
  if (typeof value === 'string') checkText(value);
  else if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new ApiError('invalid_json', 'The body has a number that is too large.');
  } else if (Array.isArray(value)) value.forEach(check);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      if (name === '__proto__') throw new ApiError('invalid_json', 'The name __proto__ is not allowed.');
      checkText(name);
      check(inner);
    }
  }
}

/** Neither can be kept as it is: databases cut texts at the one, and UTF-8 has no way to write the other. */
function checkText(text: string): void {
  if (text.includes('\0')) throw new ApiError('invalid_json', 'The body has a text with a null character.');
  if (!text.isWellFormed()) {
    throw new ApiError('invalid_json', 'The body has a text with half a surrogate pair.');
  }
}
