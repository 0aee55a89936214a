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
      ['PENDING', 'SUCCEEDED'],
      ['SUSPENDED', 'PENDING'],
      ['ONGOING', 'DELETED'],
      ['CANCELLED', 'DELETED'],
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

    it('leave an event alone that waits for its run', async () => {
      const nextRunAt = '2026-03-01T12:00:00.000Z';
      const waiting = newAudit({ name: 'a', auditType: 'EVENT', state: 'SUCCEEDED', nextRunAt });
      const { uuid } = await api.repositories.audits.create(waiting);

      await patch('a', { op: 'replace', path: '/force', value: true });

      expect(await api.repositories.audits.find(uuid)).to.include({ force: true, nextRunAt });
    });

    it('of different attributes at the same time do not undo each other', async () => {
      const { audits } = api.repositories;
      const { uuid } = await audits.create(newAudit({ name: 'a' }));
      const slow = await startApi({
        repositories: {
          ...api.repositories,
          audits: {
            ...audits,
            async findByIdentifier(identifier, options) {
              const found = await audits.findByIdentifier(identifier, options);
              await audits.update(uuid, { force: true, autoTrigger: true });
              return found;
            },
          },
        },
      });
      try {
        const body = [
          { op: 'replace', path: '/auto_trigger', value: false },
          { op: 'replace', path: '/name', value: 'b' },
        ];
        await slow.call('PATCH', '/v1/audits/a', { body });
      } finally {
        await slow.stop();
      }

      expect(await audits.find(uuid)).to.include({ name: 'b', force: true });
    });

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
      ['an unknown type', { op: 'replace', path: '/audit_type', value: 'FOO' }, 400, 'Audit type FOO could not be found'],
      ['a type that needs an interval', { op: 'replace', path: '/audit_type', value: 'CONTINUOUS' }, 400, 'Interval of audit must be specified for CONTINUOUS.'],
      ['an interval that is none', { op: 'replace', path: '/interval', value: 'zzz' }, 400, /Expected an interval or cron syntax but received zzz/],
      ['a next run for ONESHOT', { op: 'add', path: '/next_run_time', value: '2030-01-01T00:00:00' }, 400, 'Only a CONTINUOUS audit has a next run time.'],
      ['a scope that is none', { op: 'replace', path: '/scope', value: [{ zork: [] }] }, 400, /zork/],
      ['null for auto_trigger', { op: 'replace', path: '/auto_trigger', value: null }, 400, /auto_trigger.*not an unambiguous boolean/],
      ['auto_trigger removed', { op: 'remove', path: '/auto_trigger' }, 400, /auto_trigger.*not an unambiguous boolean/],
      ['the host', { op: 'replace', path: '/hostname', value: 'x' }, 400, /\/hostname can't be updated\.$/],
      ['the goal', { op: 'replace', path: '/goal', value: 'calm' }, 400, /\/goal can't be updated\.$/],
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

    it('give a ONESHOT audit an interval and a window, which it does not heed (K117)', async () => {
      await create({ name: 'a', goal: 'calm' });

      await patch('a', { op: 'add', path: '/interval', value: '60' });
      const { json } = await patch('a', { op: 'add', path: '/end_time', value: '2030-01-01T00:00:00' });

      expect(json).to.include({ interval: '60', end_time: '2030-01-01T00:00:00', next_run_time: null });
    });

    for (const [from, to] of [
      ['PENDING', 'ONGOING'],
      ['ONGOING', 'SUCCEEDED'],
      ['ONGOING', 'FAILED'],
    ] as const) {
      it(`lead from ${from} to ${to} as in Watcher`, async () => {
        await api.repositories.audits.create(newAudit({ name: 'a', state: from }));

        const { status, json } = await patch('a', state(to));

        expect(status).to.equal(200);
        expect(json).to.include({ state: to });
      });
    }

    describe('of a CONTINUOUS audit', () => {
      const NOON = '2026-03-01T12:00:00.000Z';
      const running = {
        name: 'a',
        auditType: 'CONTINUOUS',
        state: 'ONGOING',
        interval: '7200',
        anchorAt: '2026-03-01T11:30:00.000Z',
        nextRunAt: '2026-03-01T13:30:00.000Z',
      } as const;
      const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });

      it('suspend it and break off its run; nothing is due then (B47)', async () => {
        const { uuid } = await api.repositories.audits.create(newAudit(running));

        const { json } = await patch('a', state('SUSPENDED'));

        expect(json).to.include({ state: 'SUSPENDED', next_run_time: null });
        expect(api.cancelled).to.deep.equal([uuid]);
      });

      it('resume it in its old phase (B47)', async () => {
        const { uuid } = await api.repositories.audits.create(
          newAudit({ ...running, state: 'SUSPENDED', nextRunAt: null, failures: 3 }),
        );

        const { json } = await patch('a', state('ONGOING'));

        expect(json).to.include({ state: 'ONGOING', next_run_time: '2026-03-01T13:30:00' });
        expect(await api.repositories.audits.find(uuid)).to.include({ failures: 0 });
        expect(api.triggered).to.deep.equal([uuid]);
      });

      it('plan its next run anew with its interval (B43)', async () => {
        await api.repositories.audits.create(newAudit(running));

        const seconds = await patch('a', replace('/interval', '600'));
        const cron = await patch('a', replace('/interval', '15 * * * *'));

        expect(seconds.json).to.include({ interval: '600', next_run_time: '2026-03-01T12:10:00' });
        expect(cron.json).to.include({ next_run_time: '2026-03-01T12:15:00' });
      });

      it('plan nothing when they are about something else', async () => {
        await api.repositories.audits.create(newAudit({ ...running, nextRunAt: NOON }));

        const { json } = await patch('a', replace('/name', 'b'), replace('/force', true));

        expect(json).to.include({ name: 'b', next_run_time: '2026-03-01T12:00:00' });
      });

      it('move its window, and its next run with it (B45)', async () => {
        await api.repositories.audits.create(newAudit(running));

        const ended = await patch('a', { op: 'add', path: '/end_time', value: '2026-03-01T13:00:00+00:00' });
        const later = await patch(
          'a',
          replace('/start_time', '2026-04-01T00:00:00'),
          replace('/end_time', null),
        );

        expect(ended.json).to.include({ end_time: '2026-03-01T13:00:00', next_run_time: null });
        expect(later.json).to.include({ start_time: '2026-04-01T00:00:00', next_run_time: null });
        expect(await api.repositories.audits.findByIdentifier('a')).to.include({ anchorAt: null });
      });

      it('set its next run', async () => {
        await api.repositories.audits.create(newAudit(running));

        const { json } = await patch('a', replace('/next_run_time', '2026-03-01T12:30:00'));

        expect(json).to.include({ next_run_time: '2026-03-01T12:30:00' });
      });

      it('change its scope, and its type while it is not ONGOING', async () => {
        await api.repositories.audits.create(newAudit({ ...running, state: 'SUSPENDED' }));
        const scope = [{ compute: [{ availability_zones: [{ name: 'nova' }] }] }];

        const { status, json, text } = await patch(
          'a',
          replace('/scope', scope),
          replace('/audit_type', 'EVENT'),
        );

        expect(status, text).to.equal(200);
        expect(json).to.deep.include({ audit_type: 'EVENT', scope, interval: '7200' });
      });

      it('do not change its type while it is ONGOING', async () => {
        await api.repositories.audits.create(newAudit(running));

        const { status, faultstring } = await patch('a', replace('/audit_type', 'EVENT'));

        expect(status).to.equal(400);
        expect(faultstring).to.equal(
          'The type of an audit that is ONGOING cannot be changed: suspend it first.',
        );
      });

      it('take none of its interval', async () => {
        await api.repositories.audits.create(newAudit(running));

        const answers = [
          await patch('a', replace('/interval', null)),
          await patch('a', { op: 'remove', path: '/interval' }),
        ];

        for (const { status, faultstring } of answers) {
          expect(status).to.equal(400);
          expect(faultstring).to.equal('Interval of audit must be specified for CONTINUOUS.');
        }
      });
    });

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
