import { expect } from 'chai';
import fc from 'fast-check';
import { newAction, newPlan } from '../../db/rows.ts';
import type { HostileRequest, PlainAnswer } from './fuzz.ts';
import { hostileRequests, sender } from './fuzz.ts';
import type { ApiUnderTest } from './harness.ts';
import { startApi } from './harness.ts';

const TOKEN = 'tok-s3cret';
const REQUESTS = 4000;
const SECONDS = 45;
/** The same requests in every run; another seed tries others: AUSPEX_FUZZ_SEED=$RANDOM. A failure tells its seed. */
const SEED = Number(process.env['AUSPEX_FUZZ_SEED'] ?? 20_260_301);

/** What belongs into the log only. */
const INTERNALS = [
  /\n\s+at /,
  /node:internal|node_modules|file:\/\//,
  /\/(work|home|root|tmp|var|usr)\//,
  /\.ts:\d+/,
  /SQLITE|ER_[A-Z_]+|\bknex\b/i,
  /\b(insert into|update `|delete from|select \*|select `|select "|from `|from ")/i,
  /TypeError|RangeError|Cannot read prop|is not a function|is not iterable|undefined/,
  /tok-s3cret/,
];

describe('api under fire', () => {
  let api: ApiUnderTest;
  let identifiers: readonly string[];
  before(async () => {
    api = await startApi({ isBehindProxy: true });
    api.tokens.owners.set(TOKEN, api.tokens.owners.get('admin')!);
    identifiers = await fill(api);
  });
  after(() => api.stop());

  it(`answers ${REQUESTS} hostile requests without 5xx and internals, and goes on (K9)`, async function () {
    this.timeout(3 * SECONDS * 1000);
    const client = sender(api.url);
    const { paths } = (await api.call('GET', '/openapi.json')).json as { paths: object };
    const targets = {
      paths: Object.keys(paths).map(path => path.replace('{id}', ':id')),
      queryArguments: QUERY,
      identifiers,
      token: TOKEN,
    };
    const seen = new Map<number, number>();
    try {
      await fc.assert(
        fc.asyncProperty(hostileRequests(targets), async hostile => {
          const answer = await client.send(hostile);
          if (answer === undefined) return;
          seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
          expectHarmless(hostile, answer);
        }),
        {
          numRuns: REQUESTS,
          seed: SEED,
          interruptAfterTimeLimit: SECONDS * 1000,
          markInterruptAsFailure: false,
        },
      );
    } finally {
      client.close();
    }
    api.log.length = 0;

    // the requests get further than the door
    for (const status of [200, 201, 400, 401, 404, 405]) expect(seen.get(status) ?? 0).to.be.greaterThan(10);
    expect((await api.call('GET', '/v1/audits', { token: TOKEN })).status).to.equal(200);
    expect((await api.call('GET', '/healthcheck')).text).to.equal('OK');
  });
});

function expectHarmless({ method }: HostileRequest, { status, head, text }: PlainAnswer): void {
  expect(status, text).to.be.lessThan(500);
  for (const internal of INTERNALS) expect(`${head}\n${text}`).to.not.match(internal);
  expect(head.toLowerCase()).to.not.contain('set-cookie');
  if (status < 400 || method === 'HEAD') return;
  const { error_message: message, error } = JSON.parse(text) as {
    error_message?: string;
    error?: { code: number };
  };
  if (status === 401) {
    expect(error?.code).to.equal(401);
    return;
  }
  expect(message).to.be.a('string');
  const sentence = message!.startsWith('{')
    ? (JSON.parse(message!) as { faultstring: string }).faultstring
    : message!;
  expect(sentence).to.not.equal('');
  expect(sentence.length).to.be.lessThan(2000);
}

const QUERY = [
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

/** One row of each kind, with names and UUIDs to aim at. */
async function fill(api: ApiUnderTest): Promise<readonly string[]> {
  const send = async (path: string, body: object) =>
    ((await api.call('POST', path, { body })).json as { uuid: string }).uuid;
  const template = await send('/v1/audit_templates', {
    name: 'a-template',
    goal: 'calm',
    strategy: 'sit_still',
  });
  const audit = await send('/v1/audits', { name: 'an-audit', goal: 'calm', audit_type: 'ONESHOT' });
  const plan = newPlan({ auditUuid: audit, state: 'RECOMMENDED', strategyName: 'sit_still' });
  const action = newAction({ actionPlanUuid: plan.uuid });
  await api.repositories.actionPlans.createWithActions(plan, [action]);
  await api.repositories.services.heartbeat('watcher-applier', 'here');
  return [
    template,
    audit,
    plan.uuid,
    action.uuid,
    'a-template',
    'an-audit',
    'calm',
    'sit_still',
    '1',
    'watcher-applier',
  ];
}
