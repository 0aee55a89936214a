import { AUDIT_BODY } from '../audit-body.ts';
import type { AnyBodySpec } from '../json-body.ts';
import { TEMPLATE_BODY } from '../template-body.ts';
import type { ReplyName } from './replies.ts';

/** What the table of routes does not say about one of them. */
export interface Operation {
  readonly summary: string;
  /** Of success; default 200. */
  readonly status?: number;
  /** Undefined: the answer has no body. */
  readonly reply?: ReplyName;
  /** What it reads: an object, a JSON patch, or any JSON. */
  readonly body?: AnyBodySpec | 'patch' | 'any';
}

/** Resources by their plurals. */
const RESOURCES = {
  goals: ['goal', 'Goal'],
  strategies: ['strategy', 'Strategy'],
  audit_templates: ['audit template', 'AuditTemplate'],
  audits: ['audit', 'Audit'],
  action_plans: ['action plan', 'ActionPlan'],
  actions: ['action', 'Action'],
  scoring_engines: ['scoring engine', 'ScoringEngine'],
  services: ['service', 'Service'],
} as const;

const READING = Object.entries(RESOURCES).flatMap(([plural, [name, reply]]) => [
  [`GET /${plural}`, { summary: `List ${name}s`.replace('strategys', 'strategies'), reply: `${reply}List` }],
  [
    `GET /${plural}/detail`,
    { summary: `List ${name}s with all fields`.replace('strategys', 'strategies'), reply: `${reply}List` },
  ],
  [`GET /${plural}/:id`, { summary: `Show one ${name}`, reply }],
]) as readonly (readonly [string, Operation])[];

/** By method and path of the route. What is not here only says that an identifier is missing. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['GET /', { summary: 'What there is in version 1', reply: 'Version1' }],
  ...READING,
  [
    'GET /strategies/:id/state',
    { summary: 'What a strategy needs, and whether it is there', reply: 'StrategyState' },
  ],
  [
    'POST /audit_templates',
    { summary: 'Create an audit template', status: 201, reply: 'AuditTemplate', body: TEMPLATE_BODY },
  ],
  [
    'PATCH /audit_templates/:id',
    { summary: 'Change an audit template', reply: 'AuditTemplate', body: 'patch' },
  ],
  ['DELETE /audit_templates/:id', { summary: 'Delete an audit template', status: 204 }],
  ['POST /audits', { summary: 'Create an audit', status: 201, reply: 'Audit', body: AUDIT_BODY }],
  ['PATCH /audits/:id', { summary: 'Change an audit', reply: 'Audit', body: 'patch' }],
  ['DELETE /audits/:id', { summary: 'Delete an audit', status: 204 }],
  ['POST /action_plans/:id/start', { summary: 'Start an action plan', reply: 'ActionPlan' }],
  [
    'PATCH /action_plans/:id',
    { summary: 'Start or cancel an action plan', reply: 'ActionPlan', body: 'patch' },
  ],
  ['DELETE /action_plans/:id', { summary: 'Delete an action plan and its actions', status: 204 }],
  ['PATCH /actions/:id', { summary: 'Skip an action', reply: 'Action', body: 'patch' }],
  ['POST /webhooks/:id', { summary: 'Run an EVENT audit', status: 202, body: 'any' }],
  ['GET /data_model', { summary: 'The picture of the cloud that audits decide on', reply: 'DataModel' }],
]);
