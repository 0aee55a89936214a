import type { StrategyEntry } from '../catalogue.ts';
import { parametersSpec } from '../parameters.ts';
import { linksOf } from './common.ts';

export function strategyView(
  { uuid, name, strategy }: StrategyEntry,
  options: { readonly baseUrl: string; readonly goalUuid: string | null; readonly isDetailed: boolean },
): object {
  return {
    uuid,
    name,
    display_name: strategy.displayName,
    goal_uuid: options.goalUuid,
    goal_name: strategy.goal,
    links: linksOf(options.baseUrl, `strategies/${uuid}`),
    ...(options.isDetailed ? { parameters_spec: parametersSpec(strategy) } : {}),
  };
}
