import { expect } from 'chai';
import { newAudit } from '../../db/rows.ts';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

interface AuditDocument {
  readonly uuid: string;
  readonly name: string;
}

describe('api audits (K21)', () => {
  let api: ApiUnderTest;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.stop());

  const create = async (body: object) => {
    const { status, json, faultstring } = await api.call('POST', '/v1/audits', {
      body: { audit_type: 'ONESHOT', ...body },
    });
    expect(status, faultstring).to.equal(201);
    return json as AuditDocument;
  };

  describe('lists', () => {
    beforeEach(async () => {
      await create({ name: 'a', goal: 'calm' });
      await create({ name: 'b', goal: 'calm', strategy: 'sit_still' });
      await create({ name: 'c', goal: 'predictive_migration', strategy: 'predictive_migration' });
    });
    const names = async (query: string) => {
      const { json } = await api.call('GET', `/v1/audits${query}`);
      return (json as { audits: AuditDocument[] }).audits.map(({ name }) => name).join('');
    };

    it('are filtered by goal and strategy', async () => {
      expect(await names('')).to.equal('abc');
      expect(await names('?goal=calm')).to.equal('ab');
      expect(await names('/?goal=calm&strategy=sit_still')).to.equal('b');
      expect(await names('/detail?strategy=predictive_migration')).to.equal('c');
      expect(await names('?goal=nope')).to.equal('');
    });

    // prettier-ignore
    for (const key of [
      'id', 'uuid', 'name', 'audit_type', 'state', 'interval', 'goal_id', 'goal_uuid', 'goal_name', 'strategy_uuid', 'strategy_name', 'auto_trigger', 'next_run_time', 'hostname', 'start_time', 'end_time', 'force', 'status_message', 'created_at', 'updated_at', 'deleted_at', 'parameters', 'scope',
    ]) {
      it(`are sorted by ${key}`, async () => {
        expect(await names(`?sort_key=${key}`)).to.have.length(3);
      });
    }

    it('are not sorted by a relation', async () => {
      const { status, faultstring } = await api.call('GET', '/v1/audits?sort_key=goal');

      expect([status, faultstring]).to.deep.equal([400, 'Invalid sort key: goal']);
    });

    it('have pages (K12)', async () => {
      const first = (await api.call('GET', '/v1/audits?limit=2&sort_dir=desc')).json as {
        audits: AuditDocument[];
        next: string;
      };

      expect(first.audits.map(({ name }) => name)).to.deep.equal(['c', 'b']);
      expect(await names(first.next.slice(`${api.url}/v1/audits`.length))).to.equal('a');
    });
  });

  describe('documents', () => {
    const short = ['uuid', 'name', 'audit_type', 'state', 'goal_uuid', 'goal_name', 'strategy_uuid', 'strategy_name', 'interval', 'scope', 'auto_trigger', 'next_run_time', 'links']; // prettier-ignore
    const details = ['parameters', 'hostname', 'created_at', 'updated_at', 'deleted_at'];

    for (const [version, inShort, inDetail] of [
      ['1.0', [], []],
      ['1.1', [], ['start_time', 'end_time']],
      ['1.2', ['force'], ['start_time', 'end_time']],
      ['1.4', ['force'], ['start_time', 'end_time']],
      ['1.5', ['force'], ['start_time', 'end_time', 'status_message']],
    ] as const) {
      it(`have at ${version} the fields of ${version} (K25, K26)`, async () => {
        await create({ name: 'a', goal: 'calm' });

        const list = await api.call('GET', '/v1/audits', { version });
        const one = await api.call('GET', '/v1/audits/a', { version });

        expect((list.json as { audits: object[] }).audits[0]).to.have.all.keys(...short, ...inShort);
        expect(one.json).to.have.all.keys(...short, ...inShort, ...details, ...inDetail);
      });
    }

    it('are found by UUID, name and id (K38)', async () => {
      const { uuid } = await create({ name: 'A', goal: 'calm' });

      for (const identifier of [uuid, uuid.toUpperCase(), 'a', '1']) {
        expect((await api.call('GET', `/v1/audits/${identifier}`)).json).to.include({ uuid });
      }
      const { status, faultstring } = await api.call('GET', '/v1/audits/nope');
      expect([status, faultstring]).to.deep.equal([404, 'Audit nope could not be found']);
    });

    it('still tell the goal and strategy of an audit that are no longer on offer', async () => {
      const gone = newAudit({ name: 'old', goalName: 'gone', strategyName: 'gone_too' });
      await api.repositories.audits.create(gone);

      const { status, json } = await api.call('GET', '/v1/audits/old');

      expect(status).to.equal(200);
      expect(json).to.include({ goal_name: 'gone', goal_uuid: null, strategy_name: 'gone_too' });
    });
  });
});
