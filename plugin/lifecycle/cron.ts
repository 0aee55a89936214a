import { validateDetailed } from 'node-cron';

/** The instants that a cron expression names, in UTC. Numbers sorted, without doubles. */
export interface Cron {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** 1 to 12. */
  readonly months: readonly number[];
  /** Whether something happens on this day, at midnight UTC. */
  readonly isDay: (day: Date) => boolean;
}

/** The text is no cron expression, or one that never happens. */
export class InvalidCronError extends Error {
  override readonly name = 'InvalidCronError';
  readonly code = 'invalid_cron';
}

const MAXIMUM_LENGTH = 255;
const DAY_MILLISECONDS = 86_400_000;
/** The rarest of all, a fifth weekday in February, comes at least this often, also across a year 2100. */
const LONGEST_GAP_DAYS = 41 * 366;
/** Highest value of each field of five. */
const FIELD_ENDS = [59, 23, 31, 12, 6];

/**
 * Reads an expression of five fields, or of six with the seconds last, as Watcher's croniter reads it: a day counts when it is a day of the
 * month or of the week if both are restricted. node-cron, which validates it, wants seconds first. Throws `InvalidCronError`.
 */
export function parseCron(text: string): Cron {
  if (text.length > MAXIMUM_LENGTH) throw new InvalidCronError('it is too long');
  const { valid, errors, fields } = validateDetailed(asNodeCron(text));
  if (!valid || fields === undefined)
    throw new InvalidCronError(errors.map(problem => problem.message).join('; '));
  const { dayOfMonth, dayOfWeek } = fields;
  if (dayOfMonth.some(day => /W/i.test(String(day)))) {
    throw new InvalidCronError('the nearest weekday (W) is not supported');
  }
  const isDayOfMonth = (day: Date): boolean => dayOfMonth.some(field => matchesMonthDay(field, day));
  const isDayOfWeek = (day: Date): boolean => dayOfWeek.some(field => matchesWeekday(field, day));
  const isEitherFree = numbersIn(dayOfMonth) === 31 || numbersIn(dayOfWeek) === 7;
  const cron: Cron = {
    seconds: sorted(fields.second),
    minutes: sorted(fields.minute),
    hours: sorted(fields.hour),
    months: sorted(fields.month),
    isDay: isEitherFree
      ? day => isDayOfMonth(day) && isDayOfWeek(day)
      : day => isDayOfMonth(day) || isDayOfWeek(day),
  };
  if (nextOfCron(cron, 0) === undefined) throw new InvalidCronError('it never happens');
  return cron;
}

/** The first instant of the expression that is later than `after`; epoch milliseconds. Undefined: there is none. */
export function nextOfCron(cron: Cron, after: number): number | undefined {
  const second = Math.floor(after / 1000) * 1000 + 1000;
  const today = Math.floor(second / DAY_MILLISECONDS) * DAY_MILLISECONDS;
  for (let n = 0; n < LONGEST_GAP_DAYS; n += 1) {
    const midnight = today + n * DAY_MILLISECONDS;
    const day = new Date(midnight);
    if (!cron.months.includes(day.getUTCMonth() + 1) || !cron.isDay(day)) continue;
    const time = firstTime(cron, n === 0 ? (second - midnight) / 1000 : 0);
    if (time !== undefined) return midnight + time * 1000;
  }
  return undefined;
}

/** The first time of day at or after `from`; seconds since midnight. */
function firstTime({ hours, minutes, seconds }: Cron, from: number): number | undefined {
  for (const hour of hours) {
    if (hour * 3600 + 3599 < from) continue;
    for (const minute of minutes) {
      const begin = hour * 3600 + minute * 60;
      const second = begin + 59 < from ? undefined : seconds.find(value => begin + value >= from);
      if (second !== undefined) return begin + second;
    }
  }
  return undefined;
}

/** With the seconds first; what croniter writes otherwise is put as node-cron writes it. */
function asNodeCron(text: string): string {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) return text.trim();
  const [seconds] = fields.splice(5);
  const five = fields.map((field, index) =>
    field
      .split(',')
      .map(part => part.replace(/^(\d{1,2})\/(\d+)$/, `$1-${FIELD_ENDS[index]!}/$2`))
      .map(part => (index === 4 ? part.replace(/^L([0-7])$/i, '$1L') : part))
      .join(','),
  );
  const steppedSeconds = seconds?.replace(/^(\d{1,2})\/(\d+)$/, '$1-59/$2');
  return [...(steppedSeconds === undefined ? [] : [steppedSeconds]), ...five].join(' ');
}

function sorted(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function numbersIn(values: readonly (number | string)[]): number {
  return new Set(values.filter(value => typeof value === 'number')).size;
}

function matchesMonthDay(field: number | string, day: Date): boolean {
  if (typeof field === 'number') return day.getUTCDate() === field;
  return new Date(day.getTime() + DAY_MILLISECONDS).getUTCDate() === 1;
}

/** A weekday, its last in the month (`5L`) or its n-th (`5#2`). */
function matchesWeekday(field: number | string, day: Date): boolean {
  if (typeof field === 'number') return day.getUTCDay() === field;
  const [weekday, nth] = field.split(/[L#]/i);
  if (day.getUTCDay() !== Number(weekday) % 7) return false;
  if (nth !== undefined && nth !== '') return Math.ceil(day.getUTCDate() / 7) === Number(nth);
  return new Date(day.getTime() + 7 * DAY_MILLISECONDS).getUTCMonth() !== day.getUTCMonth();
}
