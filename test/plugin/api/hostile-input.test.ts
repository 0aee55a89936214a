import { expect } from 'chai';
import { apiSettingsSchema } from '../../../plugin/api/settings.ts';
import type { Answer, ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';
import type { RawAnswer } from './raw-socket.ts';
import { sendRaw } from './raw-socket.ts';

const HEAD = 'Host: x\r\nX-Auth-Token: admin\r\nContent-Type: application/json\r\n';

describe('api and hostile input', () => {
  let api: ApiUnderTest;
  before(async () => {
    const limits = { bodyBytes: 200_000, headerBytes: 8192, requestSeconds: 0.3 };
    api = await startApi({ settings: apiSettingsSchema.parse({ limits }) });
    const body = { name: 'there', goal: 'calm', strategy: 'sit_still' };
    await api.call('POST', '/v1/audit_templates', { body });
  });
  after(async () => {
    const last = await api.call('GET', '/v1/goals');
    await api.stop();
    expect(last.status).to.equal(200);
  });

  const template = (rest: string) => `{"name": "a", "goal": "calm"${rest}}`;
  const patch = (count: number) =>
    JSON.stringify(Array.from({ length: count }, () => ({ op: 'replace', path: '/name', value: 'x' })));

  describe('bodies', () => {
    for (const [what, rawBody, status, sentence] of [
      [
        'one that is too long',
        `"${'x'.repeat(200_001)}"`,
        413,
        'The body of a request may have 200000 bytes.',
      ],
      ['one that nests too deep', '['.repeat(50_000), 400, 'The body nests more than 64 lists or objects.'],
      [
        'deep parameters',
        template(`, "scope": ${'['.repeat(70)}${']'.repeat(70)}`),
        400,
        'The body nests more than 64 lists or objects.',
      ],
      [
        'a null character',
        template(', "description": "a\\u0000b"'),
        400,
        'The body has a text with a null character.',
      ],
      [
        'half a character',
        template(', "description": "\\ud800"'),
        400,
        'The body has a text with half a surrogate pair.',
      ],
      [
        'a number without end',
        template(', "scope": [{"x": 1e999}]'),
        400,
        'The body has a number that is too large.',
      ],
      [
        'a prototype',
        template(', "scope": [{"__proto__": {"x": 1}}]'),
        400,
        'The name __proto__ is not allowed.',
      ],
    ] as const) {
      it(`refuses ${what} in one sentence (K9)`, async () => {
        const answer = await api.call('POST', '/v1/audit_templates', { rawBody });

        expect(answer.status).to.equal(status);
        expect(answer.faultstring).to.equal(sentence);
      });
    }

    it('takes brackets in texts for text', async () => {
      const body = { name: 'brackets', goal: 'calm', description: `"\\${'['.repeat(100)}` };

      expect((await api.call('POST', '/v1/audit_templates', { body })).status).to.equal(201);
    });

    for (const [method, path] of [
      ['PATCH', '/v1/audit_templates/there'],
      ['PATCH', '/v1/audits/none'],
      ['PATCH', '/v1/action_plans/a16b2b3c-0000-4000-8000-000000000000'],
      ['PATCH', '/v1/actions/a16b2b3c-0000-4000-8000-000000000000'],
    ] as const) {
      it(`refuses 2,000 operations in ${method} ${path} (K9)`, async () => {
        const answer = await api.call(method, path, { rawBody: patch(2000) });

        expect(answer.status).to.equal(400);
        expect(answer.faultstring).to.equal('A patch may have 500 operations, not 2000.');
      });
    }

    it('refuses a compressed one, and other character sets (K9)', async () => {
      const rawBody = template('');
      const answers = await Promise.all([
        api.call('POST', '/v1/audit_templates', { rawBody, headers: { 'Content-Encoding': 'gzip' } }),
        api.call('POST', '/v1/audit_templates', {
          rawBody,
          headers: { 'Content-Type': 'application/json; charset=utf-16' },
        }),
      ]);

      expect(answers.map(({ status }) => status)).to.deep.equal([415, 415]);
      expect(answers.map(({ faultstring }) => faultstring)).to.deep.equal([
        'The body of a request must not be compressed.',
        'The body of a request must be in UTF-8, not in charset=utf-16',
      ]);
    });

    it('changes no prototype by a patch', async () => {
      const body = [{ op: 'add', path: '/default_parameters/__proto__', value: { polluted: true } }];

      const answer = await api.call('PATCH', '/v1/audit_templates/there', { body });

      expect(answer.status).to.equal(400);
      expect(({} as { polluted?: boolean }).polluted).to.equal(undefined);
    });
  });

  it('takes SQL for a name that does not exist', async () => {
    const paths = ["' OR 1=1 --", '1; DROP TABLE audits', '" UNION SELECT * FROM services --'].flatMap(
      text => {
        const encoded = encodeURIComponent(text);
        return [`/v1/audits/${encoded}`, `/v1/goals/${encoded}`, `/v1/services/${encoded}`];
      },
    );

    const answers: Answer[] = await Promise.all(paths.map(path => api.call('GET', path)));

    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([404]));
  });

  describe('bytes that are no request, or none that ends', () => {
    const BROKEN: readonly (readonly [
      what: string,
      parts: readonly (string | Uint8Array)[],
      status: number,
    ])[] = [
      ['no HTTP at all', ['hello\r\n\r\n'], 400],
      ['the greeting of TLS', [Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3)], 400],
      [
        'headers that are too large',
        [`GET /v1/goals HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(9000)}\r\n\r\n`],
        431,
      ],
      [
        'two lengths',
        [`POST /v1/audits HTTP/1.1\r\n${HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
        400,
      ],
      [
        'a length and chunks',
        [`POST /v1/audits HTTP/1.1\r\n${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`],
        400,
      ],
      [
        'a header with a control character',
        ['GET /v1/goals HTTP/1.1\r\nHost: x\r\nX-Auth-Token: a\u0001b\r\n\r\n'],
        400,
      ],
      ['a host that is none', ['GET / HTTP/1.1\r\nHost: a"b/<c>\r\nConnection: close\r\n\r\n'], 400],
      ['no host', ['GET / HTTP/1.1\r\nConnection: close\r\n\r\n'], 400],
      [
        'a body in no UTF-8',
        [
          `POST /v1/audits HTTP/1.1\r\n${HEAD}Connection: close\r\nContent-Length: 4\r\n\r\n`,
          Uint8Array.of(0x22, 0xff, 0xfe, 0x22),
        ],
        400,
      ],
      ['a path in no UTF-8', [`GET /v1/goals/%ff HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`], 400],
      [
        'bytes above ASCII in the path',
        [`GET /v1/goals/`, Uint8Array.of(0xff, 0xe9), ` HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`],
        400,
      ],
      [
        'chunks without a length',
        [`POST /v1/audits HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
        400,
      ],
    ];
    for (const [what, parts, status] of BROKEN) {
      it(`answers ${status} to ${what}`, async () => {
        const answer = await sendRaw(api.url, parts, { endsAfter: false });

        expect(answer.status).to.equal(status);
        expectEnvelope(answer);
      });
    }

    it('gives up a body that does not come to its end', async () => {
      const start = `POST /v1/audits HTTP/1.1\r\n${HEAD}Content-Length: 100\r\n\r\n{"name"`;

      const answer = await sendRaw(api.url, [start], { endsAfter: false });

      expect(answer.status).to.be.oneOf([400, 408]);
      expectEnvelope(answer);
    });

    it('gives up headers that do not come to their end', async () => {
      const answer = await sendRaw(api.url, ['GET /v1/goals HTTP/1.1\r\nHost: x\r\nX-A'], {
        endsAfter: false,
      });

      expect(answer.status).to.equal(408);
      expectEnvelope(answer);
    });

    it('takes the form in which proxies are asked', async () => {
      const request = `GET http://x/v1/goals HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`;

      expect((await sendRaw(api.url, [request], { endsAfter: false })).status).to.equal(200);
    });

    it('is not confused by a client that leaves', async () => {
      await sendRaw(api.url, [`POST /v1/audits HTTP/1.1\r\n${HEAD}Content-Length: 100\r\n\r\n{"name"`]);

      expect((await api.call('GET', '/v1/goals')).status).to.equal(200);
    });

    it('is not confused by garbage behind good requests in one connection', async () => {
      const good = `GET /v1/goals HTTP/1.1\r\n${HEAD}\r\n`;

      const { text } = await sendRaw(api.url, [`${good}${good}\u0000\u0001garbage\r\n\r\n`]);

      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
      expect(statuses).to.include('400');
      expect(statuses.filter(status => status !== '200' && status !== '400')).to.deep.equal([]);
    });

    it('writes nothing from the request into headers of the answer', async () => {
      const path = '/v1/goals/%0d%0aSet-Cookie:%20a=b';
      const request = `GET ${path} HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`;

      const { status, head } = await sendRaw(api.url, [request], { endsAfter: false });

      expect(status).to.equal(404);
      expect(head.toLowerCase()).to.not.contain('set-cookie');
    });
  });
});

function expectEnvelope({ head, body }: RawAnswer): void {
  expect(head.toLowerCase()).to.contain('content-type: application/json');
  const { error_message: message } = JSON.parse(body) as { error_message: string };
  const { faultstring } = JSON.parse(message) as { faultstring: string };
  expect(faultstring)
    .to.match(/^[A-Z][^\n]*$/)
    .and.not.match(/ at |node:|SQL|select /);
}
