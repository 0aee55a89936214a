import type { ActionPlan } from '../../lifecycle/action-plan.ts';
import type { Catalogue } from '../catalogue.ts';
import { SINCE } from '../microversions.ts';
import type { ApiRequest } from '../request.ts';
import { linksOf, timestamps, withOffset } from './common.ts';

export function actionPlanView(
  plan: ActionPlan,
  { baseUrl, minor }: ApiRequest,
  { catalogue, isDetailed }: { readonly catalogue: Catalogue; readonly isDetailed: boolean },
): object {
  const { uuid, strategyName, updatedAt } = plan;
  return {
    uuid,
    audit_uuid: plan.auditUuid,
    strategy_uuid: catalogue.strategyUuid(strategyName),
    strategy_name: strategyName,
    state: plan.state,
    efficacy_indicators: plan.efficacyIndicators,
    global_efficacy: plan.globalEfficacy,
    updated_at: updatedAt === null ? null : withOffset(updatedAt),
    links: linksOf(baseUrl, `action_plans/${uuid}`),
    ...(isDetailed ? { hostname: plan.hostname, ...timestamps(plan) } : {}),
    ...(isDetailed && minor >= SINCE.statusMessage ? { status_message: plan.statusMessage } : {}),
  };
}
