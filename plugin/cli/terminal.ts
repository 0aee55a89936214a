import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline/promises';

/** Where a command is run from. */
export interface Terminal {
  /** Undefined: the process's own. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Epoch milliseconds; undefined: this machine's clock. */
  readonly now?: () => number;
  /** Writes text and a line break to the standard output. */
  print(text: string): void;
  /** The same to the standard error. */
  complain(text: string): void;
  /** All of the standard input. */
  read(): Promise<string>;
  /** Asks for a yes; false when there is nobody to ask. */
  confirm(question: string): Promise<boolean>;
}

export const processTerminal: Terminal = {
  print: line => void process.stdout.write(`${line}\n`),
  complain: line => void process.stderr.write(`${line}\n`),
  read: () => text(process.stdin),
  async confirm(question) {
    if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
    } finally {
      lines.close();
    }
  },
};
