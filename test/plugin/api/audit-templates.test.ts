import { expect } from 'chai';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

interface Template {
  readonly uuid: string;
  readonly name: string;
}

describe('api audit templates (K18)', () => {
  let api: ApiUnderTest;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.stop());

  const create = async (body: object) => {
    const { status, json, faultstring } = await api.call('POST', '/v1/audit_templates', { body });
    expect(status, faultstring).to.equal(201);
    return json as Template;
  };
  const patch = (uuid: string, operations: unknown, version = '1.7') =>
    api.call('PATCH', `/v1/audit_templates/${uuid}`, { body: operations, version });

  it('are created for a goal alone', async () => {
    const { headers, json } = await api.call('POST', '/v1/audit_templates', {
      body: { name: 'watch', goal: 'CALM', strategy: null, description: null, scope: null },
    });

    const { uuid } = json as Template;
    const { uuid: goalUuid } = (await api.call('GET', '/v1/goals/calm')).json as Template;
    expect(json).to.deep.equal({
      uuid,
      name: 'watch',
      description: null,
      goal_uuid: goalUuid,
      goal_name: 'Calm',
      strategy_uuid: null,
      strategy_name: null,
      scope: [],
      default_parameters: {},
      created_at: '2026-03-01T12:00:00.000000+00:00',
      updated_at: null,
      deleted_at: null,
      links: [
        { href: `${api.url}/v1/audit_templates/${uuid}`, rel: 'self' },
        { href: `${api.url}/audit_templates/${uuid}`, rel: 'bookmark' },
      ],
    });
    expect(headers.get('location')).to.equal(`${api.url}/v1/audit_templates/${uuid}`);
  });

  it('are created with everything', async () => {
    const { uuid: goal } = (await api.call('GET', '/v1/goals/calm')).json as Template;
    const created = await create({
      name: 'watch',
      description: 'all of it',
      goal,
      strategy: 'Sit_Still',
      scope: [{ compute: [{ host_aggregates: [{ id: '*' }] }] }],
      default_parameters: { patience: 5 },
    });

    expect(created).to.deep.include({
      description: 'all of it',
      strategy_name: 'sit_still',
      scope: [{ compute: [{ host_aggregates: [{ id: '*' }] }] }],
      default_parameters: { patience: 5 },
    });
  });

  it('keep rules without a model as those of compute, and storage alone (K19)', async () => {
    const rules = [{ availability_zones: [{ name: 'nova' }] }];
    const storage = [{ storage: [{ volume_types: [{ name: 'ssd' }] }] }];

    expect(await create({ name: 'bare', goal: 'calm', scope: rules })).to.deep.include({
      scope: [{ compute: rules }],
    });
    expect(await create({ name: 'disks', goal: 'calm', scope: storage })).to.deep.include({ scope: storage });
  });

  // prettier-ignore
  for (const [what, body, status, faultstring] of [
    ['no name', { goal: 'calm' }, 400, "Invalid input for field/attribute name. Value: 'None'. Mandatory field missing."],
    ['no goal', { name: 'x' }, 400, "Invalid input for field/attribute goal. Value: 'None'. Mandatory field missing."],
    ['null as goal', { name: 'x', goal: null }, 400, "Invalid input for field/attribute goal. Value: 'None'. Mandatory field missing."],
    ['an empty name', { name: ' ', goal: 'calm' }, 400, "Invalid input for field/attribute name. Value: ' '. A name must not be empty."],
    ['a long name', { name: 'x'.repeat(64), goal: 'calm' }, 400, /A name may have 63 characters\.$/],
    ['a number as name', { name: 5, goal: 'calm' }, 400, "Invalid input for field/attribute name. Value: '5'. Wrong type. Expected a string."],
    ['a long description', { name: 'x', goal: 'calm', description: 'x'.repeat(256) }, 400, /It may have 255 characters\.$/],
    ['an unknown goal', { name: 'x', goal: 'nope' }, 400, "Invalid input for field/attribute goal. Value: 'nope'. Goal nope is invalid"],
    ['an unknown strategy', { name: 'x', goal: 'calm', strategy: 'nope' }, 400, "Invalid input for field/attribute strategy. Value: 'nope'. Strategy nope is invalid"],
    ["another goal's strategy", { name: 'x', goal: 'calm', strategy: 'predictive_migration' }, 400, /'predictive_migration' strategy does not relate to the 'Calm' goal\. Possible choices: '[0-9a-f-]{36}' \(sit_still\), '[0-9a-f-]{36}' \(look_away\)$/],
    ['a scope that is no list', { name: 'x', goal: 'calm', scope: {} }, 400, 'The scope is wrong: it must be a list.'],
    ['a scope of text', { name: 'x', goal: 'calm', scope: ['a'] }, 400, 'The scope is wrong at [0]: it must be an object.'],
    ['a scope with an unknown key (K19)', { name: 'x', goal: 'calm', scope: [{ compute: [{ hosts: [] }] }] }, 400, 'The scope has the unknown key "hosts" at [0].compute[0].'],
    ['aggregates that are in and out (K19)', { name: 'x', goal: 'calm', scope: [{ host_aggregates: [{ id: 1 }] }, { exclude: [{ host_aggregates: [{ id: 2 }] }] }] }, 400, "host_aggregates can't be included and excluded together"],
    ['an unknown attribute', { name: 'x', goal: 'calm', foo: 1 }, 400, 'Unknown attribute for argument audit_template_postdata: foo'],
    ['a UUID', { name: 'x', goal: 'calm', uuid: 'x' }, 400, 'Unknown attribute for argument audit_template_postdata: uuid'],
    ['parameters without strategy', { name: 'x', goal: 'calm', default_parameters: { patience: 1 } }, 400, /^Specify default parameters but no predefined strategy/],
    ['unknown parameters', { name: 'x', goal: 'calm', strategy: 'sit_still', default_parameters: { a: 1 } }, 400, 'Audit parameter a are not allowed'],
    ['wrong parameters', { name: 'x', goal: 'calm', strategy: 'sit_still', default_parameters: { patience: 11 } }, 400, /^Invalid parameters for strategy: patience: /],
    ['parameters that are a list', { name: 'x', goal: 'calm', strategy: 'sit_still', default_parameters: [] }, 400, /Value not a valid dict\.$/],
  ] as const) {
    it(`are refused with ${what}`, async () => {
      const answer = await api.call('POST', '/v1/audit_templates', { body });

      expect(answer.status).to.equal(status);
      if (typeof faultstring === 'string') expect(answer.faultstring).to.equal(faultstring);
      else expect(answer.faultstring).to.match(faultstring);
      expect(await api.repositories.auditTemplates.list()).to.deep.equal([]);
    });
  }

  it('are refused with a name that is taken, until that template is deleted', async () => {
    const { uuid } = await create({ name: 'watch', goal: 'calm' });

    const taken = await api.call('POST', '/v1/audit_templates', { body: { name: 'Watch', goal: 'calm' } });
    const deleted = await api.call('DELETE', '/v1/audit_templates/watch');
    await create({ name: 'Watch', goal: 'calm' });

    expect(taken.status).to.equal(409);
    expect(taken.faultstring).to.equal('An audit_template with UUID or name Watch already exists');
    expect([deleted.status, deleted.text]).to.deep.equal([204, '']);
    const gone = await api.call('GET', `/v1/audit_templates/${uuid}`);
    expect([gone.status, gone.faultstring]).to.deep.equal([404, `AuditTemplate ${uuid} could not be found`]);
  });

  it('are seen after deletion when the client asks for it (K11, K37)', async () => {
    const { uuid } = await create({ name: 'watch', goal: 'calm' });
    api.now += 1000;
    await api.call('DELETE', `/v1/audit_templates/${uuid}`);

    const headers = { 'X-Show-Deleted': 'True' };
    const one = await api.call('GET', `/v1/audit_templates/${uuid}`, { headers });
    const list = await api.call('GET', '/v1/audit_templates', { headers });
    const without = await api.call('GET', '/v1/audit_templates', { headers: { 'X-Show-Deleted': 'no' } });

    expect(one.json).to.include({ deleted_at: '2026-03-01T12:00:01.000000+00:00' });
    expect((list.json as { audit_templates: unknown[] }).audit_templates).to.have.length(1);
    expect(without.json).to.deep.equal({ audit_templates: [] });
  });

  it('are found by UUID, name and id (K38)', async () => {
    const { uuid } = await create({ name: 'Watch it', goal: 'calm' });

    for (const identifier of [uuid, 'watch%20it', '1']) {
      expect((await api.call('GET', `/v1/audit_templates/${identifier}`)).json).to.include({ uuid });
    }
  });

  it('are listed by goal and by strategy', async () => {
    await create({ name: 'a', goal: 'calm', strategy: 'sit_still' });
    await create({ name: 'b', goal: 'calm' });
    await create({ name: 'c', goal: 'predictive_migration', strategy: 'predictive_migration' });
    const names = async (query: string) => {
      const { json } = await api.call('GET', `/v1/audit_templates${query}`);
      return (json as { audit_templates: Template[] }).audit_templates.map(({ name }) => name).join('');
    };

    expect(await names('')).to.equal('abc');
    expect(await names('?goal=calm')).to.equal('ab');
    expect(await names('?goal=calm&strategy=sit_still')).to.equal('a');
    expect(await names('?goal=nope')).to.equal('');
    expect(await names('?strategy=nope')).to.equal('');
    expect(await names('?sort_key=name&sort_dir=desc')).to.equal('cba');
    expect(await names('?sort_key=goal_name')).to.equal('abc');
    expect((await names('?sort_key=strategy_uuid')).slice(0, 1)).to.equal('b');
    expect(await names('/detail/?goal=calm')).to.equal('ab');
  });

  it('are listed page by page, also by what the database does not know (K12, K13)', async () => {
    for (const name of 'abcde') await create({ name, goal: 'calm' });
    for (const key of ['name', 'goal_uuid']) {
      let names = '';
      let path: string | undefined = `/v1/audit_templates?limit=2&goal=calm&sort_key=${key}`;
      while (path !== undefined) {
        const { json } = await api.call('GET', path);
        const page = json as { audit_templates: Template[]; next?: string };
        names += page.audit_templates.map(({ name }) => name).join('');
        path = page.next?.slice(api.url.length);
      }
      expect(names).to.equal('abcde');
    }
  });

  for (const [marker, status, faultstring] of [
    ['foo', 400, /^Invalid input for field\/attribute marker\. Value: 'foo'\. unable to convert to uuid\./],
    ['12a5ca6d-40dd-4196-9536-5cd88c5b9acf', 404, /^AuditTemplate 12a5ca6d-.* could not be found$/],
  ] as const) {
    it(`are not listed after ${marker}`, async () => {
      const answer = await api.call('GET', `/v1/audit_templates?marker=${marker}`);

      expect(answer.status).to.equal(status);
      expect(answer.faultstring).to.match(faultstring);
    });
  }

  describe('patches', () => {
    let uuid: string;
    beforeEach(async () => {
      ({ uuid } = await create({ name: 'watch', goal: 'calm', strategy: 'sit_still', description: 'old' }));
      api.now += 1000;
    });

    it('change what they name', async () => {
      const { status, json } = await patch('watch', [
        { op: 'replace', path: '/description', value: 'new' },
        { op: 'replace', path: '/name', value: 'look' },
        { op: 'add', path: '/goal', value: 'predictive_migration' },
        { op: 'remove', path: '/strategy' },
        { op: 'add', path: '/scope/0', value: { compute: [] } },
      ]);

      expect(status).to.equal(200);
      expect(json).to.deep.include({
        uuid,
        description: 'new',
        name: 'look',
        goal_name: 'predictive_migration',
        strategy_name: null,
        strategy_uuid: null,
        scope: [{ compute: [] }],
        updated_at: '2026-03-01T12:00:01.000000+00:00',
      });
      expect((await api.call('GET', '/v1/audit_templates/look')).json).to.deep.equal(json);
    });

    // prettier-ignore
    for (const [what, operations, status, faultstring] of [
      ['another operation', [{ op: 'move', path: '/name', value: 'x' }], 400, "Invalid input for field/attribute op. Value: 'move'. Value should be one of: replace, add, remove"],
      ['a path without slash', [{ op: 'replace', path: 'name', value: 'x' }], 400, /^Invalid input for field\/attribute path\. Value: 'name'\. Value should match the pattern/],
      ['a missing value', [{ op: 'replace', path: '/name' }], 400, "'add' and 'replace' operations needs value"],
      ['an internal attribute', [{ op: 'replace', path: '/uuid', value: 'x' }], 400, "'/uuid' is an internal attribute and can not be updated"],
      ['a new attribute', [{ op: 'add', path: '/foo', value: 'x' }], 400, 'Adding a new attribute (/foo) to the root of the resource is not allowed'],
      ['an attribute that is not there', [{ op: 'replace', path: '/foo', value: 'x' }], 400, /^Couldn't apply patch '.*'\. Reason: can't replace a non-existent object 'foo'$/],
      ['an index that is not there', [{ op: 'remove', path: '/scope/0' }], 400, /can't remove a non-existent object '0'$/],
      ['a path through text', [{ op: 'add', path: '/name/x', value: 1 }], 400, /there is no object at '\/name\/x'$/],
      ['no list', { op: 'replace' }, 400, /^Invalid input for field\/attribute patch\. .* Value not a valid list\.$/],
      ['the goal removed', [{ op: 'remove', path: '/goal' }], 403, "Cannot remove 'goal' attribute from an audit template"],
      ['the name removed', [{ op: 'remove', path: '/name' }], 400, /a template has a name$/],
      ['an unknown goal', [{ op: 'replace', path: '/goal', value: 'nope' }], 400, /Goal nope is invalid$/],
      ['a goal that the strategy does not serve', [{ op: 'replace', path: '/goal', value: 'predictive_migration' }], 400, /'sit_still' strategy does not relate to the 'predictive_migration' goal/],
      ['a wrong scope', [{ op: 'replace', path: '/scope', value: 'x' }], 400, 'The scope is wrong: it must be a list.'],
      ['a rule that is none, inside of the scope (K19)', [{ op: 'add', path: '/scope/0', value: { compute: [{ id: 1 }] } }], 400, 'The scope has the unknown key "id" at [0].compute[0].'],
      ['a wrong description', [{ op: 'replace', path: '/description', value: 5 }], 400, /Wrong type\. Expected a string\.$/],
      ['the prototype', [{ op: 'replace', path: '/__proto__/x', value: 5 }], 400, /Value should match the pattern/],
    ] as const) {
      it(`are refused with ${what}`, async () => {
        const before = await api.repositories.auditTemplates.find(uuid);

        const answer = await patch(uuid, operations);

        expect(answer.status).to.equal(status);
        if (typeof faultstring === 'string') expect(answer.faultstring).to.equal(faultstring);
        else expect(answer.faultstring).to.match(faultstring);
        expect(await api.repositories.auditTemplates.find(uuid)).to.deep.equal(before);
      });
    }

    it('to a name that is taken answer 409', async () => {
      await create({ name: 'taken', goal: 'calm' });

      const answer = await patch(uuid, [{ op: 'replace', path: '/name', value: 'Taken' }]);

      expect(answer.status).to.equal(409);
      expect(answer.faultstring).to.equal('An audit_template with UUID or name Taken already exists');
    });

    it('of a template that is not there answer 404', async () => {
      const answer = await patch('nope', [{ op: 'replace', path: '/name', value: 'x' }]);

      expect([answer.status, answer.faultstring]).to.deep.equal([
        404,
        'AuditTemplate nope could not be found',
      ]);
    });

    it('of goal or strategy must tell the default parameters anew (K20)', async () => {
      await patch(uuid, [{ op: 'replace', path: '/default_parameters', value: { patience: 2 } }]);
      const strategy = { op: 'replace', path: '/strategy', value: 'look_away' };

      const alone = await patch(uuid, [strategy]);
      const together = await patch(uuid, [
        strategy,
        { op: 'replace', path: '/default_parameters', value: { patience: 4 } },
      ]);

      expect(alone.status).to.equal(409);
      expect(alone.faultstring).to.match(/^The default parameters belong to the present strategy/);
      expect(together.json).to.deep.include({
        strategy_name: 'look_away',
        default_parameters: { patience: 4 },
      });
    });
  });

  it('have default parameters from 1.7 on only (K20)', async () => {
    const body = { name: 'watch', goal: 'calm', strategy: 'sit_still', default_parameters: { patience: 2 } };
    const path = '/v1/audit_templates';

    const refused = await api.call('POST', path, { body, version: '1.6' });
    const empty = await api.call('POST', path, { body: { ...body, default_parameters: {} }, version: '1.6' });
    const patched = await patch('watch', [{ op: 'replace', path: '/default_parameters', value: {} }], '1.6');

    expect([refused.status, refused.faultstring]).to.deep.equal([406, 'Request not acceptable.']);
    expect(empty.status).to.equal(201);
    expect(empty.json).to.not.have.property('default_parameters');
    expect(patched.status).to.equal(406);
  });
});
