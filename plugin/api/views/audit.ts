import type { Audit } from '../../lifecycle/audit.ts';
import type { Catalogue } from '../catalogue.ts';
import { SINCE } from '../microversions.ts';
import type { ApiRequest } from '../request.ts';
import { linksOf, timestamps, withoutOffset } from './common.ts';

export function auditView(
  audit: Audit,
  request: ApiRequest,
  { catalogue, isDetailed }: { readonly catalogue: Catalogue; readonly isDetailed: boolean },
): object {
  const { uuid, goalName, strategyName } = audit;
  return {
    uuid,
    name: audit.name,
    audit_type: audit.auditType,
    state: audit.state,
    goal_uuid: catalogue.goalUuid(goalName),
    goal_name: goalName,
    strategy_uuid: strategyName === null ? null : catalogue.strategyUuid(strategyName),
    strategy_name: strategyName,
    interval: audit.interval,
    scope: audit.scope,
    auto_trigger: audit.autoTrigger,
    next_run_time: withoutOffset(audit.nextRunAt),
    links: linksOf(request.baseUrl, `audits/${uuid}`),
    ...(request.minor >= SINCE.force ? { force: audit.force } : {}),
    ...(isDetailed ? details(audit, request) : {}),
  };
}

function details(audit: Audit, { minor }: ApiRequest): object {
  return {
    parameters: audit.parameters,
    hostname: audit.hostname,
    ...timestamps(audit),
    ...(minor >= SINCE.auditTimes
      ? { start_time: withoutOffset(audit.startAt), end_time: withoutOffset(audit.endAt) }
      : {}),
    ...(minor >= SINCE.statusMessage ? { status_message: audit.statusMessage } : {}),
  };
}
