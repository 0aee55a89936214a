import type { Command } from './command.ts';

/** All commands, one per line. */
export function overview(commands: readonly Command[]): string {
  return [
    'Usage: auspex [COMMAND] [OPTIONS]',
    '',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Without a command: start. auspex COMMAND --help says more; auspex --version says which this is.',
    'Exit codes: 0 done, 1 failed, 2 the command line cannot be understood.',
  ].join('\n');
}

/** What one command does and takes. */
export function helpOf({ name, summary, details, operands = {}, options = {} }: Command): string {
  const taken = Object.entries(options);
  const usage = ['Usage: auspex', name, ...Object.keys(operands), ...(taken.length > 0 ? ['[OPTIONS]'] : [])];
  const rows = [
    ...Object.entries(operands),
    ...taken.map(([option, { short, value, what }]): readonly [string, string] => [
      `${short === undefined ? '    ' : `-${short}, `}--${option}${value === undefined ? '' : ` ${value}`}`,
      what,
    ]),
  ];
  return [
    usage.join(' '),
    '',
    `${capitalised(summary)}.`,
    ...(details === undefined ? [] : ['', details]),
    ...(rows.length === 0 ? [] : ['', ...columns(rows)]),
  ].join('\n');
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
