/** Where the demonstration writes: lines, and on a terminal some that change in place. */
export interface Screen {
  title(text: string): void;
  print(line: string): void;
  /** Shows these lines in place of those of the last update; on no terminal they are kept back. */
  update(lines: readonly string[]): void;
  /** As `update`, for the last time. */
  settle(lines: readonly string[]): void;
}

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export function createScreen(output: Output): Screen {
  const isTerminal = output.isTTY === true;
  // Some terminals say that they have no columns at all.
  const width = output.columns || 100;
  let shown = 0;
  const draw = (lines: readonly string[]): void => {
    if (shown > 0) output.write(`\u001b[${shown}A\u001b[J`);
    for (const line of lines) output.write(`${line.slice(0, width - 1)}\n`);
    shown = lines.length;
  };
  return {
    title: text => output.write(isTerminal ? `\n\u001b[1m${text}\u001b[0m\n` : `\n${text}\n`),
    print: line => output.write(`${line}\n`),
    update(lines) {
      if (isTerminal) draw(lines);
    },
    settle(lines) {
      if (isTerminal) draw(lines);
      else for (const line of lines) output.write(`${line}\n`);
      shown = 0;
    },
  };
}
