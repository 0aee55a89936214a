import { configurationProblems } from '../config/problems.ts';
import type { StatusCheck } from '../status-check/check.ts';

/** What `auspex config check` tells. */
export const filesCheck: StatusCheck = {
  name: 'Files and credentials',
  async run({ terminal }) {
    const problems = await configurationProblems(terminal);
    if (problems.length === 0) return { verdict: 'Success' };
    return problems.map(details => ({
      verdict: 'Failure',
      details,
      advice: 'docs/configuration.md, and "auspex config sample"',
    }));
  },
};
