import { Agent, request } from 'node:http';
import fc from 'fast-check';

/** A request that nobody would send by accident. */
export interface HostileRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

export interface PlainAnswer {
  readonly status: number;
  readonly head: string;
  readonly text: string;
}

/** What is there to be hit. */
export interface Targets {
  /** Paths with `:id` for an identifier, below `/v1`. */
  readonly paths: readonly string[];
  readonly queryArguments: readonly string[];
  /** Identifiers of rows that exist. */
  readonly identifiers: readonly string[];
  readonly token: string;
}

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'];
const NASTY_TEXTS = [
  '',
  ' ',
  "'; DROP TABLE x; --",
  '" OR ""="',
  '%',
  '_',
  '\\',
  '../../etc/passwd',
  '${7*7}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '\r\nSet-Cookie: a=b',
  '\0',
  '\ufffe',
  '\ud83d\ude00',
  '\ud800',
  'null',
  'NaN',
  '1e999',
  '-1',
  '0',
  '99999999999999999999',
  '2147483648',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(300),
  'x'.repeat(5000),
  '00000000-0000-0000-0000-000000000000',
  '* * * * *',
  '*/0 * * * *',
  '2026-99-99T99:99:99',
  '2026-03-01T12:00:00+99:99',
];
const FIELDS = [
  'name',
  'goal',
  'strategy',
  'description',
  'scope',
  'default_parameters',
  'audit_template_uuid',
  'audit_type',
  'parameters',
  'interval',
  'auto_trigger',
  'start_time',
  'end_time',
  'force',
  'state',
  'uuid',
  'id',
  'status_message',
  'next_run_time',
  'hostname',
  'links',
  'created_at',
  '__proto__',
  'constructor',
  '',
];

export function hostileRequests(targets: Targets): fc.Arbitrary<HostileRequest> {
  const { paths, queryArguments, identifiers, token } = targets;
  const text = fc.oneof(
    fc.constantFrom(...NASTY_TEXTS),
    fc.constantFrom(
      ...identifiers,
      'calm',
      'sit_still',
      'ONESHOT',
      'CONTINUOUS',
      'EVENT',
      'SUSPENDED',
      'CANCELLED',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const value: fc.Arbitrary<unknown> = fc.oneof(
    text,
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(60, -1, 1.5, true, null),
  );
  const operation = fc.record(
    {
      op: fc.oneof(fc.constantFrom('add', 'replace', 'remove'), value),
      path: fc.oneof(
        fc.constantFrom(...FIELDS).map(field => `/${field}`),
        fc
          .array(fc.constantFrom(...FIELDS, '0', '-', '-1', '99999999'), { maxLength: 4 })
          .map(steps => `/${steps.join('/')}`),
        value,
      ),
      value,
    },
    { requiredKeys: [] },
  );
  const json = fc.oneof(
    fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 8 }),
    fc.record(
      { audit_type: text, goal: fc.constantFrom('calm', 'nope'), interval: value, scope: value },
      { requiredKeys: ['audit_type', 'goal'] },
    ),
    fc.record(
      {
        name: text,
        goal: fc.constant('calm'),
        strategy: fc.constantFrom('sit_still', 'nope'),
        scope: value,
        default_parameters: value,
      },
      { requiredKeys: ['name', 'goal'] },
    ),
    fc.array(operation, { maxLength: 5 }),
    fc.jsonValue(),
  );
  const body = fc.oneof(
    { weight: 6, arbitrary: json.map(one => JSON.stringify(one)) },
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        ' ',
        '{',
        '[[[[',
        '"',
        '\ufeff{}',
        '[{"op":',
        '['.repeat(3000),
        `{"a":${'1'.repeat(500)}}`,
      ),
    },
  );
  const identifier = fc.oneof(
    fc.constantFrom(...identifiers),
    text.map(one => encodeURIComponent(one.toWellFormed())),
    fc.constantFrom(
      '%00',
      '%',
      '%zz',
      '%ff',
      '..',
      '.',
      '%2e%2e%2f',
      'a%2fb',
      'detail',
      'state',
      ';',
      '@',
      '~',
      '*',
    ),
  );
  const path = fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom(...paths), identifier)
        .map(([route, id]) => `/v1${route.replaceAll(':id', id)}`),
    },
    {
      weight: 1,
      arbitrary: fc.array(identifier, { maxLength: 4 }).map(segments => `/${segments.join('/')}`),
    },
  );
  const query = fc
    .array(fc.tuple(fc.oneof(fc.constantFrom(...queryArguments), text), text), { maxLength: 3 })
    .map(pairs =>
      pairs
        .map(
          ([name, one]) =>
            `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(one.toWellFormed())}`,
        )
        .join('&'),
    );
  const printable = text.map(one => one.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 200));
  const headers = fc.record(
    {
      'X-Auth-Token': fc.oneof(
        { weight: 12, arbitrary: fc.constant(token) },
        { weight: 1, arbitrary: printable },
      ),
      'OpenStack-API-Version': fc.oneof(
        fc.constantFrom(
          'infra-optim 1.7',
          'infra-optim latest',
          'infra-optim 1.0',
          'infra-optim 9.9',
          'infra-optim 1.2.3',
        ),
        printable,
      ),
      'Content-Type': fc.oneof(fc.constant('application/json'), fc.constant('application/json'), printable),
      Accept: printable,
      'X-Show-Deleted': fc.oneof(fc.constant('true'), printable),
      'X-Service-Token': printable,
      'Content-Encoding': fc.constantFrom('gzip', 'identity', 'x'),
      Expect: fc.constantFrom('100-continue', 'x'),
      Host: fc.oneof(fc.constant('x'), printable),
      Forwarded: printable,
      'X-Forwarded-Host': printable,
      'X-Forwarded-Prefix': printable,
      'X-Forwarded-Proto': printable,
      Origin: printable,
      Range: fc.constant('bytes=0-1'),
      'If-None-Match': fc.constant('*'),
    },
    { requiredKeys: ['X-Auth-Token', 'OpenStack-API-Version', 'Content-Type'] },
  );
  const any = fc
    .tuple(fc.constantFrom(...METHODS.slice(0, 4), ...METHODS), path, query, headers, body)
    .map(([method, where, search, given, sent]) => ({
      method,
      path: search === '' ? where : `${where}?${search}`,
      headers: given,
      body: sent,
    }));
  return fc.oneof({ weight: 3, arbitrary: any }, { weight: 1, arbitrary: nearlyGood(value, targets) });
}

/** What clients do send, with one value of the body changed. */
function nearlyGood(
  value: fc.Arbitrary<unknown>,
  { identifiers, token }: Targets,
): fc.Arbitrary<HostileRequest> {
  const headers = {
    'X-Auth-Token': token,
    'OpenStack-API-Version': 'infra-optim latest',
    'Content-Type': 'application/json',
  };
  const audit = { name: null, goal: 'calm', strategy: 'sit_still', parameters: { patience: 3 }, force: true };
  const bodies: readonly (readonly [
    method: string,
    path: string,
    body: Readonly<Record<string, unknown>>,
  ])[] = [
    ['POST', '/v1/audits', { ...audit, audit_type: 'ONESHOT' }],
    [
      'POST',
      '/v1/audits',
      { ...audit, audit_type: 'CONTINUOUS', interval: '600', start_time: null, end_time: null },
    ],
    ['POST', '/v1/audits', { ...audit, audit_type: 'CONTINUOUS', interval: '*/5 * * * *' }],
    ['POST', '/v1/audits', { ...audit, audit_type: 'EVENT' }],
    [
      'POST',
      '/v1/audit_templates',
      { name: 'x', goal: 'calm', strategy: 'sit_still', scope: [], default_parameters: {} },
    ],
  ];
  const patches = [
    'name',
    'state',
    'interval',
    'scope',
    'parameters',
    'goal',
    'strategy',
    'start_time',
    'audit_type',
  ];
  const patch = fc
    .tuple(
      fc.constantFrom('audits', 'audit_templates', 'action_plans', 'actions'),
      fc.constantFrom(...identifiers),
      fc.constantFrom('add', 'replace', 'remove'),
      fc.constantFrom(...patches, 'scope/0', 'parameters/patience', 'default_parameters', 'status_message'),
      value,
    )
    .map(([plural, id, op, field, changed]) => ({
      method: 'PATCH',
      path: `/v1/${plural}/${id}`,
      headers,
      body: JSON.stringify([{ op, path: `/${field}`, value: changed }]),
    }));
  const post = fc.constantFrom(...bodies).chain(([method, path, body]) =>
    fc.tuple(fc.constantFrom(...Object.keys(body), ''), value).map(([field, changed]) => ({
      method,
      path,
      headers,
      body: JSON.stringify(field === '' ? body : { ...body, [field]: changed }),
    })),
  );
  return fc.oneof(patch, post);
}

/** Sends over kept connections; undefined when the client library itself refuses to send such a thing. */
export function sender(url: string): {
  send(hostile: HostileRequest): Promise<PlainAnswer | undefined>;
  close(): void;
} {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  return {
    send: hostile => send(url, agent, hostile),
    close: () => agent.destroy(),
  };
}

function send(
  url: string,
  agent: Agent,
  { method, path, headers, body }: HostileRequest,
): Promise<PlainAnswer | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let sent;
    // the client library would not say where the body of a GET ends
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    try {
      sent = request(
        { hostname, port, agent, method, path, headers: { ...headers, ...length } },
        response => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.on('error', reject);
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, head: response.rawHeaders.join('\n'), text });
          });
        },
      );
    } catch {
      resolve(undefined);
      return;
    }
    sent.on('error', reject);
    sent.end(body);
  });
}
