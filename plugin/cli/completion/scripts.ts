import type { Command } from '../command.ts';

/** What may come next after the words given so far, by these words: the second word of a group, options. */
function nextWords(commands: readonly Command[]): ReadonlyMap<string, readonly string[]> {
  const next = new Map<string, string[]>([['', ['--help', '--version']]]);
  const add = (after: string, words: readonly string[]) =>
    next.set(after, [...new Set([...(next.get(after) ?? []), ...words])]);
  for (const { name, options = {}, operands = {} } of commands) {
    const [first = '', second] = name.split(' ');
    add('', [first]);
    if (second !== undefined) add(first, [second]);
    add(name, [...shells(operands), ...Object.keys(options).map(option => `--${option}`), '--help']);
  }
  return next;
}

function shells(operands: Readonly<Record<string, string>>): readonly string[] {
  return 'SHELL' in operands ? ['bash', 'zsh'] : [];
}

/** A function for bash. It takes one or two words as the command, and files for the values of options. */
export function bashCompletion(commands: readonly Command[]): string {
  const branches = [...nextWords(commands)].map(
    ([after, words]) => `    ${patternOf(after, commands)}) words='${words.join(' ')}' ;;`,
  );
  return [
    '_auspex() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" command="" words="" n',
    '  for (( n = 1; n < COMP_CWORD && n <= 2; n++ )); do',
    '    case "${COMP_WORDS[n]}" in -*) break ;; esac',
    '    command="${command:+$command }${COMP_WORDS[n]}"',
    '  done',
    '  case "$command" in',
    ...branches,
    '  esac',
    '  COMPREPLY=( $(compgen -W "$words" -- "$current") )',
    '}',
    'complete -o default -F _auspex auspex',
  ].join('\n');
}

/** An argument may follow a command of one word. */
function patternOf(after: string, commands: readonly Command[]): string {
  const isWhole = !after.includes(' ') && commands.some(({ name }) => name === after);
  return isWhole ? `'${after}'|'${after} '*` : `'${after}'`;
}

/** The same by way of zsh's own support for functions of bash. */
export function zshCompletion(commands: readonly Command[]): string {
  return ['autoload -U +X bashcompinit && bashcompinit', bashCompletion(commands)].join('\n');
}
