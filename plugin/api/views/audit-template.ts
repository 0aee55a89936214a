import type { AuditTemplate } from '../../lifecycle/audit-template.ts';
import type { Catalogue } from '../catalogue.ts';
import { SINCE } from '../microversions.ts';
import type { ApiRequest } from '../request.ts';
import { linksOf, timestamps } from './common.ts';

export function auditTemplateView(
  template: AuditTemplate,
  { baseUrl, minor }: ApiRequest,
  { catalogue, isDetailed }: { readonly catalogue: Catalogue; readonly isDetailed: boolean },
): object {
  const { uuid, goalName, strategyName } = template;
  return {
    uuid,
    name: template.name,
    goal_uuid: catalogue.goalUuid(goalName),
    goal_name: goalName,
    strategy_uuid: strategyName === null ? null : catalogue.strategyUuid(strategyName),
    strategy_name: strategyName,
    scope: template.scope,
    links: linksOf(baseUrl, `audit_templates/${uuid}`),
    ...(isDetailed ? { description: template.description, ...timestamps(template) } : {}),
    ...(isDetailed && minor >= SINCE.defaultParameters
      ? { default_parameters: template.defaultParameters }
      : {}),
  };
}
