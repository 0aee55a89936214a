import { expect } from 'chai';
import { newAudit } from '../../db/rows.ts';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

interface AuditDocument {
  readonly uuid: string;
  readonly name: string;
}

describe('api audits: changes (K21, K37)', () => {
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

  describe('patches', () => {
    const patch = (identifier: string, ...operations: readonly object[]) =>
      api.call('PATCH', `/v1/audits/${identifier}`, { body: operations });
    const state = (value: unknown, op = 'replace') => ({ op, path: '/state', value });

    for (const from of ['PENDING', 'ONGOING'] as const) {
      for (const op of ['replace', 'add']) {
        it(`cancel an audit that is ${from} with ${op}`, async () => {
          await api.repositories.audits.create(newAudit({ name: 'a', state: from }));

          const { status, json } = await patch('a', state('CANCELLED', op));

          expect(status).to.equal(200);
          expect(json).to.include({ name: 'a', state: 'CANCELLED' });
          expect(api.cancelled).to.deep.equal([(json as { uuid: string }).uuid]);
        });
      }
    }

    for (const [from, to] of [
      ['SUCCEEDED', 'CANCELLED'],
      ['FAILED', 'CANCELLED'],
      ['CANCELLED', 'CANCELLED'],
      ['PENDING', 'ONGOING'],
      ['PENDING', 'SUCCEEDED'],
      ['ONGOING', 'SUCCEEDED'],
      ['PENDING', 'FOO'],
      ['SUCCEEDED', 'DELETED'],
    ] as const) {
      for (const op of ['replace', 'add']) {
        it(`do not lead from ${from} to ${to} with ${op}`, async () => {
          await api.repositories.audits.create(newAudit({ name: 'a', state: from }));

          const { status, faultstring } = await patch('a', state(to, op));

          expect(status).to.equal(400);
          expect(faultstring).to.match(/^Couldn't apply patch '/);
          expect(faultstring).to.contain(`Reason: State transition not allowed: (${from} -> ${to})`);
          expect(await api.repositories.audits.findByIdentifier('a')).to.include({ state: from });
        });
      }
    }

    it('cancel and change at once', async () => {
      await api.repositories.audits.create(newAudit({ name: 'a' }));

      const { json } = await patch('a', state('CANCELLED'), { op: 'replace', path: '/name', value: 'b' });

      expect(json).to.include({ name: 'b', state: 'CANCELLED' });
    });

    it('tell the state that was there when another was faster', async () => {
      await api.repositories.audits.create(newAudit({ name: 'a', state: 'PENDING' }));
      const { audits } = api.repositories;
      const transition = audits.transition.bind(audits);
      audits.transition = async (uuid, ...rest) => {
        await transition(uuid, 'PENDING', 'SUCCEEDED');
        return transition(uuid, ...rest);
      };

      const { status, faultstring } = await patch('a', state('CANCELLED'));

      expect(status).to.equal(400);
      expect(faultstring).to.contain('State transition not allowed: (SUCCEEDED -> CANCELLED)');
    });

    it('change name, parameters and flags', async () => {
      await create({ name: 'a', goal: 'calm', strategy: 'sit_still' });

      const { json } = await patch(
        'a',
        { op: 'replace', path: '/name', value: 'b' },
        { op: 'replace', path: '/parameters/patience', value: 9 },
        { op: 'add', path: '/parameters/mood', value: 'good' },
        { op: 'replace', path: '/auto_trigger', value: 'True' },
        { op: 'replace', path: '/force', value: true },
      );

      expect(json).to.deep.include({
        name: 'b',
        state: 'PENDING',
        parameters: { patience: 9, mood: 'good' },
        auto_trigger: true,
        force: true,
      });
      expect((await api.call('GET', '/v1/audits/b')).json).to.deep.equal(json);
    });

    // prettier-ignore
    for (const [what, operation, status, faultstring] of [
      ['null as state', { op: 'replace', path: '/state', value: null }, 400, /\/state can't be updated\.$/],
      ['the state removed', { op: 'remove', path: '/state' }, 400, /\/state can't be updated\.$/],
      ['the type', { op: 'replace', path: '/audit_type', value: 'EVENT' }, 400, /\/audit_type can't be updated\.$/],
      ['an interval', { op: 'replace', path: '/interval', value: 'zzz' }, 400, /\/interval can't be updated\.$/],
      ['the status message', { op: 'replace', path: '/status_message', value: 'x' }, 400, /\/status_message can't be updated\.$/],
      ['the UUID', { op: 'replace', path: '/uuid', value: 'x' }, 400, "'/uuid' is an internal attribute and can not be updated"],
      ['a wrong parameter', { op: 'replace', path: '/parameters/patience', value: 'x' }, 400, /^Invalid parameters for strategy: patience/],
      ['an unknown parameter', { op: 'add', path: '/parameters/x', value: 'x' }, 400, 'Audit parameter x are not allowed'],
      ['parameters as text', { op: 'replace', path: '/parameters', value: 'x' }, 400, /Value not a valid dict\.$/],
      ['a word for force', { op: 'replace', path: '/force', value: 'zork' }, 400, /Value not an unambiguous boolean\.$/],
      ['an empty name', { op: 'replace', path: '/name', value: '' }, 400, /A name must not be empty\.$/],
      ['a taken name', { op: 'replace', path: '/name', value: 'Taken' }, 409, 'An audit with UUID or name Taken already exists'],
      ['a relation', { op: 'replace', path: '/goal_name', value: 'x' }, 400, /can't replace a non-existent object 'goal_name'$/],
    ] as const) {
      it(`are refused with ${what}`, async () => {
        await create({ name: 'taken', goal: 'calm' });
        const { uuid } = await create({ name: 'a', goal: 'calm', strategy: 'sit_still' });
        const before = await api.repositories.audits.find(uuid);

        const answer = await patch('a', operation);

        expect(answer.status).to.equal(status);
        if (typeof faultstring === 'string') expect(answer.faultstring).to.equal(faultstring);
        else expect(answer.faultstring).to.match(faultstring);
        expect(await api.repositories.audits.find(uuid)).to.deep.equal(before);
      });
    }

    it('of an audit that is not there answer 404', async () => {
      const { status, faultstring } = await patch('nope', state('CANCELLED'));

      expect([status, faultstring]).to.deep.equal([404, 'Audit nope could not be found']);
    });
  });

  describe('deletion', () => {
    for (const from of ['SUCCEEDED', 'FAILED', 'CANCELLED', 'SUSPENDED'] as const) {
      it(`is done when the audit is ${from}`, async () => {
        await api.repositories.audits.create(newAudit({ name: 'a', state: from }));

        const { status, text } = await api.call('DELETE', '/v1/audits/a');
        const shown = await api.call('GET', '/v1/audits/a', { headers: { 'X-Show-Deleted': '1' } });

        expect([status, text]).to.deep.equal([204, '']);
        expect((await api.call('GET', '/v1/audits/a')).status).to.equal(404);
        expect(shown.json).to.include({ state: 'DELETED' });
        expect((await api.call('DELETE', '/v1/audits/a')).status).to.equal(404);
      });
    }

    for (const from of ['PENDING', 'ONGOING'] as const) {
      it(`is refused when the audit is ${from}`, async () => {
        await api.repositories.audits.create(newAudit({ name: 'a', state: from }));

        const { status, faultstring } = await api.call('DELETE', '/v1/audits/a');

        expect([status, faultstring]).to.deep.equal([400, `Couldn't delete when state is '${from}'.`]);
        expect((await api.call('GET', '/v1/audits/a')).json).to.include({ state: from });
      });
    }
  });
});
