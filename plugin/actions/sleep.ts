import { z } from 'zod';
import { ActionCancelledError } from './errors.ts';
import { PROCEED } from './action-type.ts';
import type { ActionType } from './action-type.ts';

const parameters = z.strictObject({ duration: z.number().min(0) });

/** Waits; Watcher's applier ignores fractions of a second, and so does this. */
export const sleep: ActionType<z.infer<typeof parameters>> = {
  name: 'sleep',
  description: 'Wait for a given interval in seconds.',
  parameters,
  effect: () => ({ kind: 'none' }),
  precheck: async () => PROCEED,
  execute: async ({ duration }, { clock, signal }) => {
    await clock.sleep(Math.trunc(duration) * 1000, signal);
    if (signal.aborted) throw new ActionCancelledError('The wait was cut short.');
  },
  resume: async () => false,
  revert: async () => {},
};
