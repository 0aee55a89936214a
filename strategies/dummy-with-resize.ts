/**
 * Plans one of many kinds of action, for trying out plans and their order; Watcher's tests count on exactly these.
 *
 * It looks at neither the cloud nor metrics and always plans the same: two messages, a pause, two migrations and a resize.
 * Known limit: the instances and hosts in it exist nowhere, so when it is applied its migrations and its resize are skipped.
 */
import { z } from 'zod';
import { fixedPlan, NO_NEEDS } from './fixed-plan.ts';
import type { Strategy } from './strategy.ts';

const parameters = z.strictObject({
  para1: z.number().min(1).max(10.2).default(3.2).meta({ description: 'number parameter example' }),
  para2: z.string().default('hello').meta({ description: 'string parameter example' }),
});

const FIRST = 'b199db0c-1408-4d52-b5a5-5ca14de0ff36';
const SECOND = '8db1b3c1-7938-4c34-8c03-6de14b874f8f';
const move = { migration_type: 'live', source_node: 'compute2', destination_node: 'compute3' };

export const dummyWithResize: Strategy<z.output<typeof parameters>> = {
  name: 'dummy_with_resize',
  displayName: 'Dummy strategy with resize',
  goal: 'dummy',
  parameters,
  planner: 'weight',
  needs: () => NO_NEEDS,
  decide: () =>
    fixedPlan(
      [
        { type: 'nop', parameters: { message: 'hello World' } },
        { type: 'nop', parameters: { message: 'Welcome' } },
        { type: 'sleep', parameters: { duration: 5 } },
        { type: 'migrate', resourceId: FIRST, parameters: move },
        { type: 'migrate', resourceId: SECOND, parameters: move },
        { type: 'resize', resourceId: SECOND, parameters: { flavor: 'x2' } },
      ],
      'the dummy strategy with resize',
    ),
};
