import { expect } from 'chai';
import { differencesOf } from './recorder/compare.ts';
import { documentedDifferences, isDocumentedBy } from './recorder/documented.ts';
import { get } from './recorder/request.ts';
import type { Answer } from './recorder/side.ts';

function answer(json: unknown, changes: Partial<Answer> = {}): Answer {
  return { status: 200, headers: {}, text: JSON.stringify(json), json, ...changes };
}

const UUIDS = ['0d5d6ef8-7a8d-4e5c-9f0e-0a4bb1a5a001', '0d5d6ef8-7a8d-4e5c-9f0e-0a4bb1a5a002'] as const;
const fault = (faultstring: string): Answer =>
  answer({ error_message: JSON.stringify({ faultcode: 'Client', faultstring, debuginfo: null }) });

describe('comparison of two answers', () => {
  for (const [what, one, other, difference] of [
    ['a status', answer({}), answer({}, { status: 404 }), ['status', '200', '404']],
    ['a header', answer({}, { headers: { vary: 'x' } }), answer({}), ['header vary', 'x', '—']],
    ['a key that is missing', answer({ a: 1 }), answer({}), ['body.a', '=1', '—']],
    ['a value', answer({ a: 'x' }), answer({ a: 'y' }), ['body.a', '="x"', '="y"']],
    [
      'a kind in a list',
      answer({ as: [{ b: 1 }] }),
      answer({ as: [{ b: '1' }] }),
      ['body.as[].b', 'number', 'string'],
    ],
    ['a sentence', fault('No goal x'), fault('No goal y'), ['faultstring', 'No goal x', 'No goal y']],
  ] as const) {
    it(`finds ${what}`, () => {
      const found = differencesOf(get('/v1/x'), one, other);

      expect(found.map(({ what: part, watcher, auspex }) => [part, watcher, auspex])).to.deep.equal([
        difference,
      ]);
    });
  }

  for (const [what, one, other] of [
    ['UUIDs', answer({ uuid: UUIDS[0] }), answer({ uuid: UUIDS[1] })],
    ['instants', answer({ at: '2026-01-01T00:00:00' }), answer({ at: '2026-01-01T00:00:01.000123' })],
    [
      'hosts and ports',
      answer({ next: 'http://127.0.0.1:1/v1' }),
      answer({ next: 'http://127.0.0.1:22/v1' }),
    ],
    ['values in lists', answer({ as: [{ b: 1 }] }), answer({ as: [{ b: 2 }, { b: 3 }] })],
    ['null and a value in lists', answer({ as: [{ b: null }] }), answer({ as: [{ b: 'x' }] })],
    ['elements when one list has none', answer({ as: [] }), answer({ as: [{ b: 'x' }] })],
    [
      'how a patch is quoted',
      fault("Couldn't apply patch '[{'a': 1}]'. Reason: no"),
      fault("Couldn't apply patch '[{\"a\":1}]'. Reason: no"),
    ],
  ] as const) {
    it(`does not mind ${what}`, () => {
      expect(differencesOf(get('/v1/x'), one, other)).to.deep.equal([]);
    });
  }
});

describe('documented differences', () => {
  const page = `
| Requests | What | Watcher | Auspex | Why |
| -------- | ---- | ------- | ------ | --- |
| \`GET /v1/*?a=b\` | \`status\` | \`500\` | \`400\` | It is wrong |
| \`*\` | \`header a, body.*\` | \`—\` | \`*\` | Newer |

| Another | table |
| ------- | ----- |
| x       | y     |
`;

  it('are the rows of the tables on differences', () => {
    expect(documentedDifferences(page).map(({ why }) => why)).to.deep.equal(['It is wrong', 'Newer']);
  });

  for (const [request, what, watcher, auspex, rows] of [
    ['GET /v1/goals?a=b', 'status', '500', '400', ['It is wrong']],
    ['GET /v1/goals?a=b', 'status', '200', '400', []],
    ['GET /v1/goals?a=bc', 'status', '500', '400', []],
    ['POST /v1/audits', 'body.goals[].x', '—', 'string', ['Newer']],
    ['POST /v1/audits', 'header a', '—', 'x', ['Newer']],
    ['POST /v1/audits', 'header ab', '—', 'x', []],
  ] as const) {
    it(`of ${request}, ${what}, ${watcher}, ${auspex}: ${rows.join() || 'none'}`, () => {
      const found = documentedDifferences(page).filter(row =>
        isDocumentedBy({ request, what, watcher, auspex }, row),
      );

      expect(found.map(({ why }) => why)).to.deep.equal(rows);
    });
  }

  it('have a reason, each of them, on the page', () => {
    const rows = documentedDifferences();

    expect(rows.length).to.be.greaterThan(50);
    expect(rows.filter(({ why }) => why === '')).to.deep.equal([]);
  });
});
