import { expect } from 'chai';
import { GOALS } from '../../../goals/goals.ts';
import { STRATEGIES } from '../../../strategies/strategies.ts';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

interface Named {
  readonly name: string;
  readonly uuid: string;
}

describe('api goals (K15)', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi();
  });
  after(() => api.stop());

  it('are listed in short and in detail', async () => {
    const short = (await api.call('GET', '/v1/goals')).json as { goals: Named[] };
    const detailed = (await api.call('GET', '/v1/goals/detail')).json as { goals: Named[] };

    expect(short.goals.map(goal => goal.name)).to.deep.equal(['predictive_migration', 'Calm']);
    expect(short).to.not.have.property('next');
    expect(short.goals[0]).to.have.all.keys(
      'uuid',
      'name',
      'display_name',
      'efficacy_specification',
      'links',
    );
    expect(detailed.goals[0]).to.have.all.keys(
      ...Object.keys(short.goals[0]!),
      'created_at',
      'updated_at',
      'deleted_at',
    );
  });

  it('are shown with their indicators, times and links', async () => {
    const { uuid } = (await api.call('GET', '/v1/goals/predictive_migration')).json as Named;

    const { json } = await api.call('GET', `/v1/goals/${uuid.toUpperCase()}`);

    expect(json).to.deep.include({
      uuid,
      name: 'predictive_migration',
      display_name: 'Predictive migration',
      created_at: '2026-03-01T12:00:00.000000+00:00',
      updated_at: null,
      deleted_at: null,
      links: [
        { href: `${api.url}/v1/goals/${uuid}`, rel: 'self' },
        { href: `${api.url}/goals/${uuid}`, rel: 'bookmark' },
      ],
    });
    const { efficacy_specification: indicators } = json as { efficacy_specification: unknown[] };
    expect(indicators).to.have.length(4);
    expect(indicators[2]).to.deep.equal({
      name: 'instance_migrations_count',
      description: 'Number of instances to migrate.',
      unit: null,
      schema: null,
    });
  });

  it('answer 404 when there is no such goal', async () => {
    const { status, faultstring } = await api.call('GET', '/v1/goals/nope');

    expect(status).to.equal(404);
    expect(faultstring).to.equal('Goal nope could not be found');
  });

  describe('pages', () => {
    it('follow each other through next', async () => {
      const first = (await api.call('GET', '/v1/goals?limit=1&sort_key=name&sort_dir=desc')).json as {
        goals: Named[];
        next: string;
      };
      const second = (await api.call('GET', first.next.slice(api.url.length))).json as typeof first;
      const third = (await api.call('GET', second.next.slice(api.url.length))).json as typeof first;

      expect(first.next).to.equal(
        `${api.url}/v1/goals?sort_key=name&sort_dir=desc&limit=1&marker=${first.goals[0]?.uuid}`,
      );
      expect([first, second].map(page => page.goals[0]?.name)).to.deep.equal([
        'predictive_migration',
        'Calm',
      ]);
      expect(third).to.deep.equal({ goals: [] });
    });

    it('of details lead to details', async () => {
      const { json } = await api.call('GET', '/v1/goals/detail?limit=1');

      expect((json as { next: string }).next).to.contain('/v1/goals/detail?');
    });

    it('are no longer than the service allows', async () => {
      const small = await startApi({ maximumLimit: 1 });

      const { json } = await small.call('GET', '/v1/goals?limit=50');
      await small.stop();

      expect((json as { goals: unknown[] }).goals).to.have.length(1);
      expect((json as { next: string }).next).to.contain('limit=1&');
    });

    for (const [query, status, faultstring] of [
      ['limit=0', 400, 'Limit must be positive'],
      ['limit=-3', 400, 'Limit must be positive'],
      ['limit=x', 400, /^Invalid input for field\/attribute limit\. Value: 'x'\. unable to convert to int\./],
      ['limit=', 400, /^Invalid input for field\/attribute limit\. Value: ''\./],
      ['sort_key=foo', 400, 'Invalid sort key: foo'],
      ['sort_key=constructor', 400, 'Invalid sort key: constructor'],
      ['sort_dir=up', 400, "Invalid sort direction: up. Acceptable values are 'asc' or 'desc'"],
      ['marker=foo', 404, 'Goal foo could not be found'],
    ] as const) {
      it(`refuse ${query}`, async () => {
        const answer = await api.call('GET', `/v1/goals?${query}`);

        expect(answer.status).to.equal(status);
        expect(answer.faultstring).to.match(
          faultstring instanceof RegExp ? faultstring : new RegExp(`^${faultstring.replaceAll('.', '\\.')}$`),
        );
      });
    }
  });
});

describe('api strategies (K16)', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi();
  });
  after(() => api.stop());

  const names = async (query: string) => {
    const { json } = await api.call('GET', `/v1/strategies${query}`);
    return (json as { strategies: Named[] }).strategies.map(strategy => strategy.name);
  };

  it('are listed, all or those of a goal', async () => {
    const { uuid } = (await api.call('GET', '/v1/goals/calm')).json as Named;

    expect(await names('')).to.deep.equal(['predictive_migration', 'sit_still', 'look_away']);
    expect(await names('?goal=calm')).to.deep.equal(['sit_still', 'look_away']);
    expect(await names(`/detail?goal=${uuid}&sort_key=name`)).to.deep.equal(['look_away', 'sit_still']);
    expect(await names('?goal=nope')).to.deep.equal([]);
  });

  it('keep the filter from page to page', async () => {
    const { json } = await api.call('GET', '/v1/strategies?goal=calm&limit=1');

    expect((json as { next: string }).next).to.match(
      /\?sort_key=id&sort_dir=asc&limit=1&marker=[0-9a-f-]+&goal=calm$/,
    );
  });

  it('are sorted by what belongs to their goal', async () => {
    for (const key of ['goal_name', 'goal_uuid', 'goal_id']) {
      expect((await api.call('GET', `/v1/strategies?sort_key=${key}`)).status).to.equal(200);
    }
    expect(await names('?sort_key=goal_name')).to.deep.equal([
      'sit_still',
      'look_away',
      'predictive_migration',
    ]);
  });

  it('have no times; only details tell the parameters', async () => {
    const { json } = await api.call('GET', '/v1/strategies?limit=1');
    const detailed = await api.call('GET', '/v1/strategies/predictive_migration');

    const short = ['uuid', 'name', 'display_name', 'goal_uuid', 'goal_name', 'links'];
    expect((json as { strategies: object[] }).strategies[0]).to.have.all.keys(...short);
    expect(detailed.json).to.have.all.keys(...short, 'parameters_spec');
  });

  it('publish their parameters as JSON schema with all defaults', async () => {
    const { json } = await api.call('GET', '/v1/strategies/sit_still');
    const real = await api.call('GET', '/v1/strategies/predictive_migration');

    expect((json as { parameters_spec: unknown }).parameters_spec).to.deep.equal({
      $schema: 'http://json-schema.org/draft-04/schema#',
      type: 'object',
      properties: {
        patience: { default: 3, type: 'integer', minimum: 1, maximum: 10 },
        mood: { type: 'string' },
      },
      additionalProperties: false,
    });
    const { properties } = (real.json as { parameters_spec: { properties: Record<string, object> } })
      .parameters_spec;
    expect(properties['horizon']).to.include({ type: 'integer', default: 7200, minimum: 300 });
    expect(properties['thresholds']).to.deep.include({
      default: { host_cpu_usage: 80, host_ram_usage: 90, instance_cpu_usage: 90 },
    });
    expect(JSON.stringify(properties)).to.not.contain(String(Number.MAX_SAFE_INTEGER));
  });

  it('tell what they need and whether it is there (K17, K80)', async () => {
    const { json } = await api.call('GET', '/v1/strategies/predictive_migration/state');

    expect(json).to.deep.equal([
      { type: 'Datasource', state: 'gnocchi: available', mandatory: true, comment: '' },
      {
        type: 'Metrics',
        state: [
          { 'gnocchi.instance_cpu_usage': 'available' },
          { 'gnocchi.host_cpu_usage': 'available' },
          { 'gnocchi.instance_ram_usage': 'available' },
          { 'gnocchi.host_ram_usage': 'not available' },
        ],
        mandatory: false,
        comment: '',
      },
      {
        type: 'CDM',
        state: [
          { compute_model: 'available' },
          { storage_model: 'available' },
          { baremetal_model: 'not available' },
        ],
        mandatory: true,
        comment: '',
      },
      { type: 'Name', state: 'predictive_migration', mandatory: '', comment: '' },
    ]);
  });

  it('say when datasources and pictures are not there, and when no datasource is needed (K17)', async () => {
    const without = await startApi({
      requirements: {
        datasources: async (strategyName, usages) => [
          { name: `best of ${strategyName}`, isAvailable: false, metrics: [] },
          {
            name: 'next',
            isAvailable: true,
            metrics: usages.slice(0, 1).map(usage => ({ usage, name: 'cpu', isAvailable: true })),
          },
        ],
        hasModel: model => Promise.resolve(model === 'storage'),
      },
    });
    const [some, none] = await Promise.all([
      without.call('GET', '/v1/strategies/predictive_migration/state'),
      without.call('GET', '/v1/strategies/sit_still/state'),
    ]);
    await without.stop();

    const rows = some.json as { state: unknown }[];
    expect(rows.slice(0, 3).map(({ state }) => state)).to.deep.equal([
      'best of predictive_migration: not available, next: available',
      [
        { cpu: 'available' },
        { host_cpu_usage: 'not available' },
        { instance_ram_usage: 'not available' },
        { host_ram_usage: 'not available' },
      ],
      [
        { compute_model: 'not available' },
        { storage_model: 'available' },
        { baremetal_model: 'not available' },
      ],
    ]);
    expect((none.json as { state: unknown }[])[0]?.state).to.equal(
      'Datasource is not presented for this strategy',
    );
  });

  it('answer 404 when there is no such strategy', async () => {
    for (const path of ['/v1/strategies/nope', '/v1/strategies/nope/state', '/v1/strategies?marker=nope']) {
      const { status, faultstring } = await api.call('GET', path);

      expect(status).to.equal(404);
      expect(faultstring).to.equal('Strategy nope could not be found');
    }
  });
});

describe('api scoring engines (K33)', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi();
  });
  after(() => api.stop());

  it('are listed in short, and in detail with what goes in and comes out', async () => {
    const short = (await api.call('GET', '/v1/scoring_engines')).json as { scoring_engines: Named[] };
    const detailed = (await api.call('GET', '/v1/scoring_engines/detail')).json as typeof short;

    const names = ['dummy_scorer', 'dummy_min_scorer', 'dummy_max_scorer', 'dummy_avg_scorer'];
    expect(short.scoring_engines.map(({ name }) => name)).to.deep.equal(names);
    for (const engine of short.scoring_engines) {
      expect(engine).to.have.all.keys('uuid', 'name', 'description', 'links');
    }
    for (const engine of detailed.scoring_engines) {
      expect(engine).to.have.all.keys('uuid', 'name', 'description', 'metainfo', 'links');
    }
  });

  it('are shown by UUID, name and id, with exactly these fields', async () => {
    const { json } = await api.call('GET', '/v1/scoring_engines/DUMMY_AVG_SCORER');
    const { uuid } = json as Named;

    expect(json).to.deep.equal({
      uuid,
      name: 'dummy_avg_scorer',
      description: 'Dummy Scorer calculating the average value',
      metainfo: '',
      links: [
        { href: `${api.url}/v1/scoring_engines/${uuid}`, rel: 'self' },
        { href: `${api.url}/scoring_engines/${uuid}`, rel: 'bookmark' },
      ],
    });
    expect((await api.call('GET', `/v1/scoring_engines/${uuid}`)).json).to.deep.equal(json);
  });

  it('keep their UUIDs when the service starts again', async () => {
    const before = await api.repositories.catalogue.sync('scoring_engine', []);
    const again = await startApi({ repositories: api.repositories });
    const { json } = await again.call('GET', '/v1/scoring_engines/dummy_scorer');
    await again.stop();

    expect((json as Named).uuid).to.equal(before.get('dummy_scorer')!.uuid);
  });

  it('come page by page and sorted', async () => {
    const first = (await api.call('GET', '/v1/scoring_engines?limit=2&sort_key=name&sort_dir=desc')).json as {
      scoring_engines: Named[];
      next: string;
    };
    const second = (await api.call('GET', first.next.slice(api.url.length))).json as typeof first;

    expect([first, second].flatMap(page => page.scoring_engines.map(({ name }) => name))).to.deep.equal([
      'dummy_scorer',
      'dummy_min_scorer',
      'dummy_max_scorer',
      'dummy_avg_scorer',
    ]);
  });

  it('answer 404 when there is no such engine', async () => {
    for (const path of ['/v1/scoring_engines/x', '/v1/scoring_engines?marker=x']) {
      const { status, faultstring } = await api.call('GET', path);

      expect([status, faultstring]).to.deep.equal([404, 'ScoringEngine x could not be found']);
    }
  });
});

describe('api catalogue of the service', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi({ goals: GOALS, strategies: STRATEGIES });
  });
  after(() => api.stop());

  for (const [name, displayName] of [
    ['dummy', 'Dummy goal'],
    ['unclassified', 'Unclassified'],
  ] as const) {
    it(`has the goal ${name} without indicators (K65)`, async () => {
      const { json } = await api.call('GET', `/v1/goals/${name}`);

      expect(json).to.deep.include({ name, display_name: displayName, efficacy_specification: [] });
      expect(json).to.have.all.keys(
        'uuid',
        'name',
        'display_name',
        'efficacy_specification',
        'links',
        'created_at',
        'updated_at',
        'deleted_at',
      );
    });
  }

  it("publishes Watcher's parameters of the dummy strategies (K23, B66)", async () => {
    for (const [name, number, text] of [
      ['dummy', 'para1', 'para2'],
      ['dummy_with_scorer', 'param1', 'param2'],
    ]) {
      const { json } = await api.call('GET', `/v1/strategies/${name}`);
      const { parameters_spec: spec } = json as { parameters_spec: Record<string, unknown> };

      expect(spec['type']).to.equal('object');
      expect(spec['properties']).to.deep.equal({
        [number!]: {
          description: 'number parameter example',
          type: 'number',
          default: 3.2,
          minimum: 1,
          maximum: 10.2,
        },
        [text!]: { description: 'string parameter example', type: 'string', default: 'hello' },
      });
    }
  });

  it('publishes what the actuator cannot do without (K23, B67)', async () => {
    const { json } = await api.call('GET', '/v1/strategies/actuator');
    const { parameters_spec: spec } = json as { parameters_spec: Record<string, unknown> };

    expect(spec).to.deep.include({ type: 'object', required: ['actions'] });
    const { actions } = spec['properties'] as { actions: { items: Record<string, unknown> } };
    expect(actions).to.include({ type: 'array' });
    expect(actions.items).to.deep.include({ required: ['action_type', 'input_parameters'] });
    expect(actions.items['properties']).to.deep.include({
      action_type: { type: 'string' },
      resource_id: { type: 'string' },
    });
  });

  // prettier-ignore
  for (const [what, strategy, parameters, problem] of [
    ['too much', 'dummy', { para1: 11 }, /^Invalid parameters for strategy: para1: /],
    ['a text for a number', 'dummy', { para1: '3' }, /^Invalid parameters for strategy: para1: /],
    ['an unknown one', 'dummy', { para3: 1 }, 'Audit parameter para3 are not allowed'],
    ['one that is missing', 'actuator', {}, /^Invalid parameters for strategy: actions: /],
    ['an unknown key of an action', 'actuator', { actions: [{ action_type: 'nop', input_parameters: {}, foo: 1 }] }, 'Audit parameter actions.0.foo are not allowed'],
    ['an action without parameters', 'actuator', { actions: [{ action_type: 'nop' }] }, /^Invalid parameters for strategy: actions\.0\.input_parameters: /],
  ] as const) {
    it(`refuses parameters with ${what} (K23)`, async () => {
      const goal = strategy === 'dummy' ? 'dummy' : 'unclassified';
      const body = { audit_type: 'ONESHOT', goal, strategy, parameters };
      const { status, faultstring } = await api.call('POST', '/v1/audits', { body });

      expect(status).to.equal(400);
      if (typeof problem === 'string') expect(faultstring).to.equal(problem);
      else expect(faultstring).to.match(problem);
    });
  }

  it('fills defaults into the parameters of an audit (K23)', async () => {
    const body = { audit_type: 'ONESHOT', goal: 'dummy', strategy: 'dummy', parameters: { para1: 4 } };
    const { json } = await api.call('POST', '/v1/audits', { body });

    expect((json as { parameters: unknown }).parameters).to.deep.equal({ para1: 4, para2: 'hello' });
  });

  it('checks default parameters of a template against its strategy, without filling them in (K20)', async () => {
    const template = { name: 't', goal: 'dummy', strategy: 'dummy', default_parameters: { para2: 'x' } };
    const created = await api.call('POST', '/v1/audit_templates', { body: template });
    const { status, faultstring } = await api.call('POST', '/v1/audit_templates', {
      body: { ...template, name: 'u', default_parameters: { para1: 0 } },
    });

    expect(created.json).to.deep.include({ default_parameters: { para2: 'x' } });
    expect([status, faultstring?.slice(0, 39)]).to.deep.equal([
      400,
      'Invalid parameters for strategy: para1:',
    ]);
  });
});
