import { expect } from 'chai';
import fc from 'fast-check';
import type { Check } from '../../../../plugin/api/policy/check.ts';
import { holds } from '../../../../plugin/api/policy/check.ts';
import { CheckSyntaxError, parseCheck } from '../../../../plugin/api/policy/parse-check.ts';

const ROLES = ['admin', 'member', 'reader', 'service'];

function isAllowed(
  rule: unknown,
  credentials: Readonly<Record<string, unknown>> = { roles: ['member'], user_id: 'u1', is_admin: false },
  target: Readonly<Record<string, unknown>> = { user_id: 'u1', state: 'PENDING' },
): boolean {
  const rules = new Map<string, Check>([['everybody', { kind: 'always' }]]);
  return holds(parseCheck(rule), { credentials, target, rules });
}

describe('policy language', () => {
  for (const [rule, expected] of [
    ['', true],
    ['@', true],
    ['!', false],
    ['role:member', true],
    ['role:MEMBER', true],
    ['role:admin', false],
    ['not role:admin', true],
    ['not not role:admin', false],
    ['role:admin or role:member', true],
    ['role:admin and role:member', false],
    ['role:member OR role:admin AND role:admin', true],
    ['role:admin and role:admin or role:member', true],
    ['(role:member or role:admin) and role:admin', false],
    ['not (role:admin or role:member)', false],
    ['((role:member))', true],
    ['( role:member )', true],
    ['role:member\tand\n@', true],
    ['rule:everybody', true],
    ['rule:nobody', false],
    ['user_id:%(user_id)s', true],
    ['user_id:%(other)s', false],
    ['is_admin:False', true],
    ['is_admin:True', false],
    ['roles:member', true],
    ["'PENDING':%(state)s", true],
    ['"PENDING":%(state)s', true],
    ['SUCCEEDED:%(state)s', false],
    ['nothing.at.all:x', false],
    ['__proto__:x', false],
    [[], true],
    [[['role:admin'], ['role:member']], true],
    [[['role:admin', 'role:member']], false],
    [['role:admin', 'role:member'], true],
    [[[], ['role:admin']], false],
    [[[]], false],
  ] as const) {
    it(`finds ${JSON.stringify(rule)} ${expected ? 'true' : 'false'} (K40)`, () => {
      expect(isAllowed(rule)).to.equal(expected);
    });
  }

  it('looks into lists and objects of the credentials', () => {
    const credentials = { token: { roles: [{ name: 'cook' }, { name: 'member' }] } };

    expect(isAllowed('token.roles.name:member', credentials)).to.be.true;
    expect(isAllowed('token.roles.name:admin', credentials)).to.be.false;
  });

  it("compares with Python's words for nothing and yes", () => {
    expect(isAllowed('None:%(scope)s', {}, { scope: null })).to.be.true;
    expect(isAllowed('True:%(auto_trigger)s', {}, { auto_trigger: true })).to.be.true;
    expect(isAllowed('5:%(audit.interval)s', {}, { audit: { interval: 5 } })).to.be.true;
  });

  for (const [rule, why] of [
    ['role:admin or', 'it ends where a check is expected'],
    ['and role:admin', 'it has "and" where a check is expected'],
    ['(role:admin', 'a parenthesis is not closed'],
    ['role:admin)', 'it does not go on with ")" after a whole condition'],
    ['role:admin role:member', 'it does not go on with another check after a whole condition'],
    ['()', 'it has ")" where a check is expected'],
    ['admin', '"admin" is no check of the form "role:admin"'],
    ['role:', '"role:" is no check of the form "role:admin"'],
    [':x', '":x" is no check of the form "role:admin"'],
    ['  ', 'it is blank'],
    ['user_id:%(user_id)d', '"user_id:%(user_id)d" has a per cent sign that is not of the form %(name)s'],
    ['http://a.b/c', '"http://a.b/c" asks another server, which is not supported'],
    [5, 'it must be text or a list'],
    [null, 'it must be text or a list'],
    [[5], 'its elements must be texts or lists of texts'],
    [[[5]], 'its elements must be texts or lists of texts'],
    ['('.repeat(5000), 'it nests more than 100 deep'],
    [`${'not '.repeat(5000)}@`, 'it nests more than 100 deep'],
  ] as const) {
    it(`does not understand ${JSON.stringify(rule)?.slice(0, 40)}`, () => {
      expect(() => parseCheck(rule)).to.throw(CheckSyntaxError, why);
    });
  }

  it('means what a condition says, however it is written (property)', () => {
    fc.assert(
      fc.property(condition(), fc.subarray(ROLES), ({ text, isTrue }, roles) => {
        expect(isAllowed(text, { roles })).to.equal(isTrue(new Set(roles)));
      }),
    );
  });

  it('takes any text or says why not (property)', () => {
    const word = fc.constantFrom('and', 'or', 'not', '(', ')', 'role:admin', '@', '!', '%', "'", ':', ' ');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word).map(words => words.join(' ')),
      fc.array(word).map(words => words.join('')),
    );
    fc.assert(
      fc.property(text, rule => {
        try {
          expect(isAllowed(rule)).to.be.a('boolean');
        } catch (error) {
          expect(error).to.be.instanceOf(CheckSyntaxError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

interface Condition {
  readonly text: string;
  readonly isTrue: (roles: ReadonlySet<string>) => boolean;
}

/** Conditions with what they mean; parentheses only where the precedence needs them, or at random. */
function condition(): fc.Arbitrary<Condition> {
  const space = fc.constantFrom(' ', '  ', '\n', '\t');
  return fc.letrec<{ any: Condition; all: Condition; one: Condition }>(tie => ({
    any: fc
      .tuple(fc.array(tie('all'), { minLength: 1, maxLength: 3 }), fc.constantFrom('or', 'OR'), space)
      .map(([parts, word, gap]) => ({
        text: parts.map(({ text }) => text).join(`${gap}${word}${gap}`),
        isTrue: roles => parts.some(part => part.isTrue(roles)),
      })),
    all: fc
      .tuple(fc.array(tie('one'), { minLength: 1, maxLength: 3 }), fc.constantFrom('and', 'And'), space)
      .map(([parts, word, gap]) => ({
        text: parts.map(({ text }) => text).join(`${gap}${word}${gap}`),
        isTrue: roles => parts.every(part => part.isTrue(roles)),
      })),
    one: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(...ROLES).map(role => ({
        text: `role:${role}`,
        isTrue: (roles: ReadonlySet<string>) => roles.has(role),
      })),
      tie('one').map(inner => ({
        text: `not ${inner.text}`,
        isTrue: (roles: ReadonlySet<string>) => !inner.isTrue(roles),
      })),
      fc.tuple(tie('any'), fc.constantFrom('', ' ')).map(([inner, gap]) => ({
        text: `(${gap}${inner.text}${gap})`,
        isTrue: inner.isTrue,
      })),
    ),
  })).any;
}
