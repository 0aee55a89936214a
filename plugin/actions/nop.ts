import { z } from 'zod';
import { ActionFailedError } from './errors.ts';
import { PROCEED } from './action-type.ts';
import type { ActionType } from './action-type.ts';

const parameters = z.strictObject({
  message: z.string().nullable(),
  skip_pre_condition: z.boolean().default(false),
  fail_pre_condition: z.boolean().default(false),
  fail_execute: z.boolean().default(false),
  fail_post_condition: z.boolean().default(false),
});

/** Changes nothing; the other parameters than `message` are hooks with which operators and tests try a plan out. */
export const nop: ActionType<z.infer<typeof parameters>> = {
  name: 'nop',
  description: 'Logging a NOP message',
  parameters,
  effect: () => ({ kind: 'none' }),
  precheck: async p => {
    if (p.skip_pre_condition) return { outcome: 'skip', why: 'Skipped in pre_condition' };
    if (p.fail_pre_condition) return { outcome: 'fail', why: 'Failed in pre_condition' };
    return PROCEED;
  },
  execute: async (p, { report }) => {
    report({ percent: 100, message: p.message ?? '' });
    if (p.fail_execute) throw new ActionFailedError('The parameter fail_execute asks for it');
    if (p.fail_post_condition) {
      throw new ActionFailedError('Failed in post_condition', { phase: 'post_condition' });
    }
  },
  resume: async () => false,
  revert: async () => {},
};
