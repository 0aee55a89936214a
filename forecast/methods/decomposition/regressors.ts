import { writeFourier } from '../fourier.ts';
import type { EventCalendar, KnownEvent } from './known-event.ts';

const CHANGE_POINTS = 6;
/** Change points lie in this first part of the training part: the last slope needs samples of its own. */
const CHANGES_UNTIL = 0.8;
const DAY_PAIRS = 4;
const WEEK_PAIRS = 3;
/** Names beyond these are not learnt. */
const MOST_EVENT_NAMES = 32;

/**
 * Penalties on squared coefficients, as multiples of the noise's variance, for a target in units of its own spread: a normal prior of variance 1/penalty. Change points are the most
 * reluctant: slopes change only when many samples ask for it.
 */
const PENALTY = { level: 0, slope: 3, change: 30, season: 1, event: 1 } as const;

/** The columns of the regression: what each step is explained by. */
export interface Regressors {
  readonly penalties: readonly number[];
  /** Where the events' columns begin, and whose they are. */
  readonly firstEvent: number;
  readonly eventNames: readonly string[];
  /** Writes the columns of the step `index` of the history. */
  write(row: Float64Array, index: number): void;
}

export interface RegressorShape {
  /** The training part, as indexes of the history. */
  readonly from: number;
  readonly until: number;
  readonly stepSeconds: number;
  /** Steps of the seasons there is enough history for. */
  readonly day: number | undefined;
  readonly week: number | undefined;
  readonly calendar: EventCalendar;
}

export function regressorsOf({ from, until, stepSeconds, day, week, calendar }: RegressorShape): Regressors {
  const length = Math.max(1, until - from);
  const changes = Array.from(
    { length: CHANGE_POINTS },
    (_, n) => (CHANGES_UNTIL * (n + 1)) / (CHANGE_POINTS + 1),
  );
  const seasons = [
    ...(day === undefined ? [] : [{ period: day, pairs: DAY_PAIRS }]),
    ...(week === undefined ? [] : [{ period: week, pairs: WEEK_PAIRS }]),
  ];
  const firstSeason = 2 + changes.length;
  const firstEvent = firstSeason + seasons.reduce((sum, { pairs }) => sum + 2 * pairs, 0);
  const byName = eventsByName(calendar.events);
  return {
    penalties: [
      PENALTY.level,
      PENALTY.slope,
      ...changes.map(() => PENALTY.change),
      ...Array.from({ length: firstEvent - firstSeason }, () => PENALTY.season),
      ...byName.map(() => PENALTY.event),
    ],
    firstEvent,
    eventNames: byName.map(([name]) => name),
    write(row, index) {
      const time = (index - from) / length;
      row[0] = 1;
      row[1] = time;
      for (const [n, change] of changes.entries()) row[2 + n] = Math.max(0, time - change);
      let place = firstSeason;
      for (const { period, pairs } of seasons) {
        writeFourier(row, place, index, period, pairs);
        place += 2 * pairs;
      }
      const instant = calendar.historyStartAt + index * stepSeconds;
      for (const [n, [, events]] of byName.entries())
        row[firstEvent + n] = events.some(({ startAt, endAt }) => startAt <= instant && instant < endAt)
          ? 1
          : 0;
    },
  };
}

function eventsByName(events: readonly KnownEvent[]): readonly (readonly [string, readonly KnownEvent[]])[] {
  const byName = new Map<string, KnownEvent[]>();
  for (const event of events) {
    const known = byName.get(event.name);
    if (known !== undefined) known.push(event);
    else if (byName.size < MOST_EVENT_NAMES) byName.set(event.name, [event]);
  }
  return [...byName];
}
