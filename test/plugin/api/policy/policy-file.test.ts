import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { API_RULES } from '../../../../plugin/api/policy/default-rules.ts';
import { PolicyFile } from '../../../../plugin/api/policy/policy-file.ts';
import type { TokenOwner } from '../../../../plugin/api/token-validator.ts';

describe('policy file', () => {
  let folder: string;
  let file: string;
  let now: number;
  let log: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'policy-'));
    file = join(folder, 'policy.yaml');
    now = 0;
    log = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (content?: string, readerRole = false): PolicyFile => {
    if (content !== undefined) writeFileSync(file, content);
    const logger = pino({}, { write: line => log.push(line) });
    return new PolicyFile({ file: content === undefined ? '' : file, readerRole, now: () => now, logger });
  };
  const allowed = (policy: PolicyFile, ...roles: string[]): readonly string[] =>
    API_RULES.filter(rule => policy.current().allows(rule, ownerWith(roles)));

  it("knows Watcher's 37 rules, all for administrators only but the webhook (K40)", () => {
    const policy = open();

    expect(API_RULES).to.have.length(37);
    expect(allowed(policy, 'Admin')).to.deep.equal(API_RULES);
    expect(allowed(policy, 'administrator')).to.deep.equal(API_RULES);
    expect(allowed(policy, 'service')).to.deep.equal(['webhook:trigger']);
    expect(allowed(policy, 'member', 'reader', 'manager')).to.deep.equal([]);
    expect(policy.current().allows('show_password', ownerWith(['admin']))).to.be.false;
  });

  it('lets a reader see everything and change nothing, if enabled (row 41)', () => {
    const seen = allowed(open(undefined, true), 'reader');

    expect(seen).to.have.length(26);
    expect(seen.filter(rule => !/:(get|get_all|detail|state)$/.test(rule))).to.deep.equal([]);
  });

  it('puts the file over the defaults (K40)', () => {
    const policy = open('"admin_api": "role:boss"\n"goal:get": "role:member"\n"audit:delete": "!"\n');

    expect(allowed(policy, 'member')).to.deep.equal(['goal:get']);
    expect(allowed(policy, 'admin')).to.deep.equal([]);
    expect(allowed(policy, 'boss')).to.have.length(35);
  });

  it('takes JSON with the older lists, and helper rules of its own (K40)', () => {
    const policy = open('{"helper": [["role:a", "role:b"], ["role:c"]], "goal:get": "rule:helper"}');

    expect(allowed(policy, 'a')).to.deep.equal([]);
    expect(allowed(policy, 'a', 'b')).to.deep.equal(['goal:get']);
    expect(allowed(policy, 'c')).to.deep.equal(['goal:get']);
  });

  it('asks for nothing of the target unless a rule needs it', async () => {
    const policy = open(
      '"audit:get": "user_id:%(user_id)s"\n"audit:delete": "role:x and \'CALM\':%(goal_name)s"',
    );
    const fetched: string[] = [];
    const fetchTarget = (name: string) => () => {
      fetched.push(name);
      return Promise.resolve({ goal_name: 'CALM' });
    };

    await policy.current().authorize('audit:get', ownerWith([]), fetchTarget('get'));
    await policy.current().authorize('audit:delete', ownerWith(['x']), fetchTarget('delete'));

    expect(fetched).to.deep.equal(['delete']);
  });

  for (const [content, sentence] of [
    [
      '"goal:get": "role:admin and"',
      'The rule "goal:get" of the policy file FILE is wrong: it ends where a check is expected.',
    ],
    ['"goal:get": null', 'The rule "goal:get" of the policy file FILE is wrong: it must be text or a list.'],
    [
      '"audits:get": "@"',
      'The policy file FILE has the rule "audits:get", which this service does not know and no other rule refers to.',
    ],
    [
      '"goal:get": "rule:gone"',
      'The rule "goal:get" of the policy file FILE refers to "gone", which is no rule.',
    ],
    ['a: "rule:b"\nb: "not rule:a"', 'The rule "b" of the policy file FILE refers to itself.'],
    ['- a', 'The policy file FILE must map names of rules to rules.'],
    ['a: "@"\na: "!"', 'The policy file FILE cannot be read: Map keys must be unique at line 2, column 1.'],
    ['a: [', 'The policy file FILE cannot be read: '],
  ] as const) {
    it(`refuses ${JSON.stringify(content)} in one sentence`, () => {
      expect(() => open(content)).to.throw(sentence.replace('FILE', file));
    });
  }

  it('names a file that is missing', () => {
    file = join(folder, 'none.yaml');

    expect(
      () => new PolicyFile({ file, readerRole: false, now: () => 0, logger: pino({ level: 'silent' }) }),
    ).to.throw(`The policy file ${file} cannot be read: ENOENT`);
  });

  it('notices a change within a second', () => {
    const policy = open('"goal:get": "role:a"');
    writeFileSync(file, '"goal:get": "role:bb"');

    const before = allowed(policy, 'bb');
    now += 1000;

    expect(before).to.deep.equal([]);
    expect(allowed(policy, 'bb')).to.deep.equal(['goal:get']);
  });

  it('keeps the old rules while the file is wrong or gone, and says so once', () => {
    const policy = open('"goal:get": "role:a"');
    writeFileSync(file, '"goal:get": "role:a or"');
    now += 1000;
    allowed(policy, 'a');
    now += 1000;
    const whileWrong = allowed(policy, 'a');
    rmSync(file);
    now += 1000;
    const whileGone = allowed(policy, 'a');

    expect([whileWrong, whileGone]).to.deep.equal([['goal:get'], ['goal:get']]);
    expect(log.map(line => (JSON.parse(line) as { msg: string }).msg)).to.deep.equal([
      'the policy file has become wrong, the old rules stay',
      'the policy file has become wrong, the old rules stay',
    ]);
  });
});

function ownerWith(roles: readonly string[]): TokenOwner {
  return { userId: 'u', projectId: 'p', roles, expiresAt: '2999-01-01T00:00:00Z' };
}
