import type { StatusCheck } from './check.ts';

export const configurationCheck: StatusCheck = {
  name: 'Configuration',
  advice: 'see docs/configuration.md, and "auspex config sample"',
  async run({ settings }) {
    return { verdict: 'Success', details: `This replica is ${settings().hostname}.` };
  },
};
