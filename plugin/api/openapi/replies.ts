import { z } from 'zod';

/** `2026-03-01T12:00:00.000000+00:00` */
const INSTANT = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
/** UTC without saying so: `2026-03-01T12:00:00.120000`; a full second has no fraction */
const LOCAL_INSTANT = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?$/);
const UUID = z.guid();
const LINKS = z.array(z.strictObject({ href: z.url(), rel: z.string(), type: z.string().optional() }));
const MAPPING = z.record(z.string(), z.unknown());
const STAMPS = {
  created_at: INSTANT.optional(),
  updated_at: INSTANT.nullable().optional(),
  deleted_at: INSTANT.nullable().optional(),
};
const GOAL_AND_STRATEGY = {
  goal_uuid: UUID.nullable(),
  goal_name: z.string(),
  strategy_uuid: UUID.nullable(),
  strategy_name: z.string().nullable(),
};
const STATUS_MESSAGE = z.string().nullable().optional();
const STATES = {
  audit: ['PENDING', 'ONGOING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'DELETED', 'SUSPENDED'],
  plan: [
    'RECOMMENDED',
    'PENDING',
    'ONGOING',
    'FAILED',
    'SUCCEEDED',
    'DELETED',
    'CANCELLED',
    'SUPERSEDED',
    'CANCELLING',
  ],
  action: ['PENDING', 'ONGOING', 'FAILED', 'SUCCEEDED', 'DELETED', 'CANCELLED', 'CANCELLING', 'SKIPPED'],
} as const;

/** What is optional is in detailed answers only, or from some microversion on. */
const GOAL = z.strictObject({
  uuid: UUID,
  name: z.string(),
  display_name: z.string(),
  efficacy_specification: z.array(
    z.strictObject({
      name: z.string(),
      description: z.string(),
      unit: z.string().nullable(),
      schema: z.unknown(),
    }),
  ),
  links: LINKS,
  ...STAMPS,
});

const STRATEGY = z.strictObject({
  uuid: UUID,
  name: z.string(),
  display_name: z.string(),
  goal_uuid: UUID.nullable(),
  goal_name: z.string(),
  links: LINKS,
  parameters_spec: MAPPING.optional(),
  ...STAMPS,
});

const STRATEGY_STATE = z.array(
  z.strictObject({
    type: z.enum(['Datasource', 'Metrics', 'CDM', 'Name']),
    state: z.union([z.string(), z.array(z.record(z.string(), z.string()))]),
    mandatory: z.union([z.boolean(), z.literal('')]),
    comment: z.string(),
  }),
);

const AUDIT_TEMPLATE = z.strictObject({
  uuid: UUID,
  name: z.string(),
  ...GOAL_AND_STRATEGY,
  scope: z.array(z.unknown()),
  links: LINKS,
  description: z.string().nullable().optional(),
  default_parameters: MAPPING.optional(),
  ...STAMPS,
});

const AUDIT = z.strictObject({
  uuid: UUID,
  name: z.string(),
  audit_type: z.enum(['ONESHOT', 'CONTINUOUS', 'EVENT']),
  state: z.enum(STATES.audit),
  ...GOAL_AND_STRATEGY,
  interval: z.string().nullable(),
  scope: z.array(z.unknown()),
  auto_trigger: z.boolean(),
  next_run_time: LOCAL_INSTANT.nullable(),
  links: LINKS,
  force: z.boolean().optional(),
  parameters: MAPPING.optional(),
  hostname: z.string().nullable().optional(),
  start_time: LOCAL_INSTANT.nullable().optional(),
  end_time: LOCAL_INSTANT.nullable().optional(),
  status_message: STATUS_MESSAGE,
  ...STAMPS,
});

const ACTION_PLAN = z.strictObject({
  uuid: UUID,
  audit_uuid: UUID,
  strategy_uuid: UUID.nullable(),
  strategy_name: z.string(),
  state: z.enum(STATES.plan),
  efficacy_indicators: z.array(z.unknown()),
  global_efficacy: z.array(z.unknown()),
  links: LINKS,
  hostname: z.string().nullable().optional(),
  status_message: STATUS_MESSAGE,
  ...STAMPS,
});

const ACTION = z.strictObject({
  uuid: UUID,
  action_plan_uuid: UUID,
  action_type: z.string(),
  state: z.enum(STATES.action),
  parents: z.array(UUID),
  links: LINKS,
  input_parameters: MAPPING.optional(),
  description: z.string().optional(),
  status_message: STATUS_MESSAGE,
  ...STAMPS,
});

const SCORING_ENGINE = z.strictObject({
  uuid: UUID,
  name: z.string(),
  description: z.string(),
  links: LINKS,
  metainfo: z.string().optional(),
});

const SERVICE = z.strictObject({
  id: z.int(),
  name: z.string(),
  host: z.string(),
  status: z.enum(['ACTIVE', 'FAILED']),
  links: LINKS,
  last_seen_up: LOCAL_INSTANT.optional(),
  ...STAMPS,
});

const DATA_MODEL = z.strictObject({ context: z.array(MAPPING) });
const VERSION_1 = z.looseObject({ id: z.literal('v1'), links: LINKS });

/** Rows under their plural, with the address of the next page when there may be one. */
function listOf(plural: string, row: z.ZodType): z.ZodType {
  return z.strictObject({ [plural]: z.array(row), next: z.url().optional() });
}

/** What is answered, by the names that the document gives them. */
export const REPLIES = {
  Version1: VERSION_1,
  Goal: GOAL,
  GoalList: listOf('goals', GOAL),
  Strategy: STRATEGY,
  StrategyList: listOf('strategies', STRATEGY),
  StrategyState: STRATEGY_STATE,
  AuditTemplate: AUDIT_TEMPLATE,
  AuditTemplateList: listOf('audit_templates', AUDIT_TEMPLATE),
  Audit: AUDIT,
  AuditList: listOf('audits', AUDIT),
  ActionPlan: ACTION_PLAN,
  ActionPlanList: listOf('action_plans', ACTION_PLAN),
  Action: ACTION,
  ActionList: listOf('actions', ACTION),
  ScoringEngine: SCORING_ENGINE,
  ScoringEngineList: listOf('scoring_engines', SCORING_ENGINE),
  Service: SERVICE,
  ServiceList: listOf('services', SERVICE),
  DataModel: DATA_MODEL,
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type ReplyName = keyof typeof REPLIES;
