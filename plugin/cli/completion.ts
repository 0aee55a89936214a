import type { Command } from './command.ts';
import { UsageError } from './command.ts';
import { bashCompletion, zshCompletion } from './completion/scripts.ts';

/** `commands`: what there is to complete, asked when it runs because the command is one of them. */
export function completionOf(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'print what makes a shell complete the commands: bash or zsh',
    details:
      'bash: auspex completion bash > /etc/bash_completion.d/auspex\n' +
      'zsh:  put source <(auspex completion zsh) into ~/.zshrc, after compinit',
    operands: { SHELL: 'bash or zsh' },
    async run({ operands }, terminal) {
      const shell = operands['SHELL'];
      if (shell !== 'bash' && shell !== 'zsh') throw new UsageError('completion is for bash or zsh');
      terminal.print(shell === 'bash' ? bashCompletion(commands()) : zshCompletion(commands()));
      return 0;
    },
  };
}
