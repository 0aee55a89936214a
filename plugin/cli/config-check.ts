import type { Command } from './command.ts';
import { configurationProblems } from './config/problems.ts';

const WRONG = 1;

export const configCheck: Command = {
  name: 'config check',
  summary: 'say what is wrong with the settings and the credentials of the cloud',
  details:
    'Reads what the service would read: the file that AUSPEX_CONFIG names, the variables, the files that these name,\n' +
    'clouds.yaml or the OS_* variables. Connects to nothing and prints no secrets. Exit code 1 when something is wrong.',
  async run(_given, terminal) {
    const problems = await configurationProblems(terminal);
    for (const problem of problems) terminal.print(problem);
    if (problems.length === 0) terminal.print('The configuration is right.');
    return problems.length === 0 ? 0 : WRONG;
  },
};
