import { expect } from 'chai';
import type { Database } from '../../../db/connect.ts';
import { openDatabase } from '../../../db/connect.ts';
import { createRepositories } from '../../../db/repositories.ts';
import { newAction, newAudit, newPlan, newTemplate } from '../../db/rows.ts';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

const ROWS = 50;
const OF_THE_DATABASE = ['audit_templates', 'audits', 'action_plans', 'actions', 'services'];
const INDICATOR = { name: 'moves', description: 'Moves', unit: null, value: 3 };

describe('api listings: queries of the database (K12, K56)', () => {
  let database: Database;
  let api: ApiUnderTest;
  let queries: number;
  let auditUuid: string;
  let planUuid: string;
  before(async () => {
    database = await openDatabase('sqlite://');
    const repositories = createRepositories(database);
    for (let index = 0; index < ROWS; index += 1) {
      await repositories.auditTemplates.create(newTemplate());
      const audit = await repositories.audits.create(newAudit({ strategyName: 'predictive_migration' }));
      const plan = newPlan({
        auditUuid: audit.uuid,
        efficacyIndicators: [INDICATOR],
        globalEfficacy: [INDICATOR],
      });
      await repositories.actionPlans.createWithActions(plan, [newAction({ actionPlanUuid: plan.uuid })]);
      await repositories.services.heartbeat('watcher-applier', `host-${index}`);
      auditUuid = audit.uuid;
      planUuid = plan.uuid;
    }
    api = await startApi({ repositories });
    database.knex.on('query', () => {
      queries += 1;
    });
  });
  after(async () => {
    await api.stop();
    await database.knex.destroy();
  });

  for (const list of [
    'goals',
    'strategies',
    'audit_templates',
    'audits',
    'action_plans',
    'actions',
    'scoring_engines',
    'services',
  ]) {
    for (const path of [list, `${list}/detail`]) {
      it(`is at most one for ${path}, however many rows there are`, async () => {
        queries = 0;

        const { status, json } = await api.call('GET', `/v1/${path}`);

        expect(status).to.equal(200);
        if (OF_THE_DATABASE.includes(list)) {
          expect((json as Record<string, unknown[]>)[list]).to.have.length(ROWS);
        }
        expect(queries).to.be.at.most(1);
      });
    }
  }

  for (const [path, most] of [
    ['audits?sort_key=goal_uuid', 1],
    ['action_plans?sort_key=strategy_uuid', 1],
    ['audits?limit=10&marker=AUDIT', 2],
    ['action_plans?audit_uuid=AUDIT', 1],
    ['actions?action_plan_uuid=PLAN', 1],
    ['actions?audit_uuid=AUDIT', 2],
  ] as const) {
    it(`is at most ${most} for ${path}`, async () => {
      queries = 0;

      const { status } = await api.call(
        'GET',
        `/v1/${path.replace('AUDIT', auditUuid).replace('PLAN', planUuid)}`,
      );

      expect(status).to.equal(200);
      expect(queries).to.be.at.most(most);
    });
  }
});
