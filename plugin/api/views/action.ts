import type { Action } from '../../lifecycle/action.ts';
import { SINCE } from '../microversions.ts';
import type { ApiRequest } from '../request.ts';
import { linksOf, timestamps } from './common.ts';

export interface ActionDescription {
  readonly name: string;
  /** One sentence. */
  readonly description: string;
}

export function actionView(
  action: Action,
  { baseUrl, minor }: ApiRequest,
  {
    actionTypes,
    isDetailed,
  }: { readonly actionTypes: readonly ActionDescription[]; readonly isDetailed: boolean },
): object {
  const { uuid } = action;
  return {
    uuid,
    action_plan_uuid: action.actionPlanUuid,
    action_type: action.actionType,
    state: action.state,
    parents: action.parents,
    links: linksOf(baseUrl, `actions/${uuid}`),
    ...(isDetailed
      ? {
          input_parameters: action.inputParameters,
          description: descriptionOf(action, actionTypes),
          ...timestamps(action),
        }
      : {}),
    ...(isDetailed && minor >= SINCE.statusMessage ? { status_message: action.statusMessage } : {}),
  };
}

/** What the action does and why: this is where an administrator sees the reason. */
function descriptionOf({ actionType, reason }: Action, actionTypes: readonly ActionDescription[]): string {
  const what = actionTypes.find(({ name }) => name === actionType)?.description ?? '';
  if (reason === null || reason === '') return what;
  const stop = /[.!?]$/.test(what) || what === '' ? '' : '.';
  return `${what}${stop} ${reason}`.trim();
}
