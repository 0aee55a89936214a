import { parseArgs } from 'node:util';
import type { Command, Given } from './command.ts';
import { UsageError } from './command.ts';
import { helpOf, overview } from './help.ts';
import type { Terminal } from './terminal.ts';

const DEFAULT_COMMAND = 'start';
const FAILED = 1;
const MISUSED = 2;

/** Runs what the arguments ask for; the exit code. Every failure becomes one sentence on the standard error. */
export async function runCommandLine(
  args: readonly string[],
  { commands, version, terminal }: { commands: readonly Command[]; version: string; terminal: Terminal },
): Promise<number> {
  const [first] = args;
  if (first === '--help' || first === '-h' || first === 'help') {
    terminal.print(overview(commands));
    return 0;
  }
  if (first === '--version') {
    terminal.print(`auspex ${version}`);
    return 0;
  }
  try {
    const { command, rest } = chooseCommand(commands, args);
    if (rest.includes('--help') || rest.includes('-h')) {
      terminal.print(helpOf(command));
      return 0;
    }
    return await command.run(readArguments(command, rest), terminal);
  } catch (error) {
    terminal.complain(`auspex: ${describeError(error)}`);
    return error instanceof UsageError ? MISUSED : FAILED;
  }
}

/** What went wrong, for a person: the sentence alone when it is one of ours. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof UsageError) return `${error.message}. See auspex --help.`;
  return 'code' in error ? error.message : (error.stack ?? error.message);
}

/** Options alone are those of `start`. */
function chooseCommand(
  commands: readonly Command[],
  args: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } {
  const words = args[0] === undefined || args[0].startsWith('-') ? [DEFAULT_COMMAND, ...args] : args;
  for (const count of [2, 1]) {
    const name = words.slice(0, count).join(' ');
    const command = commands.find(each => each.name === name);
    if (command !== undefined) {
      return { command, rest: args.slice(words === args ? count : 0) };
    }
  }
  throw new UsageError(explainUnknown(commands, words));
}

function explainUnknown(commands: readonly Command[], [word, next]: readonly string[]): string {
  const group = commands.filter(({ name }) => name.startsWith(`${word} `));
  if (group.length === 0) return `There is no command ${word}`;
  const list = group.map(({ name }) => name).join(', ');
  const isNamed = next !== undefined && !next.startsWith('-');
  return isNamed ? `There is no command ${word} ${next}; there are ${list}` : `${word} is one of ${list}`;
}

function readArguments({ name, operands = {}, options = {} }: Command, args: readonly string[]): Given {
  const { values, positionals } = parse(options, args);
  const wanted = Object.keys(operands);
  if (positionals.length > wanted.length) {
    throw new UsageError(`${name} does not expect the argument ${positionals[wanted.length]}`);
  }
  if (positionals.length < wanted.length) {
    throw new UsageError(`${name} needs ${wanted.slice(positionals.length).join(' and ')}`);
  }
  const given = Object.entries(values);
  return {
    operands: Object.fromEntries(wanted.map((operand, index) => [operand, positionals[index]!])),
    values: Object.fromEntries(
      given.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    switches: new Set(given.filter(([, value]) => value === true).map(([option]) => option)),
  };
}

function parse(options: NonNullable<Command['options']>, args: readonly string[]) {
  const config = Object.entries(options).map(
    ([name, { short, value }]) =>
      [
        name,
        {
          type: value === undefined ? ('boolean' as const) : ('string' as const),
          ...(short === undefined ? {} : { short }),
        },
      ] as const,
  );
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries(config), allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node goes on with advice for programmers.
    throw new UsageError(error.message.split(/\.\s|\n/)[0]!.replace(/\.$/, ''), { cause: error });
  }
}
