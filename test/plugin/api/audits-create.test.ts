import { expect } from 'chai';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

interface AuditDocument {
  readonly uuid: string;
  readonly name: string;
  readonly parameters: object;
}

const SOMEWHERE = '12a5ca6d-40dd-4196-9536-5cd88c5b9acf';

describe('api audits: creation (K21)', () => {
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
  const createTemplate = async (body: object) => {
    const { json } = await api.call('POST', '/v1/audit_templates', { body });
    return (json as AuditDocument).uuid;
  };

  it('stores the audit with the defaults of its parameters and lets it run (K21) (K23)', async () => {
    const { headers, json } = await api.call('POST', '/v1/audits', {
      body: {
        name: 'morning',
        audit_type: 'ONESHOT',
        goal: 'Predictive_Migration',
        strategy: 'predictive_migration',
        parameters: { horizon: 3600, thresholds: { host_cpu_usage: 70 } },
        auto_trigger: true,
        force: 'true',
        interval: null,
        start_time: null,
      },
    });

    const { uuid, parameters } = json as AuditDocument;
    expect(parameters).to.deep.include({
      horizon: 3600,
      granularity: 300,
      thresholds: { host_cpu_usage: 70, host_ram_usage: 90, instance_cpu_usage: 90 },
    });
    expect(json).to.deep.include({
      name: 'morning',
      audit_type: 'ONESHOT',
      state: 'PENDING',
      goal_name: 'predictive_migration',
      strategy_name: 'predictive_migration',
      interval: null,
      scope: [],
      auto_trigger: true,
      force: true,
      next_run_time: null,
      hostname: null,
      start_time: null,
      end_time: null,
      status_message: null,
      created_at: '2026-03-01T12:00:00.000000+00:00',
      updated_at: null,
      deleted_at: null,
    });
    expect(headers.get('location')).to.equal(`${api.url}/v1/audits/${uuid}`);
    expect(api.triggered).to.deep.equal([uuid]);
    expect(await api.repositories.audits.find(uuid)).to.deep.include({ parameters });
  });

  it('names the audit for what it is of, and the time, in 63 characters (K24)', async () => {
    const template = await createTemplate({ name: 't'.repeat(60), goal: 'calm' });

    const names = [
      await create({ goal: 'calm' }),
      await create({ goal: 'calm', strategy: 'sit_still' }),
      await create({ audit_template_uuid: template }),
      await create({ goal: 'calm', name: 'n'.repeat(80) }),
      await create({ goal: 'calm', name: null, strategy: 'look_away' }),
    ].map(({ name }) => name);

    expect(names).to.deep.equal([
      'Calm-2026-03-01T12:00:00.000',
      'sit_still-2026-03-01T12:00:00.000',
      `${'t'.repeat(60)}-20`,
      'n'.repeat(63),
      'look_away-2026-03-01T12:00:00.000',
    ]);
  });

  it('takes goal, strategy, scope and parameters from a template, but what it is told comes first (K22)', async () => {
    const template = await createTemplate({
      name: 'watch',
      goal: 'calm',
      strategy: 'sit_still',
      scope: [{ compute: [] }],
      default_parameters: { patience: 7, mood: 'good' },
    });

    const plain = await create({ audit_template_uuid: template });
    const told = await create({
      name: 'told',
      audit_template_uuid: template,
      strategy: 'look_away',
      parameters: { mood: 'bad' },
    });

    expect(plain).to.deep.include({
      goal_name: 'Calm',
      strategy_name: 'sit_still',
      scope: [{ compute: [] }],
      parameters: { patience: 7, mood: 'good' },
    });
    expect(told).to.deep.include({
      strategy_name: 'look_away',
      parameters: { patience: 7, mood: 'bad' },
    });
  });

  const oneshot = { audit_type: 'ONESHOT' };
  const calm = { ...oneshot, goal: 'calm' };
  const continuous = { ...calm, audit_type: 'CONTINUOUS' };
  const still = { ...calm, strategy: 'sit_still' };
  // prettier-ignore
  for (const [what, body, status, faultstring] of [
    ['no type', { goal: 'calm' }, 400, "Invalid input for field/attribute audit_type. Value: 'None'. Mandatory field missing."],
    ['an unknown type', { goal: 'calm', audit_type: 'FOO' }, 400, 'Audit type FOO could not be found'],
    ['neither goal nor template', oneshot, 400, 'A valid goal or audit_template_id must be provided'],
    ['goal and template', { ...calm, audit_template_uuid: SOMEWHERE }, 400, 'Either audit_template_uuid or goal should be provided.'],
    ['an unknown template', { ...oneshot, audit_template_uuid: SOMEWHERE }, 400, 'The audit template UUID or name specified is invalid'],
    ['the name of a template', { ...oneshot, audit_template_uuid: 'watch' }, 400, /Expected a uuid but received watch$/],
    ['an unknown goal', { ...oneshot, goal: 'nope' }, 404, 'Goal nope could not be found'],
    ['an unknown strategy', { ...calm, strategy: 'nope' }, 404, 'Strategy nope could not be found'],
    ["another goal's strategy", { ...calm, strategy: 'predictive_migration' }, 400, /'predictive_migration' strategy does not relate to the 'Calm' goal/],
    ['an interval', { ...calm, interval: '300' }, 400, 'Interval of audit must not be set for ONESHOT.'],
    ['an interval as number', { ...continuous, interval: 300 }, 400, "Invalid input for field/attribute interval. Value: '300'. Wrong type. Expected a string."],
    ['an interval of no time', { ...continuous, interval: '0' }, 400, "Invalid input for field/attribute interval. Value: '0'. An interval must be above 0 seconds, not 0."],
    ['a negative interval', { ...continuous, interval: '-10' }, 400, /An interval must be above 0 seconds, not -10\.$/],
    ['an interval that is no cron', { ...continuous, interval: '* * * x *' }, 400, /Expected an interval or cron syntax but received \* \* \* x \*: /],
    ['an empty interval', { ...continuous, interval: '' }, 400, /Expected an interval or cron syntax/],
    ['a start that is no time', { ...continuous, interval: '60', start_time: 'soon' }, 400, "Invalid input for field/attribute start_time. Value: 'soon'. Expected a date and time as in 2026-03-01T12:00:00, in UTC or with an offset."],
    ['a start on the 30th of February', { ...continuous, interval: '60', start_time: '2030-02-30T00:00:00' }, 400, /Expected a date and time/],
    ['an end that is a number', { ...continuous, interval: '60', end_time: 7 }, 400, /Expected a date and time/],
    ['an end before its start', { ...continuous, interval: '60', start_time: '2030-01-01T12:00:00', end_time: '2030-01-01T12:00:00+01:00' }, 400, 'The start time 2030-01-01T12:00:00.000Z of the audit is not before its end time 2030-01-01T11:00:00.000Z.'],
    ['null for auto_trigger', { ...calm, auto_trigger: null }, 400, "Invalid input for field/attribute auto_trigger. Value: 'None'. It must not be null."],
    ['a start', { ...calm, start_time: '2030-01-01T00:00:00' }, 400, 'Start or End time of audit must not be set for ONESHOT.'],
    ['an end', { ...calm, end_time: '2030-01-01T00:00:00' }, 400, 'Start or End time of audit must not be set for ONESHOT.'],
    ['CONTINUOUS without interval', { ...calm, audit_type: 'CONTINUOUS' }, 400, 'Interval of audit must be specified for CONTINUOUS.'],
    ['parameters without strategy', { ...calm, parameters: { patience: 1 } }, 400, 'Specify parameters but no predefined strategy for audit, or no parameter spec in predefined strategy'],
    ['unknown parameters', { ...still, parameters: { x: 1, y: 2 } }, 400, 'Audit parameter x, y are not allowed'],
    ['an unknown parameter inside', { ...oneshot, goal: 'predictive_migration', strategy: 'predictive_migration', parameters: { thresholds: { x: 1 } } }, 400, 'Audit parameter thresholds.x are not allowed'],
    ['a parameter of a wrong type', { ...still, parameters: { patience: 'a' } }, 400, /^Invalid parameters for strategy: patience: .*number/],
    ['a parameter out of range', { ...still, parameters: { patience: 99 } }, 400, /^Invalid parameters for strategy: patience: .*10/],
    ['parameters that are a list', { ...still, parameters: [] }, 400, "Invalid input for field/attribute parameters. Value: '[]'. Value not a valid dict."],
    ['a state', { ...calm, state: 'ONGOING' }, 400, "Invalid input for field/attribute state. Value: 'ONGOING'. Cannot set read only field."],
    ['a scope', { ...calm, scope: [] }, 400, "Invalid input for field/attribute scope. Value: '[]'. Cannot set read only field."],
    ['a hostname', { ...calm, hostname: 'x' }, 400, "Invalid input for field/attribute hostname. Value: 'x'. Cannot set read only field."],
    ['an unknown attribute', { ...calm, zork: 'x' }, 400, 'Unknown attribute for argument audit_p: zork'],
    ['a word for auto_trigger', { ...calm, auto_trigger: 'zork' }, 400, "Invalid input for field/attribute auto_trigger. Value: 'zork'. Value not an unambiguous boolean."],
    ['a name that is no text', { ...calm, name: ['x'] }, 400, /Wrong type\. Expected a string\.$/],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      const answer = await api.call('POST', '/v1/audits', { body });

      expect(answer.status, answer.text).to.equal(status);
      if (typeof faultstring === 'string') expect(answer.faultstring).to.equal(faultstring);
      else expect(answer.faultstring).to.match(faultstring);
      expect(await api.repositories.audits.list()).to.deep.equal([]);
      expect(api.triggered).to.deep.equal([]);
    });
  }

  it('of a CONTINUOUS audit keeps interval and window, in UTC (K25)', async () => {
    const audit = await create({
      audit_type: 'CONTINUOUS',
      goal: 'calm',
      interval: '*/10 * * * *',
      start_time: '2030-01-01 12:00:00',
      end_time: '2030-01-02T00:00:00+02:00',
    });

    expect(audit).to.include({
      audit_type: 'CONTINUOUS',
      state: 'PENDING',
      interval: '*/10 * * * *',
      next_run_time: null,
      start_time: '2030-01-01T12:00:00',
      end_time: '2030-01-01T22:00:00',
    });
    expect(api.triggered).to.deep.equal([audit.uuid]);
  });

  it('of an EVENT audit takes an interval and does not use it', async () => {
    const audit = await create({ audit_type: 'EVENT', goal: 'calm', interval: '60' });

    expect(audit).to.include({ audit_type: 'EVENT', state: 'PENDING', interval: '60' });
  });

  it('with a window is not acceptable before version 1.1', async () => {
    const { status, faultstring } = await api.call('POST', '/v1/audits', {
      body: { ...continuous, interval: '60', start_time: '2030-01-01T00:00:00' },
      version: '1.0',
    });

    expect([status, faultstring]).to.deep.equal([406, 'Request not acceptable.']);
  });

  it('is refused with a name that is taken (K24)', async () => {
    await create({ name: 'one', goal: 'calm' });

    const { status, faultstring } = await api.call('POST', '/v1/audits', {
      body: { audit_type: 'ONESHOT', goal: 'calm', name: 'ONE' },
    });

    expect(status).to.equal(409);
    expect(faultstring).to.equal('An audit with UUID or name ONE already exists');
    expect(api.triggered).to.have.length(1);
  });

  it('takes nulls as not told', async () => {
    const audit = await create({
      goal: 'calm',
      strategy: null,
      parameters: null,
      force: null,
      interval: null,
      start_time: null,
      name: null,
      audit_template_uuid: null,
      end_time: null,
    });

    expect(audit).to.deep.include({
      strategy_name: null,
      parameters: {},
      auto_trigger: false,
      force: false,
    });
  });
});
