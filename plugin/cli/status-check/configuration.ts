import type { StatusCheck } from './check.ts';

export const configurationCheck: StatusCheck = {
  name: 'Configuration',
  async run({ settings }) {
    return { verdict: 'Success', details: `This replica is ${settings().hostname}.` };
  },
};
