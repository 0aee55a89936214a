import { expect } from 'chai';
import fc from 'fast-check';
import { InvalidIntervalError, nextRun, parseInterval } from '../../../plugin/lifecycle/interval.ts';

describe('intervals of audits', () => {
  it('are whole seconds or a cron expression', () => {
    expect(parseInterval('7200')).to.deep.equal({ kind: 'seconds', seconds: 7200 });
    expect(parseInterval('*/5 * * * *').kind).to.equal('cron');
  });

  // prettier-ignore
  for (const [text, message] of [
    ['0', 'An interval must be above 0 seconds, not 0.'],
    ['-10', 'An interval must be above 0 seconds, not -10.'],
    ['+5', /is not a number of seconds of up to 9 digits\.$/],
    ['9999999999', 'The interval 9999999999 is not a number of seconds of up to 9 digits.'],
    ['1.5', /^Expected an interval or cron syntax but received 1\.5: /],
    ['zzz', /^Expected an interval or cron syntax but received zzz: /],
    [`${'1,'.repeat(200)}1 * * * *`, /: it is too long\.$/],
  ] as const) {
    it(`refuse ${text.slice(0, 20)} with a sentence`, () => {
      expect(() => parseInterval(text)).to.throw(InvalidIntervalError, message);
    });
  }

  it('keep their phase however long a round takes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e8 }),
        fc.integer({ min: 0, max: 2e9 }),
        fc.integer({ min: -1e9, max: 2e9 }),
        (seconds, anchorSeconds, afterSeconds) => {
          const [anchor, after] = [anchorSeconds * 1000, afterSeconds * 1000 + 7];
          const next = nextRun({ kind: 'seconds', seconds }, { anchor, after });

          expect(next).to.be.greaterThan(after);
          expect(next).to.be.at.least(anchor);
          expect((next - anchor) % (seconds * 1000)).to.equal(0);
          expect(next === anchor || next - seconds * 1000 <= after).to.equal(true);
        },
      ),
    );
  });

  it('of cron begin no earlier than they may', () => {
    const anchor = Date.parse('2026-05-01T00:00:00Z');
    const after = Date.parse('2026-03-01T12:00:00Z');

    const next = nextRun(parseInterval('0 0 * * *'), { anchor, after });

    expect(new Date(next).toISOString()).to.equal('2026-05-01T00:00:00.000Z');
  });
});
