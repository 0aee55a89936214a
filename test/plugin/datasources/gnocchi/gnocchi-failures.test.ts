import { expect } from 'chai';

import { DatasourceError } from '../../../../plugin/datasources/datasource.ts';
import { FakeGnocchi, GRANULARITY_MISSING } from './fake-gnocchi.ts';
import { failure, instance, metricsPage, read } from './usage-queries.ts';

describe('gnocchi datasource says in one sentence that', () => {
  let gnocchi: FakeGnocchi;
  beforeEach(async () => {
    gnocchi = new FakeGnocchi();
    await gnocchi.start();
  });
  afterEach(() => gnocchi.stop());

  it('Gnocchi cannot be reached', async () => {
    gnocchi.endpoint = 'http://127.0.0.1:1/metric';

    await expectSentence(
      gnocchi,
      /^instance_cpu_usage \(cpu\) cannot be read from Gnocchi: .*127\.0\.0\.1:1\/metric cannot be reached/,
    );
  });

  it('Gnocchi refuses the token', async () => {
    gnocchi.answer = () => ({ status: 401, body: { error: { code: 401, message: 'no' } } });

    await expectSentence(gnocchi, /cannot be read from Gnocchi: Gnocchi refused POST \/v1\/aggregates/);
  });

  it('the catalogue has no Gnocchi', async () => {
    gnocchi.endpoint = undefined;

    await expectSentence(gnocchi, /\(cpu\) cannot be read from Gnocchi: .*metric/);
  });

  it('Gnocchi fails', async () => {
    gnocchi.answer = () => ({ status: 500, body: 'oops' });

    await expectSentence(gnocchi, /cannot be read from Gnocchi: Gnocchi answered 500/);
  });

  it('the resource type does not exist', async () => {
    gnocchi.answer = ({ method }) =>
      method === 'GET'
        ? { body: [] }
        : {
            status: 400,
            body: { code: 400, description: { cause: 'Resource type does not exist', detail: 'instance' } },
          };

    await expectSentence(gnocchi, /cannot be read from Gnocchi: Gnocchi answered 400 .*instance/);
  });

  it('no archive policy fits', async () => {
    gnocchi.answer = ({ method }) =>
      method === 'GET' ? { body: metricsPage({ none: ['a'] }) } : GRANULARITY_MISSING;

    await expectSentence(gnocchi, /no archive policy of cpu keeps the mean.*: none \(last\)$/);
  });

  const malformed: Record<string, unknown> = {
    'not JSON': '<html>',
    'not a list': { measures: {} },
    'without measures': [{ group: { id: 'a' } }],
    'with points that are no list': [
      { group: { id: 'a' }, measures: { measures: { a: { cpu: { mean: 1 } } } } },
    ],
    'with a point that is none': [
      { group: { id: 'a' }, measures: { measures: { a: { cpu: { mean: [['soon', 300, 1]] } } } } },
    ],
  };
  for (const [what, body] of Object.entries(malformed)) {
    it(`the reply is ${what}`, async () => {
      gnocchi.answer = () => ({ body });

      await expectSentence(gnocchi, /^instance_cpu_usage \(cpu\) cannot be read from Gnocchi: /);
    });
  }
});

async function expectSentence(gnocchi: FakeGnocchi, sentence: RegExp): Promise<void> {
  const error = await failure(read(gnocchi, { resources: [instance('a', 1)] }));

  expect(error).to.be.instanceOf(DatasourceError);
  expect((error as Error).message).to.match(sentence);
}
