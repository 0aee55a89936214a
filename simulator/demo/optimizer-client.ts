import { z } from 'zod';

const TIMEOUT_MILLISECONDS = 30_000;

const AUDIT = z.object({ uuid: z.string(), state: z.string(), status_message: z.string().nullish() });
const PLAN = z.object({ uuid: z.string(), state: z.string(), status_message: z.string().nullish() });
const ACTION = z.object({
  uuid: z.string(),
  action_type: z.string(),
  state: z.string(),
  description: z.string(),
  status_message: z.string().nullish(),
  input_parameters: z.object({
    resource_name: z.string().nullish(),
    source_node: z.string().optional(),
    destination_node: z.string().nullish(),
  }),
});

export type ShownAction = z.output<typeof ACTION>;

/** The optimizer's API gave an answer that is no success. */
export class OptimizerError extends Error {
  override readonly name = 'OptimizerError';
  readonly code = 'optimizer_refused';
}

/** What the demonstration asks of the `infra-optim` API, over HTTP as everybody else. */
export function createOptimizerClient(url: string, token: string, signal: AbortSignal) {
  return {
    createAudit: (parameters: unknown) =>
      call('POST', '/v1/audits', AUDIT, {
        audit_type: 'ONESHOT',
        goal: 'predictive_migration',
        strategy: 'predictive_migration',
        parameters,
      }),
    audit: (uuid: string) => call('GET', `/v1/audits/${uuid}`, AUDIT),
    plans: async (auditUuid: string) => {
      const path = `/v1/action_plans?audit_uuid=${auditUuid}`;
      return (await call('GET', path, z.object({ action_plans: z.array(PLAN) }))).action_plans;
    },
    plan: (uuid: string) => call('GET', `/v1/action_plans/${uuid}`, PLAN),
    startPlan: (uuid: string) => call('POST', `/v1/action_plans/${uuid}/start`, PLAN, {}),
    actions: async (planUuid: string) => {
      const path = `/v1/actions/detail?action_plan_uuid=${planUuid}`;
      return (await call('GET', path, z.object({ actions: z.array(ACTION) }))).actions;
    },
  };

  async function call<T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const response = await fetch(url + path, {
      method,
      headers: {
        'x-auth-token': token,
        'openstack-api-version': 'infra-optim latest',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MILLISECONDS)]),
    });
    const text = await response.text();
    if (!response.ok) throw new OptimizerError(`${method} ${path} was answered ${response.status}: ${text}`);
    return schema.parse(JSON.parse(text));
  }
}

export type OptimizerClient = ReturnType<typeof createOptimizerClient>;
