import { expect } from 'chai';
import fc from 'fast-check';
import { InvalidCronError, nextOfCron, parseCron } from '../../../plugin/lifecycle/cron.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');

describe('cron expressions', () => {
  /** As Watcher's croniter answers for the same instant, a Sunday. */
  // prettier-ignore
  for (const [text, ...expected] of [
    ['*/5 * * * *', '2026-03-01T12:05:00', '2026-03-01T12:10:00'],
    ['0 12 * * mon-fri', '2026-03-02T12:00:00', '2026-03-03T12:00:00'],
    ['0 0 1,15 * 3', '2026-03-04T00:00:00', '2026-03-11T00:00:00', '2026-03-15T00:00:00'],
    ['0 0 L * *', '2026-03-31T00:00:00', '2026-04-30T00:00:00'],
    ['0 0 * * L5', '2026-03-27T00:00:00', '2026-04-24T00:00:00', '2026-05-29T00:00:00'],
    ['0 0 * * 5#2', '2026-03-13T00:00:00', '2026-04-10T00:00:00'],
    ['0 0 * * 0#5', '2026-03-29T00:00:00', '2026-05-31T00:00:00', '2026-08-30T00:00:00'],
    ['0 0 * * 7', '2026-03-08T00:00:00', '2026-03-15T00:00:00'],
    ['0 0 * * * 30', '2026-03-02T00:00:30', '2026-03-03T00:00:30'],
    ['30 */5 * * * *', '2026-03-01T15:30:00', '2026-03-01T15:30:01', '2026-03-01T15:30:02'],
    ['@daily', '2026-03-02T00:00:00', '2026-03-03T00:00:00'],
    ['0 0 29 2 *', '2028-02-29T00:00:00', '2032-02-29T00:00:00'],
    ['5/10 * * * *', '2026-03-01T12:05:00', '2026-03-01T12:15:00'],
    ['0 0 * jan-mar sun', '2026-03-08T00:00:00', '2026-03-15T00:00:00'],
    ['0 0 ? * *', '2026-03-02T00:00:00'],
    [' 0  0 * * * ', '2026-03-02T00:00:00'],
    ['*/90 * * * *', '2026-03-01T13:00:00'],
    ['0 0 */2 * 1', '2026-03-02T00:00:00', '2026-03-03T00:00:00', '2026-03-05T00:00:00'],
    ['0 0 1-31 * 1', '2026-03-02T00:00:00', '2026-03-09T00:00:00'],
    ['0 0 13 * 5', '2026-03-06T00:00:00', '2026-03-13T00:00:00', '2026-03-20T00:00:00'],
    ['0 0 15,L * *', '2026-03-15T00:00:00', '2026-03-31T00:00:00', '2026-04-15T00:00:00'],
    ['0 0 1 1 *', '2027-01-01T00:00:00', '2028-01-01T00:00:00'],
  ] as const) {
    it(`finds the next instants of ${text}`, () => {
      const found: number[] = [];
      while (found.length < expected.length) found.push(nextOfCron(parseCron(text), found.at(-1) ?? NOON)!);

      expect(found.map(instant => new Date(instant).toISOString().slice(0, 19))).to.deep.equal(expected);
    });
  }

  // prettier-ignore
  for (const text of ['', 'zzz', '60 * * * *', '* * * *', '* * * * * * *', '-1 * * * *', 'a b c d e', '*/0 * * * *', '1,,2 * * * *', '0 0 31 2 *', '0 0 30 2 *', '0 0 1W * *', '0 0 * * 1#6', '1e1 * * * *', '@whenever', `${'1,'.repeat(200)}1 * * * *`]) {
    it(`refuses ${text.slice(0, 20) || 'nothing'} with a reason`, () => {
      expect(() => parseCron(text)).to.throw(InvalidCronError).with.property('message').that.is.not.empty;
    });
  }

  it('never takes nonsense for an expression nor breaks over it', () => {
    const piece = fc.constantFrom(
      '*',
      '/',
      '-',
      ',',
      '#',
      'L',
      'W',
      '?',
      '0',
      '7',
      '59',
      '60',
      'mon',
      'jan',
      '@',
      ' ',
      '\n',
      '\u0000',
      'é',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 60 }),
          fc.array(piece, { maxLength: 20 }).map(pieces => pieces.join('')),
        ),
        text => {
          try {
            const next = nextOfCron(parseCron(text), NOON);
            expect(next).to.be.greaterThan(NOON);
          } catch (error) {
            expect(error).to.be.instanceOf(InvalidCronError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  /** What five fields say of an instant, by the letter: an implementation that looks at every second. */
  const list = (min: number, max: number) =>
    fc.oneof(
      { weight: 1, arbitrary: fc.constant(undefined) },
      { weight: 2, arbitrary: fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 }) },
    );
  const fields = fc.record({
    second: fc.option(fc.integer({ min: 0, max: 59 }), { nil: undefined }),
    minute: list(0, 59),
    hour: list(0, 23),
    day: list(1, 28),
    month: list(1, 12),
    weekday: list(0, 6),
  });

  it('finds the first instant after the given one, and no other', () => {
    fc.assert(
      fc.property(
        fields,
        fc.integer({ min: 0, max: 4e9 }),
        ({ second, minute, hour, day, month, weekday }, from) => {
          const text = [minute, hour, day, month, weekday].map(field => field?.join(',') ?? '*').join(' ');
          const after = from * 1000 + 500;
          const matches = (instant: Date): boolean => {
            const has = (field: readonly number[] | undefined, value: number) =>
              field?.includes(value) ?? true;
            const days = [has(day, instant.getUTCDate()), has(weekday, instant.getUTCDay())];
            return (
              instant.getUTCSeconds() === (second ?? 0) &&
              has(minute, instant.getUTCMinutes()) &&
              has(hour, instant.getUTCHours()) &&
              has(month, instant.getUTCMonth() + 1) &&
              (day !== undefined && weekday !== undefined ? days.includes(true) : !days.includes(false))
            );
          };

          const next = nextOfCron(parseCron(second === undefined ? text : `${text} ${second}`), after)!;

          expect(next).to.be.greaterThan(after);
          expect(matches(new Date(next)), `${text}: ${new Date(next).toISOString()}`).to.equal(true);
          // by the minute, for a day at most: nothing in between
          const firstMinute = Math.floor(after / 60_000) * 60_000 + (second ?? 0) * 1000;
          for (let at = firstMinute; at < Math.min(next, after + 86_400_000); at += 60_000) {
            if (at > after) expect(matches(new Date(at)), new Date(at).toISOString()).to.equal(false);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
