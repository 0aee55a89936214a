import { expect } from 'chai';
import { z } from 'zod';
import { AUDIT_BODY } from '../../../plugin/api/audit-body.ts';
import { TEMPLATE_BODY } from '../../../plugin/api/template-body.ts';
import type { OpenApi, OpenApiOperation } from './answers-as-documented.ts';
import { checkerOf, resolved } from './answers-as-documented.ts';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

/** Beside these, every answer that any test of the API gets is compared with the document: see `harness.ts`. */
describe('/openapi.json', () => {
  let api: ApiUnderTest;
  let document: OpenApi;
  before(async () => {
    api = await startApi();
    document = (await api.call('GET', '/openapi.json', { token: null })).json as OpenApi;
  });
  after(() => api.stop());

  const operations = (): readonly (readonly [method: string, path: string, operation: OpenApiOperation])[] =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [method.toUpperCase(), path, operation] as const),
    );

  it('is public and OpenAPI 3.1', () => {
    expect(document.openapi).to.match(/^3\.1\.\d$/);
    expect(operations()).to.have.length.greaterThan(35);
  });

  it('has exactly the methods that each path answers to', async () => {
    /** Routes that exist to say that an identifier is missing. */
    const silent = new Set(['DELETE', 'PATCH']);
    for (const [path, methods] of Object.entries(document.paths)) {
      const { status, headers } = await api.call('PUT', `/v1${path.replaceAll(/\{\w+\}/g, 'x')}`);
      const allowed = headers.get('allow')!.split(', ');
      const documented = Object.keys(methods).map(method => method.toUpperCase());

      expect(status).to.equal(405);
      expect(allowed, path).to.include.members(documented);
      const rest = allowed.filter(method => !documented.includes(method));
      expect(
        rest.filter(method => path.includes('{') || !silent.has(method)),
        path,
      ).to.deep.equal([]);
    }
  });

  it('has every path that the service has', async () => {
    for (const plural of [
      'goals',
      'strategies',
      'audit_templates',
      'audits',
      'action_plans',
      'actions',
      'scoring_engines',
      'services',
    ]) {
      for (const path of [`/${plural}`, `/${plural}/detail`, `/${plural}/{id}`])
        expect(document.paths).to.have.property(path);
    }
    for (const path of [
      '/',
      '/strategies/{id}/state',
      '/action_plans/{id}/start',
      '/data_model',
      '/webhooks/{id}',
    ]) {
      expect(document.paths).to.have.property(path);
    }
  });

  it('has exactly the query arguments that each route takes', async () => {
    const ALL = [
      'limit',
      'marker',
      'sort_key',
      'sort_dir',
      'goal',
      'strategy',
      'audit_uuid',
      'action_plan_uuid',
      'data_model_type',
    ];
    for (const [method, path, { parameters }] of operations()) {
      const documented = parameters.filter(parameter => parameter.in === 'query').map(({ name }) => name);
      for (const name of ALL) {
        const url = `/v1${path.replaceAll(/\{\w+\}/g, 'x')}?${name}=1`;
        const body = method === 'GET' || method === 'DELETE' ? {} : { rawBody: '[]' };
        const { faultstring = '' } = await api.call(method, url, body);

        const isKnown = faultstring !== `Unknown argument: "${name}"`;
        expect(isKnown, `${method} ${path} ${name}`).to.equal(documented.includes(name));
      }
    }
  });

  it('has the sort keys that lists take', async () => {
    for (const [, path, { parameters }] of operations()) {
      const keys = parameters.find(({ name }) => name === 'sort_key')?.schema['enum'] as string[] | undefined;
      for (const key of keys ?? []) {
        expect((await api.call('GET', `/v1${path}?sort_key=${key}`)).status, `${path} ${key}`).to.equal(200);
      }
    }
  });

  for (const [path, spec] of [
    ['/audits', AUDIT_BODY],
    ['/audit_templates', TEMPLATE_BODY],
  ] as const) {
    it(`has the fields that POST ${path} takes`, async () => {
      const { requestBody } = document.paths[path]!['post']!;
      const schema = requestBody!.content['application/json']!.schema;
      const { properties, required } = schema as { properties: object; required: string[] };

      expect(Object.keys(properties)).to.have.members(Object.keys(spec.fields));
      expect(required).to.deep.equal([...spec.mandatory]);
      const unknown = await api.call('POST', `/v1${path}`, { body: { surprise: 1 } });
      expect(unknown.faultstring).to.contain('surprise');
      expect(z.fromJSONSchema(schema).safeParse({ surprise: 1 }).success).to.be.false;
    });
  }

  it('refers to nothing that it does not have', () => {
    const text = JSON.stringify(document);
    for (const [, kind, name] of text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)) {
      expect(document.components[kind as 'schemas']).to.have.property(name!);
    }
    expect(JSON.stringify(resolved(document.components.schemas['AuditList'], document))).to.contain('next');
  });

  it('would notice an answer that is not as it says', () => {
    const check = checkerOf(document);
    const answer = { status: 200, contentType: 'application/json' };
    const link = { href: 'http://a/v1', rel: 'self' };

    check('GET', '/v1', { ...answer, text: JSON.stringify({ id: 'v1', links: [link] }) });
    expect(() => check('GET', '/v1', { ...answer, text: JSON.stringify({ id: 'v2', links: [] }) })).to.throw(
      /GET \/v1 answered 200/,
    );
    expect(() =>
      check('GET', '/v1/goals', { ...answer, text: JSON.stringify({ goals: [{ uuid: 'x' }] }) }),
    ).to.throw(/GET/);
    expect(() => check('GET', '/v1/goals', { ...answer, status: 202, text: '' })).to.throw(/not documented/);
    expect(() => check('GET', '/v1/nowhere', { ...answer, text: '{}' })).to.throw(/not documented/);
  });
});
