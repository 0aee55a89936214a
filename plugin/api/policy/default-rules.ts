/** Watcher's rules that the others refer to. */
const SHARED: Readonly<Record<string, string>> = {
  admin_api: 'role:admin or role:administrator',
  admin_or_service_api: 'rule:admin_api or role:service',
  show_password: '!',
};

const READING: readonly string[] = [
  ...[
    'action',
    'action_plan',
    'audit',
    'audit_template',
    'goal',
    'scoring_engine',
    'service',
    'strategy',
  ].flatMap(resource => ['detail', 'get', 'get_all'].map(verb => `${resource}:${verb}`)),
  'data_model:get_all',
  'strategy:state',
];

const CHANGING: readonly string[] = [
  'action:update',
  'action_plan:delete',
  'action_plan:start',
  'action_plan:update',
  'audit:create',
  'audit:delete',
  'audit:update',
  'audit_template:create',
  'audit_template:delete',
  'audit_template:update',
];

/** What may be asked of the API, by Watcher's names: 37 rules. */
export const API_RULES: readonly string[] = [...READING, ...CHANGING, 'webhook:trigger'];

/** Who may see what is their project's own, if that is enabled at all. */
export const PROJECT_RULE = 'project_view';

/** Watcher's defaults. `hasReader` also lets the role `reader` see everything. */
export function defaultRules(hasReader: boolean): Readonly<Record<string, string>> {
  const reading = hasReader ? 'rule:admin_api or role:reader' : 'rule:admin_api';
  return {
    ...SHARED,
    [PROJECT_RULE]: 'role:member or role:reader',
    ...Object.fromEntries(READING.map(name => [name, reading])),
    ...Object.fromEntries(CHANGING.map(name => [name, 'rule:admin_api'])),
    'webhook:trigger': 'rule:admin_or_service_api',
  };
}
