import type { GoalEntry } from '../catalogue.ts';
import { linksOf, timestamps } from './common.ts';

export function goalView(entry: GoalEntry, baseUrl: string, isDetailed: boolean): object {
  const { uuid, name, goal } = entry;
  return {
    uuid,
    name,
    display_name: goal.displayName,
    efficacy_specification: goal.indicators.map(({ name: indicator, description, unit }) => ({
      name: indicator,
      description,
      unit,
      schema: null,
    })),
    links: linksOf(baseUrl, `goals/${uuid}`),
    ...(isDetailed ? timestamps(entry) : {}),
  };
}
