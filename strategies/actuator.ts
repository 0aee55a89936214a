/**
 * Plans exactly the actions that the audit's parameters hold, for trying out actions, or for doing something explicit when an event comes in.
 *
 * It looks at neither the cloud nor metrics; it plans nothing when the list is empty. An action that is there twice is planned once.
 * Known limit: what fits the forms of its action types is planned, sensible or not; the actions themselves check before they act.
 */
import { z } from 'zod';
import type { FixedAction } from './fixed-plan.ts';
import { fixedPlan, NO_NEEDS } from './fixed-plan.ts';
import type { Strategy } from './strategy.ts';

const parameters = z.strictObject({
  actions: z.array(
    z.strictObject({
      action_type: z.string(),
      resource_id: z.string().optional(),
      input_parameters: z.looseObject({}),
    }),
  ),
});

export const actuator: Strategy<z.output<typeof parameters>> = {
  name: 'actuator',
  displayName: 'Actuator',
  goal: 'unclassified',
  parameters,
  planner: 'weight',
  needs: () => NO_NEEDS,
  decide({ parameters: { actions } }) {
    const wanted = actions.map(({ action_type: type, resource_id, input_parameters }): FixedAction => {
      const { resource_id: inside, ...rest } = input_parameters;
      const resourceId = resource_id ?? inside;
      // what is no text is for the action type to refuse
      return typeof resourceId === 'string'
        ? { type, resourceId, parameters: rest }
        : { type, parameters: input_parameters };
    });
    const once = new Map(wanted.map(action => [JSON.stringify(action), action]));
    return fixedPlan([...once.values()], "the audit's parameters");
  },
};
