/**
 * Plans two messages and a pause, for trying out audits and plans; Watcher's tests count on exactly these.
 *
 * It looks at neither the cloud nor metrics and always plans the same.
 * Known limit: it is no optimisation.
 */
import { z } from 'zod';
import { fixedPlan, NO_NEEDS } from './fixed-plan.ts';
import type { Strategy } from './strategy.ts';

const parameters = z.strictObject({
  para1: z.number().min(1).max(10.2).default(3.2).meta({ description: 'number parameter example' }),
  para2: z.string().default('hello').meta({ description: 'string parameter example' }),
});

export const dummy: Strategy<z.output<typeof parameters>> = {
  name: 'dummy',
  displayName: 'Dummy strategy',
  goal: 'dummy',
  parameters,
  planner: 'weight',
  needs: () => NO_NEEDS,
  decide: ({ parameters: { para1, para2 } }) =>
    fixedPlan(
      [
        { type: 'nop', parameters: { message: 'hello World' } },
        { type: 'nop', parameters: { message: para2 } },
        { type: 'sleep', parameters: { duration: para1 } },
      ],
      'the dummy strategy',
    ),
};
