import type { Terminal } from './terminal.ts';

/** Something that `auspex` can do. Each is an object in a file of its own, listed in `commands.ts`. */
export interface Command {
  /** One word, or two for one of a group: `db upgrade`. */
  readonly name: string;
  /** What it does, in half a sentence for the list of commands. */
  readonly summary: string;
  /** What else `--help` is to say. */
  readonly details?: string;
  /** Arguments that must be given, in their order, by their name in capitals. */
  readonly operands?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, Option>>;
  /** The exit code: 0 when all is well. What it throws with a `code` is told as a sentence, with exit code 1; a `UsageError` gives 2. */
  run(given: Given, terminal: Terminal): Promise<number>;
}

export interface Option {
  readonly short?: string;
  /** Its value's name in capitals; an option without one is a switch. */
  readonly value?: string;
  readonly what: string;
}

/** What was given on the command line, by the names without dashes. */
export interface Given {
  readonly operands: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string>>;
  readonly switches: ReadonlySet<string>;
}

/** The command line cannot be understood: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage';
}

/** The option as a whole number; undefined when it is not given. Throws `UsageError`. */
export function wholeNumber(given: Given, option: string): number | undefined {
  const text = given.values[option];
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--${option} must be a whole number from 0 to 999999999, not ${text}`);
}
