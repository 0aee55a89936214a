import { expect } from 'chai';
import { newAudit } from '../../db/rows.ts';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';
import { DEFAULT_API_SETTINGS } from '../../../plugin/api/settings.ts';

describe('api webhooks (K36)', () => {
  let api: ApiUnderTest;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.stop());

  const post = (identifier: string, body: unknown = {}, token = 'admin') =>
    api.call('POST', `/v1/webhooks/${identifier}`, { body, token });

  for (const state of ['PENDING', 'SUCCEEDED'] as const) {
    it(`trigger an EVENT audit that is ${state}, which keeps its state until it runs`, async () => {
      const { uuid } = await api.repositories.audits.create(
        newAudit({ name: 'alarm', auditType: 'EVENT', state }),
      );

      const byName = await post('ALARM', { alarm_id: 'x', current: 'alarm' });
      const byUuid = await post(uuid, []);

      expect([byName.status, byName.text, byUuid.status]).to.deep.equal([202, '', 202]);
      expect(await api.repositories.audits.find(uuid)).to.include({
        state,
        nextRunAt: '2026-03-01T12:00:00.000Z',
      });
      expect(api.triggered).to.deep.equal([uuid, uuid]);
    });
  }

  for (const [what, audit, message] of [
    ['a ONESHOT audit', { auditType: 'ONESHOT' }, 'Audit type ONESHOT is disallowed.'],
    ['a CONTINUOUS audit', { auditType: 'CONTINUOUS' }, 'Audit type CONTINUOUS is disallowed.'],
    ['one that runs', { auditType: 'EVENT', state: 'ONGOING' }, 'Audit state ONGOING is disallowed.'],
    ['one that has failed', { auditType: 'EVENT', state: 'FAILED' }, 'Audit state FAILED is disallowed.'],
  ] as const) {
    it(`do not trigger ${what}`, async () => {
      const { uuid } = await api.repositories.audits.create(newAudit(audit));

      const { status, faultstring } = await post(uuid);

      expect([status, faultstring]).to.deep.equal([400, message]);
      expect(await api.repositories.audits.find(uuid)).to.include({ nextRunAt: null });
      expect(api.triggered).to.deep.equal([]);
    });
  }

  it('say so when the audit began to run at this moment', async () => {
    const { uuid } = await api.repositories.audits.create(newAudit({ auditType: 'EVENT' }));
    const { audits } = api.repositories;
    const update = audits.update.bind(audits);
    audits.update = async (...args) => {
      await audits.transition(uuid, 'PENDING', 'ONGOING');
      return update(...args);
    };

    const { status, faultstring } = await post(uuid);

    expect([status, faultstring]).to.deep.equal([400, 'Audit state ONGOING is disallowed.']);
  });

  it('are for administrators and services (K40)', async () => {
    const { uuid } = await api.repositories.audits.create(newAudit({ auditType: 'EVENT' }));
    for (const role of ['service', 'member']) {
      api.tokens.owners.set(role, { ...api.tokens.owners.get('admin')!, roles: [role] });
    }

    const service = await post(uuid, {}, 'service');
    const member = await post(uuid, {}, 'member');

    expect(service.status).to.equal(202);
    expect([member.status, member.faultstring]).to.deep.equal([
      403,
      "Policy doesn't allow webhook:trigger to be performed.",
    ]);
  });

  it('are for everybody, and nothing else is, when the settings say so', async () => {
    const open = await startApi({ settings: { ...DEFAULT_API_SETTINGS, publicWebhooks: true } });
    const { uuid } = await open.repositories.audits.create(newAudit({ auditType: 'EVENT' }));

    const anonymous = { body: {}, token: null };
    const answers = [
      await open.call('POST', `/v1/webhooks/${uuid}`, anonymous),
      await open.call('POST', `//webhooks/${uuid}/`, anonymous),
      await open.call('GET', '/v1/audits', { token: null }),
      await open.call('POST', '/v1/webhooks', anonymous),
    ];
    await open.stop();

    expect(answers.map(({ status }) => status)).to.deep.equal([202, 202, 401, 401]);
  });

  it('need an audit and a body of JSON', async () => {
    const { uuid } = await api.repositories.audits.create(newAudit({ auditType: 'EVENT' }));

    const answers = [
      await post('nope'),
      await api.call('POST', `/v1/webhooks/${uuid}`),
      await api.call('POST', `/v1/webhooks/${uuid}`, { rawBody: '{' }),
      await api.call('POST', '/v1/webhooks', { body: {} }),
      await api.call('GET', `/v1/webhooks/${uuid}`),
    ];

    expect(answers.map(({ status, faultstring }) => [status, faultstring])).to.deep.equal([
      [404, 'Audit nope could not be found'],
      [400, 'Missing argument: "body"'],
      [400, 'Request is not in valid JSON format'],
      [400, 'Missing argument: "audit_ident"'],
      [405, undefined],
    ]);
  });
});
