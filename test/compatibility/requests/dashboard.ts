import type { CompatibilityRequest } from '../recorder/request.ts';
import { get, patch, post, remove } from '../recorder/request.ts';

/** Horizon's panels ask at 1.0, at 1.1 where times are involved, and read their maximum at `GET /`. */
const OLD = { version: '1.0' };
const TIMES = { version: '1.1' };

/** What the Watcher dashboard's panels send, list by list, form by form. */
export const DASHBOARD_REQUESTS: readonly CompatibilityRequest[] = [
  get('/', { ...OLD, note: 'dashboard' }),
  get('/v1/goals/detail', { ...OLD, note: 'dashboard' }),
  get('/v1/goals/{goal_uuid}', { ...OLD, shape: true }),
  get('/v1/strategies/detail', { ...OLD, note: 'dashboard' }),
  get('/v1/strategies/detail?goal={goal_uuid}', OLD),
  get('/v1/strategies/{strategy_uuid}', { ...OLD, shape: true }),
  post(
    '/v1/audit_templates',
    { name: '{n}-d', goal: '{goal_uuid}', strategy: '{strategy_uuid}', description: '', scope: [] },
    { ...OLD, save: { dt: 'uuid' } },
  ),
  get('/v1/audit_templates/detail', { ...OLD, note: 'dashboard' }),
  get('/v1/audit_templates/detail?goal={goal_uuid}&strategy={strategy_uuid}', OLD),
  get('/v1/audit_templates/{dt}', OLD),
  post(
    '/v1/audits',
    {
      audit_template_uuid: '{dt}',
      audit_type: 'ONESHOT',
      name: '{n}-da',
      auto_trigger: false,
      interval: null,
      parameters: {},
    },
    { ...OLD, save: { da: 'uuid' } },
  ),
  post(
    '/v1/audits',
    {
      audit_template_uuid: '{dt}',
      audit_type: 'CONTINUOUS',
      name: '{n}-dc',
      auto_trigger: false,
      interval: '36000',
      start_time: '2040-01-01T00:00:00',
      end_time: '2040-02-01T00:00:00',
    },
    { ...TIMES, save: { dc: 'uuid' } },
  ),
  get('/v1/audits/detail', { ...OLD, note: 'dashboard' }),
  get('/v1/audits/detail?goal={goal_uuid}', OLD),
  get('/v1/audits/{dc}', { ...TIMES, shape: true }),
  get('/v1/action_plans/detail?audit_uuid={da}', OLD),
  get('/v1/action_plans/detail', { ...OLD, note: 'dashboard' }),
  get('/v1/actions/detail', { ...OLD, note: 'dashboard' }),
  get('/v1/actions/detail?action_plan_uuid={action_plans}', OLD),
  get('/v1/actions/{actions}', { ...OLD, shape: true }),
  patch('/v1/audits/{dc}', [{ op: 'replace', path: '/state', value: 'CANCELLED' }], {
    ...TIMES,
    shape: true,
  }),
  remove('/v1/audits/{dc}', TIMES),
  remove('/v1/audit_templates/{dt}', OLD),
];
