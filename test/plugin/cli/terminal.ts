import { runCommandLine } from '../../../plugin/cli/command-line.ts';
import type { Command } from '../../../plugin/cli/command.ts';
import { COMMANDS } from '../../../plugin/cli/commands.ts';

export interface Outcome {
  readonly exitCode: number;
  /** All that was printed on the standard output. */
  readonly output: string;
  readonly complaint: string;
  /** What it asked before it did anything. */
  readonly questions: readonly string[];
}

/** Runs a command line in this process, with nobody there to say yes unless told so. */
export async function auspex(
  args: readonly string[],
  {
    env = {},
    commands = COMMANDS,
    saysYes = false,
    input = '',
    now = () => Date.now(),
  }: {
    readonly env?: NodeJS.ProcessEnv;
    readonly commands?: readonly Command[];
    saysYes?: boolean;
    input?: string;
    now?: () => number;
  } = {},
): Promise<Outcome> {
  const output: string[] = [];
  const complaints: string[] = [];
  const questions: string[] = [];
  const exitCode = await runCommandLine(args, {
    commands,
    version: '1.2.3',
    terminal: {
      env,
      cwd: '/',
      now,
      print: text => void output.push(text),
      complain: text => void complaints.push(text),
      read: async () => input,
      confirm: async question => {
        questions.push(question);
        return saysYes;
      },
    },
  });
  return { exitCode, output: output.join('\n'), complaint: complaints.join('\n'), questions };
}
