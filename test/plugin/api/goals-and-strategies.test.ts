import { expect } from 'chai';
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
        `${api.url}/v1/goals?limit=1&sort_key=name&sort_dir=desc&marker=${first.goals[0]?.uuid}`,
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

    expect((json as { next: string }).next).to.match(/\?goal=calm&limit=1&sort_key=id&sort_dir=asc&marker=/);
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

  it('tell what they need and whether it is there', async () => {
    const { json } = await api.call('GET', '/v1/strategies/predictive_migration/state');

    expect(json).to.deep.equal([
      { type: 'Datasource', state: 'gnocchi: available', mandatory: true, comment: '' },
      {
        type: 'Metrics',
        state: [
          { instance_cpu_usage: 'available' },
          { host_cpu_usage: 'available' },
          { instance_ram_usage: 'available' },
          { host_ram_usage: 'not available' },
        ],
        mandatory: false,
        comment: '',
      },
      {
        type: 'CDM',
        state: [
          { compute_model: 'available' },
          { storage_model: 'not available' },
          { baremetal_model: 'not available' },
        ],
        mandatory: true,
        comment: '',
      },
      { type: 'Name', state: 'predictive_migration', mandatory: '', comment: '' },
    ]);
  });

  it('say when the datasource does not answer, and when none is needed', async () => {
    const without = await startApi({
      datasource: {
        name: 'gnocchi',
        metrics: ['instance_cpu_usage'],
        isAvailable: () => Promise.resolve(false),
      },
    });
    const [gone, none] = await Promise.all([
      without.call('GET', '/v1/strategies/predictive_migration/state'),
      without.call('GET', '/v1/strategies/sit_still/state'),
    ]);
    await without.stop();

    const rows = gone.json as { state: unknown }[];
    expect(rows[0]?.state).to.equal('gnocchi: not available');
    expect(JSON.stringify(rows[1]?.state)).to.not.contain(':"available"');
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

describe('api scoring engines', () => {
  it('are none', async () => {
    const api = await startApi();

    const list = await api.call('GET', '/v1/scoring_engines');
    const one = await api.call('GET', '/v1/scoring_engines/x');
    await api.stop();

    expect(list.json).to.deep.equal({ scoring_engines: [] });
    expect([one.status, one.faultstring]).to.deep.equal([404, 'ScoringEngine x could not be found']);
  });
});
