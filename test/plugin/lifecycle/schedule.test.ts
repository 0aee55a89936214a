import { expect } from 'chai';
import fc from 'fast-check';
import { nextRun, parseInterval } from '../../../plugin/lifecycle/interval.ts';
import { schedule, scheduleAfterFailure } from '../../../plugin/lifecycle/schedule.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const at = (seconds: number): string => new Date(NOON + seconds * 1000).toISOString();

const planned = fc.record({
  interval: fc.oneof(
    fc.integer({ min: 1, max: 1e6 }).map(String),
    fc.constantFrom('* * * * *', '*/7 * * * *', '0 3 * * *', '30 4 1 * *', '* * * * * */10'),
  ),
  startAt: fc.option(fc.integer({ min: -1e5, max: 1e5 }).map(at), { nil: null }),
  endAt: fc.option(fc.integer({ min: 1, max: 1e6 }).map(at), { nil: null }),
  anchorAt: fc.option(fc.integer({ min: -1e6, max: 1e5 }).map(at), { nil: null }),
});

describe('the schedule of continuous audits (B43)', () => {
  it('is in the window, and never twice at the same time', () => {
    fc.assert(
      fc.property(planned, audit => {
        const { anchorAt, nextRunAt } = schedule(audit, NOON);
        if (nextRunAt === null) {
          expect(audit.endAt).to.not.equal(null);
          return;
        }
        if (audit.startAt !== null) expect(nextRunAt >= audit.startAt).to.equal(true);
        if (audit.endAt !== null) expect(nextRunAt <= audit.endAt).to.equal(true);
        const again = schedule({ ...audit, anchorAt }, Date.parse(nextRunAt));
        expect(again.anchorAt).to.equal(anchorAt);
        if (again.nextRunAt !== null) expect(again.nextRunAt > nextRunAt).to.equal(true);
      }),
    );
  });

  it('is regular again when it waits longer than for the next run, and waits no longer than it makes sense (B53)', () => {
    fc.assert(
      fc.property(planned, fc.integer({ min: 1, max: 50 }), (audit, failures) => {
        const first = schedule(audit, NOON);
        const { nextRunAt } = scheduleAfterFailure({ ...audit, anchorAt: first.anchorAt, failures }, NOON);
        if (nextRunAt === null || first.nextRunAt === null) return;
        const interval = parseInterval(audit.interval);
        const anchor = Date.parse(first.anchorAt);
        const regular = schedule({ ...audit, anchorAt: first.anchorAt }, NOON).nextRunAt!;
        const wait = Date.parse(nextRunAt) - NOON;
        const isRegular =
          nextRun(interval, { anchor, after: Date.parse(nextRunAt) - 1 }) === Date.parse(nextRunAt);

        expect(wait).to.be.greaterThan(0);
        expect(isRegular || nextRunAt <= regular).to.equal(true);
        if (interval.kind === 'seconds' && Date.parse(regular) - NOON <= interval.seconds * 1000) {
          expect(wait).to.be.at.most(11 * interval.seconds * 1000);
        }
      }),
    );
  });
});
